"""Checks JSON data against annotations: a field annotated as a number never holds a text.

A null always fits: its meaning is up to the caller. So does a value that is not of a JSON type,
which a decoder made. Only annotations of JSON types are checked.
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
    """The values that a field may hold.

    Attributes:
        types: The JSON types that fit.
        items: The JSON types of the items of a list or an object; empty if all are allowed.
        optional: Whether None stands for an unknown value.
        note: The annotation.
    """

    types: frozenset[type]
    items: frozenset[type]
    optional: bool
    note: str


@cache
def shape(cls: type[AttrsInstance]) -> dict[str, Place]:
    """Return the fields of a class whose annotations are JSON types."""
    places = {one.name: _place(str(one.type)) for one in fields(cls) if not one.kw_only}
    return {name: place for name, place in places.items() if place is not None}


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
    """Return the fields of a response that always have a value, and the types that fit.

    Args:
        cls: Its class.
        required: The required fields.
        keys: All fields of the contract; those that are never None already have a default.
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
    """Correct a field of a wrong type, if possible.

    A float with a whole value becomes an integer. A value that a decoder made is unchanged. A
    nullable field becomes None, and the received value is preserved in `additional_properties`.

    Raises:
        TypeError: The field cannot be corrected.
    """
    value = data[name]
    place = shape(cls)[name]
    if type(value) not in _JSON:
        return
    if type(value) is float and int in place.types and value.is_integer():
        data[name] = int(value)
        return
    if not place.optional:
        raise TypeError(f"{name} is {_kind_of(value)}, not {place.note}")
    data[name] = None
    data.setdefault("additional_properties", {})[name] = value


def mend_all(cls: type[AttrsInstance], data: dict[str, Any]) -> None:
    """Correct all fields of an object, including the items of its lists and objects.

    Raises:
        TypeError: A field cannot be corrected.
    """
    for name, place in shape(cls).items():
        value = data.get(name)
        if value is None:
            continue
        if type(value) not in place.types or (place.items and not _holds(value, place.items)):
            mend(cls, data, name)


def _holds(value: Any, items: frozenset[type]) -> bool:
    inside = cast("Iterable[Any]", value.values() if isinstance(value, dict) else value)
    return all(type(one) in items for one in inside)


def _kind_of(value: Any) -> str:
    return _WORDS.get(type(value)) or f"the number {value!r:.20}"
