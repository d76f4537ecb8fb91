"""Carries what a user's callback raises past every error handler of this package.

A callback may make calls of its own. An error of this package raised there must not be mistaken
for a failure of the request being reported: it would be retried, wrapped or swallowed. So it
travels inside `CallbackRaised`, which no handler of `Exception` catches, from the place where the
callback is called to the public method that opens it and raises the error as it was.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from types import TracebackType

from aion._pauses import watching

_is_carried: ContextVar[bool] = ContextVar("aion: errors of callbacks are carried", default=False)
"""Whether a public method further up opens the carrier. Users must never see an unopened one."""


class CallbackRaised(BaseException):
    """Carries an error that a callback raised.

    Attributes:
        error: The error, as it was raised.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


@contextmanager
def calling_back() -> Generator[None]:
    """Wrap the call of a callback: what it raises is carried to the opener, if there is one."""
    is_carried = _is_carried.get()
    # The calls that the callback makes are its own: they raise errors to it, not past it,
    # and their pauses are not those of the watched block.
    token = _is_carried.set(False)
    try:
        with watching(None):
            yield
    except Exception as error:
        if is_carried:
            raise CallbackRaised(error) from None
        raise
    finally:
        _reset(token)


class Opening:
    """Open carriers at the end of a block: raise the error inside, with its own traceback.

    Of nested blocks only the outermost opens, so that no handler between them sees the error.
    """

    def __enter__(self) -> None:
        self._is_outermost = not _is_carried.get()
        self._token = _is_carried.set(True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _reset(self._token)
        if not isinstance(error, CallbackRaised) or not self._is_outermost:
            return
        raised = error.error
        context = raised.__context__
        try:
            raise raised
        finally:
            # Raising here made the carrier its context.
            raised.__context__ = context
            # The traceback holds this frame, which would hold the error: a cycle.
            del raised, error, trace, context


def raised_error(error: Exception | CallbackRaised) -> Exception:
    """Return the error itself, out of its carrier if it has one."""
    return error.error if isinstance(error, CallbackRaised) else error


def _reset(token: Token[bool]) -> None:
    # A coroutine that is collected may be closed in another context than it ran in.
    with suppress(ValueError):
        _is_carried.reset(token)


__all__ = ["CallbackRaised", "Opening", "calling_back", "raised_error"]
