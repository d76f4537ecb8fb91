"""What goes over the wire and what comes back, in plain data: no type of the HTTP library.

`Wiring` prepares once what is the same for every request of a client, and makes a `Wire` of each
described request.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from aion._http.content import (
    EMPTY,
    Content,
    encode,
)
from aion._http.hosts import located
from aion._secrets import SecretBytes, SecretText
from aion.exceptions import ValidationError
from aion_api import PREFIX, Operation, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aion.config import ClientConfig

Origin = tuple[str, str, int]
"""Scheme, host and port: what a connection can be shared for."""


@dataclass(slots=True, repr=False)
class Wire:
    """One HTTP request, ready to be sent any number of times.

    Attributes:
        method: HTTP method in capitals.
        origin: Scheme, host and port to connect to.
        url: The absolute URL.
        headers: Everything that is sent, `Host` and `Content-Length` included.
        content: The body.
    """

    method: str
    origin: Origin
    url: str
    headers: list[tuple[bytes, bytes]]
    content: Content

    def __repr__(self) -> str:
        # The query of a presigned URL is a credential, and so are some headers.
        return f"<Wire {self.method} {self.url.partition('?')[0]}>"


@dataclass(slots=True)
class Reply:
    """One HTTP answer, read to its end unless it was asked for otherwise."""

    status: int
    raw_headers: list[tuple[bytes, bytes]]
    body: bytes
    truncated: bool = False
    """The body was longer than was worth reading; only its beginning is here."""

    def header(self, name: str) -> str | None:
        """The value of a header, by its name in any case, or None."""
        wanted = name.lower().encode("ascii")
        for key, value in self.raw_headers:
            if key.lower() == wanted:
                return value.decode("latin-1")
        return None

    def headers(self) -> dict[str, str]:
        """All headers, by their names in lower case; those that came more often are joined."""
        found: dict[str, str] = {}
        for key, raw in self.raw_headers:
            name, value = key.decode("latin-1").lower(), raw.decode("latin-1")
            found[name] = f"{found[name]}, {value}" if name in found else value
        return found


@dataclass(slots=True)
class Fault:
    """An attempt that brought no answer."""

    kind: str
    """``connect``, ``tls``, ``proxy``, ``timeout``, ``broken`` or ``garbled``; ``busy`` where no
    connection of the client became free in time."""
    text: str
    sent: bool
    """Whether the service may have seen the request."""
    bound: float | None = None
    """For a timeout: the seconds that were allowed, where they were not those of the call."""


BUSY = Fault("busy", "all connections are busy", sent=False)


class Wiring:
    """The parts of a request that every call of one client shares."""

    def __init__(self, config: ClientConfig) -> None:
        self.origin, self._host, base = located(config.base_url)
        self._prefixed = base.endswith(PREFIX)
        # Paths of the contract begin with the prefix, besides those of the service itself.
        self._root = base.removesuffix(PREFIX) if self._prefixed else base
        common = [
            (b"Host", self._host.encode("ascii")),
            *(
                (name.encode("ascii"), _header_value(name, value))
                for name, value in config.default_headers.items()
                if name != "Accept"
            ),
        ]
        packed = (b"Accept-Encoding", b"gzip")
        # What is read piece by piece is not unpacked.
        unpacked = (b"Accept-Encoding", b"identity")
        self._headers = [*common, (b"Accept", b"application/json"), packed]
        self._headers_by_kind = {
            "bytes": [*common, (b"Accept", b"*/*"), unpacked],
            "events": [*common, (b"Accept", b"text/event-stream"), unpacked],
            "text": [*common, (b"Accept", b"text/*"), packed],
        }
        self._own_names = {name.lower() for name, _ in self._headers}

    def wire(self, request: Request[Any]) -> Wire:
        """The HTTP request of a described request.

        Raises:
            ValidationError: The body cannot be encoded.
        """
        path = request.path if self._prefixed else request.path.removeprefix(PREFIX)
        url = self._root + path
        if request.query:
            url += "?" + "&".join(f"{_plus(k)}={_plus(v)}" for k, v in request.query)
        headers = self._headers_by_kind.get(request.operation.kind, self._headers).copy()
        if request.headers:
            for name, value in request.headers.items():
                key = name.encode("ascii")
                if key.lower() in self._own_names:
                    headers = [pair for pair in headers if pair[0].lower() != key.lower()]
                headers.append((key, _header_value(name, value)))
        content: Content = EMPTY
        if request.body is not None:
            content = encode(request.body)
            headers.append((b"Content-Type", content.content_type.encode("ascii")))
        if request.body is not None or request.operation.method not in ("GET", "DELETE", "HEAD"):
            headers.append((b"Content-Length", str(content.length).encode("ascii")))
        return Wire(request.operation.method, self.origin, url, headers, content)

    def foreign(self, method: str, url: str, headers: Mapping[str, str], content: Content) -> Wire:
        """A request to a presigned URL: no credential and no header of the client's own.

        Raises:
            ValueError: The URL is not one, or its host or port cannot be one.
        """
        origin, host, url = located(url)
        pairs = [
            (b"Host", host.encode("ascii")),
            (b"Accept", b"*/*"),
            *((k.encode("ascii"), v.encode("latin-1")) for k, v in headers.items()),
        ]
        if content.length or method in ("PUT", "POST"):
            pairs.append((b"Content-Length", str(content.length).encode("ascii")))
        return Wire(method, origin, url, pairs, content)


def object_operation(method: str) -> Operation[bytes]:
    """The operation of reading or writing a stored object at a presigned URL.

    All of them are safe to repeat: a presigned URL names one object.
    """
    return Operation(
        f"object_{method.lower()}",
        f"objects.{method.lower()}",
        method,
        "<presigned URL>",
        kind="bytes",
        decode=bytes,
        repeatable=True,
    )


def _header_value(name: str, value: str) -> bytes:
    data = value.encode("latin-1", "replace")
    is_secret = isinstance(value, SecretText) or name.lower() in ("authorization", "cookie")
    return SecretBytes(data) if is_secret else data


def new_request_id() -> str:
    """A fresh value for ``X-Request-ID``."""
    return os.urandom(16).hex()


def _plus(text: str) -> str:
    try:
        return quote_plus(text, safe="")
    except UnicodeEncodeError as error:
        raise ValidationError(f"an argument cannot be sent in a URL: {error}") from None
