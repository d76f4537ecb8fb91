"""Holds requests, responses and faults as plain data, without types of the HTTP library.

`Wiring` prepares the common parts of all requests of a client once, and creates a `Wire` from each
described request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aion._http.content import Content

if TYPE_CHECKING:
    pass

Origin = tuple[str, str, int]
"""Scheme, host and port: requests to the same origin can share a connection."""


@dataclass(slots=True, repr=False)
class Wire:
    """One HTTP request, ready to be sent any number of times.

    Attributes:
        method: HTTP method in capitals.
        origin: Scheme, host and port to connect to.
        url: The absolute URL.
        headers: All headers, `Host` and `Content-Length` included.
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
    """One HTTP response, read to its end unless it is streamed."""

    status: int
    raw_headers: list[tuple[bytes, bytes]]
    body: bytes
    truncated: bool = False
    """Whether the body is cut off, because it is longer than the limit."""

    def header(self, name: str) -> str | None:
        """Return the value of a header, by its name in any case, or None."""
        lowered = name.lower().encode("ascii")
        for key, value in self.raw_headers:
            if key.lower() == lowered:
                return value.decode("latin-1")
        return None

    def headers(self) -> dict[str, str]:
        """Return all headers by their lower-case names; repeated headers are joined."""
        found: dict[str, str] = {}
        for key, raw in self.raw_headers:
            name, value = key.decode("latin-1").lower(), raw.decode("latin-1")
            found[name] = f"{found[name]}, {value}" if name in found else value
        return found


@dataclass(slots=True)
class Fault:
    """An attempt without a response."""

    kind: str
    """``connect``, ``tls``, ``proxy``, ``timeout``, ``broken`` or ``garbled``; ``busy`` if no
    connection of the client became free in time."""
    text: str
    sent: bool
    """Whether the service may have seen the request."""
    bound: float | None = None
    """For a timeout: the limit in seconds, if it was not that of the call."""


BUSY = Fault("busy", "all connections are busy", sent=False)
