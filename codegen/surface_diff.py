"""Compares two surfaces: finds each change that can break a program which worked before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

Data = dict[str, Any]
_Wider = Mapping[str, tuple[str, ...]]
_POSITIONAL = ("positional_only", "positional_or_keyword")
_KEYWORD = ("keyword_only", "positional_or_keyword")
# Wider types: a parameter of a type on the right accepts every value of the type on the left.
_WIDER: _Wider = {
    "list": ("Sequence", "Collection", "Iterable"),
    "tuple": ("Sequence", "Collection", "Iterable"),
    "set": ("Collection", "Iterable"),
    "dict": ("Mapping",),
    "Sequence": ("Collection", "Iterable"),
    "Collection": ("Iterable",),
    "int": ("float",),
}


@dataclass(frozen=True)
class Breach:
    """One incompatible difference.

    Attributes:
        path: The full name of what changed.
        name: Its name in a changelog.
        what: What happened to it.
    """

    path: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def breaches(old: Data, new: Data) -> list[Breach]:
    """Return every incompatible difference between two surfaces, each once."""
    wider = {**_WIDER, **_bases(new["definitions"])}
    found: list[Breach] = []
    seen: set[tuple[str, str]] = set()
    # People use the shorter paths, so these come first.
    for module, exports in sorted(old["modules"].items(), key=lambda m: (m[0].count("."), m[0])):
        now = new["modules"].get(module)
        if now is None:
            found.append(Breach(module, module, "the module is gone"))
            continue
        for name, where in exports.items():
            path = f"{module}.{name}"
            if name not in now:
                found.append(Breach(path, name, "it is gone"))
            elif (where, now[name]) not in seen:
                seen.add((where, now[name]))
                pair = old["definitions"][where], new["definitions"][now[name]]
                definitions = old["definitions"], new["definitions"]
                for member, what in _definition(*pair, *definitions, wider):
                    suffix = f".{member}" if member else ""
                    found.append(Breach(path + suffix, name + suffix, what))
    return found


def _bases(definitions: Mapping[str, Data]) -> _Wider:
    """Return the bases of each class: what accepts a base accepts the class, too."""
    return {
        path.rpartition(".")[2]: tuple(base.rpartition(".")[2] for base in found["line"])
        for path, found in definitions.items()
        if found["kind"] == "class"
    }


def _definition(
    old: Data, new: Data, olds: Mapping[str, Data], news: Mapping[str, Data], wider: _Wider
) -> Iterator[tuple[str, str]]:
    if old["kind"] != new["kind"]:
        yield "", f"it was a {old['kind']} and is now a {new['kind']}"
        return
    if old["kind"] == "value":
        if old["type"] != new["type"]:
            yield "", f"it was a {old['type']} and is now a {new['type']}"
        return
    if old["kind"] == "function":
        yield from (("", what) for what in _function(old, new, wider))
        return
    for base in old["line"]:
        # Private and generated classes may be replaced: their members are compared.
        if base not in new["line"] and not _is_inner(base):
            yield "", f"it does not inherit from {base.rpartition('.')[2]} any more"
    for name, value in old.get("values", {}).items():
        held = new.get("values", {}).get(name)
        if held is None:
            yield name, "the value is gone"
        elif held != value:
            yield name, f"its value was {value} and is now {held}"
    yield from (("", what) for what in _call(old.get("call"), new.get("call"), wider))
    now = _members(new, news)
    for name, member in _members(old, olds).items():
        if name not in now:
            yield name, "it is gone"
        else:
            yield from ((name, what) for what in _member(member, now[name], wider))


def _is_inner(name: str) -> bool:
    return name.startswith("aion_api.") or any(p.startswith("_") for p in name.split("."))


def _members(found: Data, definitions: Mapping[str, Data]) -> dict[str, Data]:
    """Return the members of a class, inherited ones included."""
    members: dict[str, Data] = {}
    for base in reversed(found["line"]):
        members |= definitions.get(base, {}).get("members", {})
    members |= found["members"]
    return members


def _member(old: Data, new: Data, wider: _Wider) -> Iterator[str]:
    if old["kind"] != new["kind"]:
        yield f"it was a {old['kind']} and is now a {new['kind']}"
    elif old["kind"] == "attribute":
        if _wider(new["type"], old["type"]):
            yield f"its type was {old['type']} and is now {new['type']}"
    else:
        yield from _function(old, new, wider)


def _function(old: Data, new: Data, wider: _Wider) -> Iterator[str]:
    if old["async"] != new["async"]:
        yield "it has to be awaited now" if new["async"] else "it must not be awaited any more"
    yield from _call(old["call"], new["call"], wider)
    if _wider(new["returns"], old["returns"], table=wider):
        yield f"it returned {old['returns']} and now returns {new['returns']}"


def _call(old: list[Data] | None, new: list[Data] | None, wider: _Wider) -> Iterator[str]:
    if old is None or new is None:
        return
    now = {parameter["name"]: parameter for parameter in new}
    kinds = {parameter["kind"] for parameter in new}
    for parameter in old:
        name, kind = parameter["name"], parameter["kind"]
        if kind in ("var_positional", "var_keyword"):
            if kind not in kinds:
                star = "*" if kind == "var_positional" else "**"
                yield f"it does not accept {star}{name} any more"
        elif name not in now:
            if not (kind == "keyword_only" and "var_keyword" in kinds):
                yield f"parameter {name} is gone"
        else:
            yield from _parameter(parameter, now[name], wider)
    known = {parameter["name"] for parameter in old}
    for parameter in new:
        must = "default" not in parameter and not parameter["kind"].startswith("var_")
        if parameter["name"] not in known and must:
            yield f"parameter {parameter['name']} is new and has no default"
    yield from _order(old, new)


def _parameter(old: Data, new: Data, wider: _Wider) -> Iterator[str]:
    name = old["name"]
    if old["kind"] in _POSITIONAL and new["kind"] not in _POSITIONAL:
        yield f"parameter {name} cannot be passed by position any more"
    if old["kind"] in _KEYWORD and new["kind"] not in _KEYWORD:
        yield f"parameter {name} cannot be passed by name any more"
    if "default" in old and "default" not in new:
        yield f"parameter {name} has no default any more"
    elif "default" in old and old["default"] != new["default"]:
        yield f"the default of {name} was {old['default']} and is now {new['default']}"
    if _wider(old.get("type", ""), new.get("type", ""), table=wider):
        yield f"parameter {name} accepted {old['type']} and now accepts {new['type']}"


def _order(old: list[Data], new: list[Data]) -> Iterator[str]:
    """Check that positional parameters keep their places, and new ones come after them."""
    names = [[p["name"] for p in call if p["kind"] in _POSITIONAL] for call in (old, new)]
    common = [[n for n in found if n in names[1 - i]] for i, found in enumerate(names)]
    for was, now in zip_longest(common[0], names[1][: len(common[0])]):
        if was != now:
            yield f"parameter {was} has another position"
            return


def _wider(first: str, second: str, *, table: _Wider | None = None) -> bool:
    """Whether a type covers values that another one does not, judged by their text."""
    if not first or not second or "Any" in (first, second):
        return False
    taken = _parts(second)
    return any(
        part not in taken and not _covered(part, taken, table or {}) for part in _parts(first)
    )


def _covered(part: str, taken: set[str], table: _Wider) -> bool:
    head, bracket, rest = part.partition("[")
    # A class without parameters fills in those of its bases, which a surface does not record.
    known = taken if bracket else {one.partition("[")[0] for one in taken}
    return any(f"{wider}{bracket}{rest}" in known for wider in table.get(head, ()))


def _parts(annotation: str) -> set[str]:
    """Return the members of a union, without unions inside brackets."""
    parts, depth, start = set[str](), 0, 0
    for at, letter in enumerate(annotation):
        depth += (letter in "[(") - (letter in "])")
        if letter == "|" and depth == 0:
            parts.add(annotation[start:at].strip())
            start = at + 1
    return parts | {annotation[start:].strip()}
