"""What a handler gets and gives: one `Call` in, one `Answer` out; nothing of ASGI in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .contract import Operation
from .jsontext import json_text

if TYPE_CHECKING:
    from .state import State
    from .uploads import Form


@dataclass(slots=True)
class Answer:
    """An answer: a JSON body, or bytes of another type, or none."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    raw: bytes | None = None
    """The body when it is not JSON; its type then stands in the headers."""

    def payload(self) -> tuple[bytes, dict[str, str]]:
        """Bytes and headers as they are sent."""
        if self.raw is not None:
            return self.raw, self.headers
        if self.status in {204, 302}:
            return b"", self.headers
        return json_text(self.body).encode(), {
            "content-type": "application/json",
            **self.headers,
        }


@dataclass(slots=True)
class Call:
    """One checked request of an operation."""

    operation: Operation
    state: State
    path: Mapping[str, Any]
    """Path parameters, decoded."""
    query: Mapping[str, Any]
    """Query parameters, decoded, with defaults; absent ones are None."""
    body: Any
    """Decoded JSON body, or None."""
    form: Form | None
    """Received multipart form, or None."""
    origin: str
    """Scheme and host as the client sees them, for absolute URLs."""

    def object_url(self, key: str, filename: str | None = None) -> str:
        """A signed absolute URL of an object; with a filename, a download."""
        return self.origin + self.state.signer.sign(key, filename)
