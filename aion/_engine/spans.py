"""Defines what a tracer does for each call, and holds the correlation id of the caller."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Protocol

from aion._http.wire import Fault, Reply
from aion_api import Operation

correlation_id: ContextVar[str | None] = ContextVar("aion_correlation_id", default=None)


class Span(Protocol):
    """The trace of one call."""

    def attempt(self, url: str) -> dict[str, str]:
        """Begin the span of an attempt; return the headers that propagate the trace."""
        ...

    def attempted(self, outcome: Reply | Fault) -> None:
        """End the span of the attempt."""
        ...

    def end(self, error: BaseException | None) -> None:
        """End the span of the call; a stream ends with its last byte. Later calls do nothing."""
        ...

    def drop(self) -> None:
        """End the span of a call that is being garbage-collected, and export it later.

        An exporter must not run inside the garbage collector, which may have interrupted that very
        exporter while it held its lock.
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
