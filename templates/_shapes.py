"""What annotations promise of JSON data: no text where a number should be.

A null fits everywhere: its meaning is left to the caller. So does
what is no JSON type, which a decoder made. Only annotations of JSON types are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple, cast

from attrs import AttrsInstance, fields

_SCALARS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
}
_JSON = frozenset([str, int, float, bool, list, dict])
_SINGLE = frozenset([str, int, float, bool])
_WORDS: dict[Any, str] = {dict: "an object", list: "a list", bool: "a boolean", str: "a string"}


class Place(NamedTuple):
    """What a field may hold.

    Attributes:
        types: The JSON types that fit.
        items: The JSON types of what is in a list or an object; empty where any is.
        optional: Whether None says that the value is not known.
        note: The annotation.
    """

    types: frozenset[type]
    items: frozenset[type]
    optional: bool
    note: str


@cache
def shape(cls: type[AttrsInstance]) -> dict[str, Place]:
    """The fields of a class whose annotations are JSON types."""
    found = {one.name: _place(str(one.type)) for one in fields(cls) if not one.kw_only}
    return {name: place for name, place in found.items() if place is not None}


def _place(note: str) -> Place | None:
    types: set[type] = set()
    items: set[type] = set()
    optional = False
    for part in note.split(" | "):
        kind, _, inside = part.partition("[")
        if part in ("None", "rt.Unset", "Unset"):
            optional = True
        elif part in _SCALARS:
            types.update(_SCALARS[part])
        elif kind in ("list", "dict") and inside:
            types.add(list if kind == "list" else dict)
            items.update(_SCALARS.get(inside.removesuffix("]").removeprefix("str, "), ()))
        else:
            return None
    return Place(frozenset(types), frozenset(items), optional, note) if types else None


def needs(
    cls: type[AttrsInstance], required: tuple[str, ...], keys: frozenset[str]
) -> tuple[tuple[str, frozenset[type]], ...]:
    """The fields of an answer that always have a value, and the types that fit.

    Args:
        cls: Its class.
        required: The fields that have to come.
        keys: All that may come; those of them that are never None have a default by now.
    """
    places = shape(cls)
    others = (name for name, place in places.items() if not place.optional)
    usual = (name for name in others if name in keys and places[name].types <= _SINGLE)
    names = dict.fromkeys((*required, *usual))
    return tuple((name, places[name].types | _NONE if name in places else _ANY) for name in names)


class _Any(frozenset[type]):
    """All types."""

    def __contains__(self, kind: object) -> bool:
        return True


_ANY = _Any()
_NONE = frozenset([type(None)])


def mend(cls: type[AttrsInstance], data: dict[str, Any], name: str) -> None:
    """Put in order a field that does not fit, where that is possible.

    A whole number that came as a fraction becomes one; what a decoder made is left alone; a field
    that may be None is None, and what came is kept with the keys that the contract does not list.

    Raises:
        TypeError: The field cannot be what it should be.
    """
    value = data[name]
    place = shape(cls)[name]
    if type(value) not in _JSON:
        return
    if type(value) is float and int in place.types and value.is_integer():
        data[name] = int(value)
        return
    if not place.optional:
        raise TypeError(f"{name} is {_said(value)}, not {place.note}")
    data[name] = None
    data.setdefault("additional_properties", {})[name] = value


def mend_all(cls: type[AttrsInstance], data: dict[str, Any]) -> None:
    """The same for all fields of an object, and for what is in its lists and objects.

    Raises:
        TypeError: A field cannot be what it should be.
    """
    for name, place in shape(cls).items():
        value = data.get(name)
        if value is None:
            continue
        if type(value) not in place.types or (place.items and not _holds(value, place.items)):
            mend(cls, data, name)


def _holds(value: Any, items: frozenset[type]) -> bool:
    held = cast("Iterable[Any]", value.values() if isinstance(value, dict) else value)
    return all(type(one) in items for one in held)


def _said(value: Any) -> str:
    return _WORDS.get(type(value)) or f"the number {value!r:.20}"
