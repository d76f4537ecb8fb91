"""Writes lists, objects and JSON as parameters, in the styles of OpenAPI.

Single values need nothing of this: `_runtime` writes them. Here each item is quoted before it is
joined to others, where the place allows it, so that a comma inside an item is not a separator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast
from urllib.parse import quote

from aion_api import _model as md
from aion_api._runtime import text


def as_json(value: object) -> str | None:
    """Return a parameter as JSON."""
    return None if value is None else md.as_json(value)


def joined(value: object, by: str = ",", *, explode: bool = False) -> str | None:
    """Return a list or an object as one text: ``a,b``, ``key,a`` or (exploded) ``key=a``."""
    if value is None:
        return None
    return by.join(_items(md.plain(value, exclude_none=True), explode=explode))


def exploded(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield a list as pairs of the same key, and an object as one pair for each of its own keys."""
    data = md.plain(value, exclude_none=True)
    if isinstance(data, Mapping):
        for name, item in cast("Mapping[str, object]", data).items():
            yield name, _text(item)
    elif isinstance(data, list):
        for item in cast("list[object]", data):
            yield key, _text(item)
    elif data is not None:
        yield key, text(data)


def deep(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield an object as pairs such as ``key[name]=value``."""
    if value is not None:
        yield from md.bracketed(key, md.plain(value, exclude_none=True))


def simple(value: object, *, explode: bool) -> str:
    """Return a part of a path, such as ``a,b``.

    Raises:
        ValueError: It is empty, or would change the path (``.`` or ``..``).
    """
    return _whole(",".join(_quoted(value, explode=explode)))


def label(value: object, *, explode: bool) -> str:
    """Return a part of a path that begins with a dot, such as ``.a,b`` or (exploded) ``.a.b``.

    Raises:
        ValueError: It is empty, or would change the path.
    """
    return _whole("." + ("." if explode else ",").join(_quoted(value, explode=explode)))


def matrix(key: str, value: object, *, explode: bool) -> str:
    """Return a part of a path such as ``;key=a,b`` or (exploded) ``;key=a;key=b``."""
    name = quote(key, safe="")
    items = _quoted(value, explode=explode)
    if not explode:
        return f";{name}={','.join(items)}"
    is_object = isinstance(md.plain(value), Mapping)
    return "".join(f";{item}" if is_object else f";{name}={item}" for item in items)


def _whole(part: str) -> str:
    if part in ("", ".", ".."):
        raise ValueError(f"a path segment cannot be {part!r}: pass at least one item")
    return part


def _quoted(value: object, *, explode: bool) -> list[str]:
    data = md.plain(value, exclude_none=True)
    if isinstance(data, Mapping):
        pairs = cast("Mapping[str, object]", data).items()
        sets = [(quote(key, safe=""), quote(_text(item), safe="")) for key, item in pairs]
        if explode:
            return [f"{key}={item}" for key, item in sets]
        return [part for pair in sets for part in pair]
    return [quote(item, safe="") for item in _items(data, explode=explode)]


def _items(data: object, *, explode: bool) -> list[str]:
    if isinstance(data, Mapping):
        pairs = [(key, _text(item)) for key, item in cast("Mapping[str, object]", data).items()]
        if explode:
            return [f"{key}={item}" for key, item in pairs]
        return [part for pair in pairs for part in pair]
    items = cast("list[object]", data) if isinstance(data, list) else [data]
    return [_text(item) for item in items]


def _text(item: object) -> str:
    if item is None or md.is_array(item) or md.is_object(item):
        return md.as_json(item)
    return text(item)
