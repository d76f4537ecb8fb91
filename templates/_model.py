"""The base classes of the generated models: attrs classes, decoded without a copy.

Decoding bypasses `__init__`: the dictionary that the JSON parser returned becomes the `__dict__` of
the object. The standard library parses timestamps; `dateutil` is imported on demand, for one that
is not ISO 8601.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar, cast

from attrs import field, fields, frozen

from aion_api._runtime import UNSET, File, FormBody, JsonPart, MultipartBody, text, timestamp
from aion_api._shapes import mend, needs

_new = object.__new__
_parse = datetime.fromisoformat


@frozen(slots=False)
class Model:
    """Base of the generated classes: immutable, decoded once, unknown keys preserved.

    Attributes:
        additional_properties: Values of keys that the contract does not list, as received.
    """

    _wire_names: ClassVar[dict[str, str]] = {}
    _unlisted: ClassVar[frozenset[str]] = frozenset()
    """Names that `dir` leaves out: released methods that no program needs."""

    # A dictionary has no hash, so the hash of the object leaves it out.
    additional_properties: dict[str, Any] = field(
        factory=dict[str, Any], kw_only=True, repr=False, hash=False
    )

    def __dir__(self) -> list[str]:
        """Return the names that completion offers."""
        return sorted({*super().__dir__()} - self._unlisted)

    def to_dict(self, exclude_none: bool = True) -> dict[str, Any]:
        """Return the object as JSON data, with the names of the contract.

        Args:
            exclude_none: Omit fields that are `None`. Fields that are `UNSET` are always
                omitted.
        """
        renamed, values = self._wire_names, vars(self)
        result: dict[str, Any] = {}
        for name in field_names(type(self)):
            value = values.get(name)
            if value is UNSET or (value is None and exclude_none):
                continue
            result[renamed.get(name, name)] = plain(value, exclude_none=exclude_none)
        for name, value in self.additional_properties.items():
            # A timestamp that could not be parsed is None above and stored here as received.
            if result.get(name) is None:
                result[name] = value
        return result


M = TypeVar("M", bound=Model)
_set_values: Final[Callable[[Any, dict[str, Any]], None]] = vars(Model)["__dict__"].__set__
"""Replaces the `__dict__` of a model, which `__setattr__` of a frozen class refuses."""


def build(cls: type[M], values: dict[str, Any]) -> M:
    """Make an object without calling `__init__`, which is too slow for decoding.

    Args:
        cls: Its class.
        values: The values of the fields; a field with a class-level default may be missing. This
            dictionary becomes the `__dict__` of the object.
    """
    instance = _new(cls)
    _set_values(instance, values)
    return instance


def field_names(cls: type[Model]) -> tuple[str, ...]:
    """Return the names of the fields of a class, without `additional_properties`."""
    return tuple(one.name for one in fields(cls) if not one.kw_only)


@frozen(slots=False)
class Answer(Model):
    """Base of response objects, decoded from the JSON object of a response.

    A subclass lists its keys, and overrides `_adopt` if a value needs decoding.
    """

    _keys: ClassVar[frozenset[str]] = frozenset()
    """All keys that the contract lists."""
    _required: ClassVar[tuple[str, ...]] = ()
    """Keys that every response has."""
    _dates: ClassVar[tuple[str, ...]] = ()
    """Keys of timestamps."""
    _needs: ClassVar[tuple[tuple[str, frozenset[type]], ...] | None] = None
    """Fields that always have a value, and their types, set by the first response. Other fields
    hold the received value."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._needs = None

    if not TYPE_CHECKING:
        # For type checkers this stays the inherited field.
        @cached_property
        def additional_properties(self) -> dict[str, Any]:
            """Return the unknown keys; few responses have any, so they are created on first use."""
            return {}

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the JSON object of a response. Keys outside the contract are preserved."""
        return cls._adopt(_copied(data))

    @classmethod
    def _adopt(cls, data: dict[str, Any]) -> Self:
        """Decode the JSON object of a response without a copy; the result owns it.

        Args:
            data: The object as parsed. The caller must not use it, or anything in it, afterwards.
        """
        if not cls._keys.issuperset(data):
            unlisted = [key for key in data if key not in cls._keys]
            data["additional_properties"] = {key: data.pop(key) for key in unlisted}
        needed = cls._needs
        for name, types in cls._learn() if needed is None else needed:
            if type(data[name]) not in types:
                mend(cls, data, name)
        for name in cls._dates:
            if (raw := data.get(name)) is None:
                data[name] = None
                continue
            # `date` without the call: a page of files has two hundred timestamps.
            try:
                parsed = _parse(raw)
            except (ValueError, TypeError):
                data[name] = date(data, name, data.setdefault("additional_properties", {}))
            else:
                data[name] = parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
        return build(cls, data)

    @classmethod
    def _learn(cls) -> tuple[tuple[str, frozenset[type]], ...]:
        cls._needs = needs(cls, cls._required, cls._keys)
        return cls._needs


A = TypeVar("A", bound=Answer)


def absent_as_none(cls: type[A]) -> type[A]:
    """Make optional fields that a response omits read as None (a class decorator).

    attrs applies defaults in `__init__`, which decoding bypasses. A page of files omits thousands
    of fields, so decoding does not fill them in: the class has the value.
    """
    for one in fields(cls):
        if one.default is None:
            setattr(cls, one.name, None)
    return cls


def _copied(value: Any) -> Any:
    """Return JSON data in new containers."""
    if is_object(value):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if is_array(value) else value


def plain(value: Any, *, exclude_none: bool = False) -> Any:
    """Return `value` as JSON data, with models, enums, dates and collections converted."""
    if isinstance(value, Model):
        return value.to_dict(exclude_none=exclude_none)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, enum.Enum):
        return str.__str__(value) if isinstance(value, str) else plain(value.value)
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {key: plain(item, exclude_none=exclude_none) for key, item in items}
    if isinstance(value, (list, tuple)):
        return [plain(item, exclude_none=exclude_none) for item in cast("list[Any]", value)]
    return value


def unknown(data: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return the keys of `data` that the contract does not list."""
    if known.issuperset(data):
        return {}
    return {key: data[key] for key in data if key not in known}


def date(data: Mapping[str, Any], key: str, unread: dict[str, Any]) -> datetime | None:
    """Return the timestamp at `key`, with a zone (UTC if it names none), or None.

    A value that is not a timestamp does not fail the object: it goes into `unread` as received.
    """
    raw = data.get(key)
    if raw is None:
        return None
    try:
        parsed = _parse(raw)
    except (ValueError, TypeError):
        lenient = _lenient_date(raw)
        if lenient is None:
            unread[key] = raw
            return None
        parsed = lenient
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)


def _lenient_date(raw: object) -> datetime | None:
    if not isinstance(raw, str):
        return None
    from dateutil.parser import parse

    # Two defaults that differ in every date field: a text that omits one ("10:30", "May")
    # results in two different dates, and is not a timestamp.
    one, other = datetime(2000, 1, 1), datetime(2001, 2, 2)
    try:
        first = parse(raw, default=one, tzinfos=_zone)
        second = parse(raw, default=other, tzinfos=_zone)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return first if first == second else None


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    """Return the zone of a text. By default `dateutil` guesses from the zone of this machine."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name is None:
        return None
    raise ValueError(f"the zone {name} has no offset")


def is_array(value: object) -> bool:
    """Return whether a JSON value is an array. No narrowing: the items of an Any stay Any."""
    return isinstance(value, list)


def is_object(value: object) -> bool:
    """Return whether a JSON value is an object."""
    return isinstance(value, Mapping)


def is_string(value: object) -> bool:
    """Return whether a JSON value is a string."""
    return isinstance(value, str)


def one_of(
    data: Any,
    *classes: tuple[type[Answer], tuple[str, ...], tuple[tuple[str, tuple[Any, ...]], ...]],
) -> Any:
    """Decode an object of one of several classes, if it fits exactly one of them.

    What fits none or several is returned as received: nothing is lost, and no class is guessed.

    Args:
        data: The JSON object.
        classes: Each class, its required keys, and for some keys the values that they may have.
    """
    found = [
        cls
        for cls, required, tags in classes
        if all(key in data for key in required)
        and all(key not in data or _is_one(data[key], values) for key, values in tags)
    ]
    if len(found) != 1:
        return data
    return found[0]._adopt(data)  # pyright: ignore[reportPrivateUsage]  # same module


def _is_one(value: object, values: tuple[Any, ...]) -> bool:
    # In Python True equals 1.
    return any(type(value) is type(one) and value == one for one in values)


def as_json(value: object) -> str:
    """Return `value` as the text of JSON."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def form(body: Model | Mapping[str, Any], deep: Collection[str] = ()) -> FormBody:
    """Return an object as form fields; a field that is an object is written as JSON.

    Args:
        body: The object.
        deep: Names of fields that are written as ``field[key]`` instead.
    """
    fields: list[tuple[str, str]] = []
    for key, value in _pairs(body):
        if key in deep:
            fields.extend(bracketed(key, plain(value, exclude_none=True)))
        else:
            fields.append((text(key), as_json(value) if _has_parts(value) else text(value)))
    return FormBody(fields)


def bracketed(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield JSON data as pairs with keys such as ``filter[size][from]``."""
    if isinstance(value, Mapping):
        for inner, item in cast("Mapping[str, object]", value).items():
            yield from bracketed(f"{key}[{inner}]", item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from bracketed(key, item)
    else:
        yield key, text(value)


def multipart(body: Model | Mapping[str, Any]) -> MultipartBody:
    """Return an object as multipart parts: files stay files, lists repeat their name.

    A field that is an object is a part of its own, as JSON.
    """
    return MultipartBody([(text(key), _part(value)) for key, value in _pairs(body)])


def _part(value: object) -> str | File | JsonPart:
    if isinstance(value, File):
        return value
    return JsonPart(plain(value)) if _has_parts(value) else text(value)


def _has_parts(value: object) -> bool:
    return isinstance(value, (Model, dict, list))


def _pairs(body: Model | Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    for name, value in _fields(body):
        if value is UNSET or value is None:
            continue
        items = cast("list[object]", value) if isinstance(value, list) else [value]
        for item in items:
            yield name, item
    if isinstance(body, Model):
        yield from body.additional_properties.items()


def _fields(body: Model | Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    if not isinstance(body, Model):
        yield from body.items()
        return
    renamed = body._wire_names  # pyright: ignore[reportPrivateUsage]  # same module
    for name in field_names(type(body)):
        yield renamed.get(name, name), getattr(body, name)
