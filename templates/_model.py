"""What the generated models stand on: the base class, decoding helpers, bodies made of models.

Timestamps are read by the standard library; `dateutil` is imported on demand, for one that is not
ISO 8601.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, ClassVar, Self, cast

from aion_api._frozen import Frozen, field
from aion_api._frozen import build as build  # the models reach it as `md.build`
from aion_api._runtime import UNSET, File, FormBody, MultipartBody, text, timestamp
from aion_api._shapes import mend, needs

_parse = datetime.fromisoformat


class Model(Frozen):
    """Base of the generated classes: immutable, decoded once, unknown keys kept."""

    _wire_names: ClassVar[dict[str, str]] = {}

    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True, shown=False)
    """What came under keys that the contract does not list, as it came."""

    def to_dict(self, exclude_none: bool = True) -> dict[str, Any]:
        """The object as JSON data under the names of the wire.

        Args:
            exclude_none: Leave out fields that are `None`. Fields that are `UNSET` are always
                left out.
        """
        renamed = self._wire_names
        result: dict[str, Any] = {}
        for name in self._fields:
            if name == "additional_properties" or name[0] == "_":
                continue
            value = getattr(self, name)
            if value is UNSET or (value is None and exclude_none):
                continue
            result[renamed.get(name, name)] = plain(value, exclude_none=exclude_none)
        for name, value in self.additional_properties.items():
            # A timestamp that could not be read is None above and kept here as it came.
            if result.get(name) is None:
                result[name] = value
        return result


class Answer(Model):
    """Base of what the service answers with: made of the JSON object that came.

    A subclass says what that holds, and overrides `adopt` for what is no plain JSON.
    """

    _keys: ClassVar[frozenset[str]] = frozenset()
    """All that the contract lists."""
    _required: ClassVar[tuple[str, ...]] = ()
    """Those that have to be there."""
    _dates: ClassVar[tuple[str, ...]] = ()
    """Those that are timestamps."""
    _needs: ClassVar[tuple[tuple[str, frozenset[type]], ...] | None] = None
    """Those that always have a value, and the types that fit, once an answer was read. Others are
    kept as they came."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._needs = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the JSON object of an answer. Keys outside the contract are kept."""
        return cls.adopt(_copied(data))

    @classmethod
    def adopt(cls, data: dict[str, Any]) -> Self:
        """Decode the JSON object of an answer without a copy, and keep it.

        Args:
            data: What was just parsed. Nobody else may use it, or what is in it, any more.
        """
        if not cls._keys.issuperset(data):
            others = [key for key in data if key not in cls._keys]
            data["additional_properties"] = {key: data.pop(key) for key in others}
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


def _copied(value: Any) -> Any:
    """JSON data without the containers that it came in."""
    if is_object(value):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if is_array(value) else value


def plain(value: Any, *, exclude_none: bool = False) -> Any:
    """`value` as JSON data: models, enums, dates and collections of them unfolded."""
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
    """The keys of `data` that the contract does not list."""
    if known.issuperset(data):
        return {}
    return {key: data[key] for key in data if key not in known}


def date(data: Mapping[str, Any], key: str, unread: dict[str, Any]) -> datetime | None:
    """The timestamp at `key`, with a zone (UTC where none is given), or None.

    A value that is no timestamp does not fail the object: it goes into `unread` as it came.
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

    # Two defaults that differ in every date field: a text that leaves one out ("10:30", "May")
    # gives two answers, and is no timestamp.
    one, other = datetime(2000, 1, 1), datetime(2001, 2, 2)
    try:
        first = parse(raw, default=one, tzinfos=_zone)
        second = parse(raw, default=other, tzinfos=_zone)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return first if first == second else None


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    """The zone of a text. By itself `dateutil` would guess from the zone of this machine."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name is None:
        return None
    raise ValueError(f"the zone {name} has no offset")


def is_array(value: object) -> bool:
    """Whether a JSON value is an array. Does not narrow: the items of an Any stay Any."""
    return isinstance(value, list)


def is_object(value: object) -> bool:
    """Whether a JSON value is an object."""
    return isinstance(value, Mapping)


def is_string(value: object) -> bool:
    """Whether a JSON value is a string."""
    return isinstance(value, str)


def form(model: Model) -> FormBody:
    """A model as form fields."""
    return FormBody([(text(key), text(value)) for key, value in _pairs(model)])


def multipart(model: Model) -> MultipartBody:
    """A model as multipart parts: files stay files, lists repeat their name."""
    return MultipartBody(
        [
            (text(key), value if isinstance(value, File) else text(value))
            for key, value in _pairs(model)
        ]
    )


def _pairs(model: Model) -> Iterable[tuple[str, object]]:
    renamed = model._wire_names  # pyright: ignore[reportPrivateUsage]  # same module
    for name in model._fields:  # pyright: ignore[reportPrivateUsage]  # made for this module
        value = getattr(model, name)
        if name == "additional_properties" or value is UNSET or value is None:
            continue
        items = cast("list[object]", value) if isinstance(value, list) else [value]
        for item in items:
            yield renamed.get(name, name), item
    yield from model.additional_properties.items()
