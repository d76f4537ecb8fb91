"""Holds the state of one call in flight: the request, its limits, and its trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aion._callbacks import CallbackRaised
from aion.exceptions import AionvisionConnectionError
from aion_api import PREFIX, Operation

if TYPE_CHECKING:
    from aion._engine.spans import Span
    from aion._http.wire import Wire


@dataclass(slots=True)
class Call:
    """One call of one operation, over all its attempts.

    Attributes:
        operation: The operation.
        path: The path with its parameters filled in.
        wire: The bytes to send; a redirect replaces it.
        repeatable: Whether sending it twice has the effect of sending it once.
        deadline: The moment, on the monotonic clock, by which it must end, or None.
        silence: Longest time without a byte, in seconds, or None.
        limit: Timeout of the whole call in seconds, if it has a deadline.
        advice: What to add to the error for a response that is not from the API, or "".
        whole: Read the whole body of a successful response before returning it.
        endpoint: The circuit that the call belongs to.
        ours: Whether it goes to the API. A presigned URL gets no header of the client.
        request_id: The id of the current attempt, or None.
        span: The trace of the call, if tracing is enabled.
    """

    operation: Operation[Any]
    path: str
    wire: Wire
    repeatable: bool
    deadline: float | None
    silence: float | None
    whole: bool = True
    endpoint: str = ""
    ours: bool = True
    request_id: str | None = None
    span: Span | None = None
    limit: float | None = None
    advice: str = ""

    def end(self, error: BaseException | None) -> None:
        """End the span of the call.

        Args:
            error: The error that ended the call, or None.
        """
        if self.span is None:
            return
        if isinstance(error, GeneratorExit):
            # A forgotten coroutine: this runs inside the garbage collector.
            self.span.drop()
        else:
            self.span.end(error.error if isinstance(error, CallbackRaised) else error)

    def locate(self, error: BaseException) -> None:
        """Record the call in a connection error that was raised before any attempt."""
        if isinstance(error, AionvisionConnectionError) and error.method is None:
            path = self.operation.template.removeprefix(PREFIX)
            error.at(method=self.operation.method, path=path)
