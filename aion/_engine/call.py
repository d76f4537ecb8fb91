"""One call on its way: what is sent, what bounds it, and what is known of it so far."""

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
        operation: What is called.
        path: The path with its parameters filled in.
        wire: What is sent; a redirect replaces it.
        repeatable: Whether sending it twice has the effect of sending it once.
        deadline: Where on the monotonic clock it has to be over, or None.
        silence: Seconds without a byte that are too long, or None.
        limit: Seconds that the caller gave it as a whole, where it has a deadline.
        whole: Read the body of a success before giving it back.
        endpoint: The circuit that the call belongs to.
        ours: Whether it goes to the API; a presigned URL gets nothing of the client's own.
        request_id: The id of the current attempt, or None.
        span: The trace of the call, where tracing is on.
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

    def end(self, error: BaseException | None) -> None:
        """The call is over: so is its span.

        Args:
            error: What ended it, or None.
        """
        if self.span is None:
            return
        if isinstance(error, GeneratorExit):
            # A coroutine that was forgotten: this runs inside the collector.
            self.span.drop()
        else:
            self.span.end(error.error if isinstance(error, CallbackRaised) else error)

    def locate(self, error: BaseException) -> None:
        """Note which call it was in an error of the way there, raised before any attempt."""
        if isinstance(error, AionvisionConnectionError) and error.method is None:
            path = self.operation.template.removeprefix(PREFIX)
            error.at(method=self.operation.method, path=path)
