"""The log of requests, newest last, with every secret redacted."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Final

REDACTED: Final = "[redacted]"
"""Replaces a key, a cookie or a signature."""

_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request and its outcome."""

    method: str
    path: str
    query: str
    operation: str | None
    """Operation id, or None outside the contract."""
    status: int | None
    """Status of the response; None when the connection was cut instead."""
    body_size: int
    body_sha256: str | None
    """Hash of the body that was read; None without a body."""
    headers: dict[str, str]
    """Headers with names in lower case; keys and cookies are redacted."""
    request_id: str

    def as_json(self) -> dict[str, Any]:
        """Return its wire form."""
        return asdict(self)


class RequestLog:
    """A bounded list of requests; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: deque[SeenRequest] = deque(maxlen=_MOST)

    def add(self, request: SeenRequest) -> None:
        """Add one request."""
        with self._lock:
            self._seen.append(request)

    def list(self) -> list[SeenRequest]:
        """Return all requests, oldest first."""
        with self._lock:
            return list(self._seen)

    def clear(self) -> None:
        """Remove all."""
        with self._lock:
            self._seen.clear()


def redact_headers(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers as text, with secrets redacted."""
    return {
        name.decode("latin-1"): REDACTED
        if name.decode("latin-1") in _SECRET_HEADERS
        else value.decode("latin-1")
        for name, value in headers
    }


def redact_query(query: str) -> str:
    """Return a query string with its signature redacted."""
    if "signature=" not in query:
        return query
    return "&".join(
        f"signature={REDACTED}" if part.startswith("signature=") else part
        for part in query.split("&")
    )
