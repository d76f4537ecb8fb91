"""What a tracer is asked to do with each call, and the correlation id of the caller."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Protocol

from aion._http.wire import Fault, Reply
from aion_api import Operation

correlation_id: ContextVar[str | None] = ContextVar("aion_correlation_id", default=None)


class Span(Protocol):
    """The trace of one call."""

    def attempt(self, url: str) -> dict[str, str]:
        """An attempt begins: the headers that carry the trace on."""
        ...

    def attempted(self, outcome: Reply | Fault) -> None:
        """The attempt is over."""
        ...

    def end(self, error: BaseException | None) -> None:
        """The call is over, for a stream: when its last byte is read. May be called again."""
        ...

    def drop(self) -> None:
        """The call was forgotten, and the collector found it.

        The span ends now, and is exported later: an exporter must not run inside the collector,
        which may have come in while that very exporter held its lock.
        """
        ...


class Tracing(Protocol):
    """The traces of a client."""

    def start(self, operation: Operation[Any]) -> Span:
        """Begin the span of a call of an operation."""
        ...

    def settle(self) -> None:
        """Export the spans that were dropped."""
        ...
