"""What goes over the wire and what comes back, in plain data: no type of the HTTP library.

`Wiring` prepares once what is the same for every request of a client, and makes a `Wire` of each
described request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aion._http.content import Content

if TYPE_CHECKING:
    pass

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
