"""The parts of a described call: requests, operations, bodies, open enums, `UNSET`.

No I/O: calls are described here, never made. Only the standard library is imported.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from os import PathLike
from typing import IO, Any, Final, Generic, Literal, Self, TypeVar, cast
from urllib.parse import quote

T = TypeVar("T")
R = TypeVar("R")


class Unset(enum.Enum):
    """The type of `UNSET`; an enum, so that `is UNSET` narrows for type checkers."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
"""The default of optional request fields: the key is omitted, while `None` sends a null."""


class OpenEnum(enum.StrEnum):
    """A string enum that preserves unknown values.

    An unknown string becomes a member-like value whose `name` is ``"UNKNOWN"``, whose `value` is
    the string and for which `is_known` is false. It compares, hashes and pickles like the string.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        # A response may have a value of any type here, or none.
        if isinstance(value, str):
            # A member of another enum may equal a value, but has another hash.
            plain = str.__str__(value)
            if (known := cls._value2member_map_.get(plain)) is not None:
                return cast("Self", known)
        else:
            plain = "" if value is None else str(value)
        unknown = str.__new__(cls, plain)
        unknown._name_ = "UNKNOWN"
        unknown._value_ = plain
        return unknown

    @property
    def is_known(self) -> bool:
        """Return whether the contract lists this value."""
        return self._value_ in type(self)._value2member_map_

    def __str__(self) -> str:
        return str(self._value_)

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        # Copies of an unknown value must not be looked up by name, as Enum copies are.
        return type(self), (str(self._value_),)


def timestamp(value: datetime) -> str:
    """Return a date in ISO 8601. A `datetime` without a zone is treated as UTC."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return aware.isoformat().replace("+00:00", "Z")


class File:
    """A file part of a multipart body.

    Args:
        content: The bytes, a path to read them from, or a seekable binary file object.
        filename: The name to send; its extension does not decide the type.
        content_type: The media type to send.
    """

    __slots__ = ("content", "content_type", "filename")

    def __init__(
        self,
        content: bytes | PathLike[str] | IO[bytes],
        filename: str,
        content_type: str = "application/octet-stream",
    ) -> None:
        self.content = content
        self.filename = text(filename)
        self.content_type = text(content_type)

    def __repr__(self) -> str:
        return f"File(filename={self.filename!r}, content_type={self.content_type!r})"


class JsonPart:
    """A part of a multipart body that is sent as ``application/json``."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JsonPart) and self.value == other.value

    def __hash__(self) -> int:
        return hash(repr(self.value))

    def __repr__(self) -> str:
        return f"JsonPart({self.value!r})"


class JsonBody:
    """A body sent as JSON.

    Args:
        value: JSON data.
        content_type: The media type to send.
    """

    __slots__ = ("content_type", "value")

    def __init__(self, value: Any, content_type: str = "application/json") -> None:
        self.value = value
        self.content_type = content_type


Content = bytes | str | PathLike[str] | IO[bytes]
"""What a body without fields is made of: bytes, a text, a path to read from, or a seekable file."""


class RawBody:
    """A body that is sent as it is.

    Args:
        content: The bytes, a text to send in UTF-8, a path, or a seekable binary file object.
        content_type: The media type to send.
    """

    __slots__ = ("content", "content_type")

    def __init__(self, content: Content, content_type: str) -> None:
        self.content = content
        self.content_type = content_type


class FormBody:
    """A body sent as ``application/x-www-form-urlencoded``."""

    __slots__ = ("fields",)

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self.fields = fields


class MultipartBody:
    """A body sent as ``multipart/form-data``; the boundary is chosen when it is encoded."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[tuple[str, str | File | JsonPart]]) -> None:
        self.parts = parts


Body = JsonBody | FormBody | MultipartBody | RawBody
AnswerKind = Literal[
    "json", "json_or_empty", "empty", "text", "bytes", "events", "redirect", "missing"
]


class Operation(Generic[T]):
    """The properties that all calls of one operation share.

    Attributes:
        operation_id: The contract's id of the operation.
        name: ``tag.function``, the short name for people.
        method: HTTP method in capitals.
        template: The path with its ``{parameters}``, as in the contract.
        kind: The shape of a successful response; ``missing`` if the contract lacks the operation.
        decode: Converts the parsed response, which it may change and reuse, to its Python value.
        repeatable: Whether sending it twice has the effect of sending it once.
    """

    __slots__ = ("decode", "kind", "method", "name", "operation_id", "repeatable", "template")

    def __init__(
        self,
        operation_id: str,
        name: str,
        method: str,
        template: str,
        *,
        kind: AnswerKind,
        decode: Callable[[Any], T],
        repeatable: bool,
    ) -> None:
        self.operation_id = operation_id
        self.name = name
        self.method = method
        self.template = template
        self.kind: AnswerKind = kind
        self.decode = decode
        self.repeatable = repeatable

    def __repr__(self) -> str:
        return f"<Operation {self.name}: {self.method} {self.template}>"


Query = list[tuple[str, str]]


class Request(Generic[T]):
    """One call of an operation: everything to send, and how to decode the response.

    Attributes:
        operation: The operation.
        path: The path with its parameters filled in and quoted.
        query: Query parameters in order; a list parameter repeats its key.
        headers: Headers that the operation declares; never the client's own.
        body: The body, or None.
        repeatable: Whether sending it twice has the effect of sending it once. The default is that
            of the operation; a body with an idempotency key makes it true.
    """

    __slots__ = ("body", "headers", "operation", "path", "query", "repeatable")

    def __init__(
        self,
        operation: Operation[T],
        path: str,
        *,
        query: Query | None = None,
        headers: dict[str, str] | None = None,
        body: Body | None = None,
    ) -> None:
        self.operation = operation
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.repeatable = operation.repeatable

    def decoding(self, decode: Callable[[Any], R], *, kind: AnswerKind | None = None) -> Request[R]:
        """Return the same request with another `decode`, for example to a subclass.

        Args:
            decode: Converts the parsed response.
            kind: The shape of the response, if it is read in another one.
        """
        was = self.operation
        operation = Operation(
            was.operation_id,
            was.name,
            was.method,
            was.template,
            kind=kind or was.kind,
            decode=decode,
            repeatable=was.repeatable,
        )
        request = Request(
            operation, self.path, query=self.query, headers=self.headers, body=self.body
        )
        request.repeatable = self.repeatable
        return request

    def __repr__(self) -> str:
        return f"<Request {self.operation.name}: {self.operation.method} {self.operation.template}>"


def text(value: object) -> str:
    """Return a parameter value as text; a member of an enum becomes its value."""
    # Not `str(value)`: it returns the name of a member of `class Sort(str, Enum)`.
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, datetime):
        return timestamp(value)
    return text(value.value) if isinstance(value, enum.Enum) else str(value)


def segment(value: object) -> str:
    """Quote one path segment.

    Raises:
        ValueError: `value` is empty, or would change the path (``.`` or ``..``).
    """
    plain = text(value)
    if plain in ("", ".", ".."):
        raise ValueError(f"a path segment cannot be {plain!r}: pass the id of an existing object")
    return quote(plain, safe="")


def query(*pairs: tuple[str, object]) -> Query | None:
    """Return query pairs without those that are None; a list repeats its key."""
    result: Query = []
    for key, value in pairs:
        if value is None:
            continue
        if isinstance(value, (list, tuple)):
            result.extend((key, text(item)) for item in cast("list[object]", value))
        else:
            result.append((key, text(value)))
    return result or None


def headers(
    *pairs: tuple[str, object], cookies: Iterable[tuple[str, object]] = ()
) -> dict[str, str] | None:
    """Return headers without those that are None; cookies are joined into one header."""
    result = {key: text(value) for key, value in pairs if value is not None}
    jar = "; ".join(f"{key}={text(value)}" for key, value in cookies if value is not None)
    if jar:
        result["Cookie"] = jar
    return result or None


def nothing(_: object) -> None:
    """Decode a response without content."""


def as_is(value: Any) -> Any:
    """Decode a response whose shape the contract does not define."""
    return value
