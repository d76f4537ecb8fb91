"""Describes an awaited operation, and words the errors and notes that end the wait. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar

from aion._callbacks import CallbackRaised
from aion.exceptions import (
    AionvisionError,
    AionvisionTimeoutError,
    ResourceNotFoundError,
    ValidationError,
)

T = TypeVar("T")

WORKER_HINT = (
    "If a web server ended it by its worker timeout: do not wait in the request, wait in a"
    " background job, with a timeout shorter than that of its worker (docs/web-servers.md)."
)
"""The end of the note on a wait that was cut off."""


@dataclass(frozen=True)
class Awaited(Generic[T]):
    """An operation that the service continues, whether it is polled or not.

    Args:
        what: Its name in a sentence, such as ``the batch b1``.
        resume_hint: A sentence with the whole call that resumes the wait, and what not to submit
            twice.
        ids: Its ids, for `details`.
        facts: Returns the `details` of a state; its ``status`` goes into the message, too.
    """

    what: str
    resume_hint: str
    ids: Mapping[str, str]
    facts: Callable[[T], Mapping[str, Any]]

    def late(self, last: T | None, waited: float) -> AionvisionTimeoutError:
        """Return the error for an operation that has not ended by the deadline.

        Args:
            last: Its last state, or None if no poll returned one.
            waited: Seconds.
        """
        status = self._known(last).get("status")
        error = AionvisionTimeoutError(
            f"{self._state(last)} after {waited:.3g} s. {self.resume_hint}", last_result=last
        )
        error.details = {**self.ids, **self._known(last), "status": status or "not known"}
        return error

    def annotate(self, error: AionvisionError, last: T | None) -> None:
        """Add the operation, its last state and the hint to another error that ended the wait.

        Args:
            error: The error that ended the wait.
            last: The last state, or None if no poll returned one.
        """
        if self.resume_hint in error.message:
            return
        error.last_result = last
        error.details = {**self.ids, **self._known(last), **error.details}
        # Waiting for an operation that the service does not know is useless.
        if not isinstance(error, ResourceNotFoundError | ValidationError):
            error.message = f"{error.message.rstrip('.')}. {self.resume_hint}"

    def cut_off(self, last: T | None, waited: float) -> str:
        """Return the note on an exception from outside that ended the wait.

        Args:
            last: The last state, or None if no poll returned one.
            waited: Seconds.
        """
        return cut_off_note(self._state(last), waited, self.resume_hint)

    def _state(self, last: T | None) -> str:
        status = self._known(last).get("status")
        if status:
            return f"{self.what} is still {status}"
        return f"the state of {self.what} is not known"

    def _known(self, last: T | None) -> Mapping[str, Any]:
        return {} if last is None else self.facts(last)


def cut_off_note(state: str, waited: float, resume_hint: str) -> str:
    """Return the note on an exception from outside that ended a wait.

    Args:
        state: What was awaited, and its last state.
        waited: Seconds.
        resume_hint: How to resume the wait.
    """
    return f"A wait was cut off after {waited:.3g} s: {state}. {resume_hint}. {WORKER_HINT}"


class NotingCutOff:
    """Adds a note to an exception from outside that ends a block, and lets it pass.

    Such are the `SystemExit` that a web server raises in its worker, `KeyboardInterrupt`, a
    cancellation, and what a signal handler raises. It is neither replaced nor raised again, so
    event loops and cancel scopes recognize their own cancellation. The errors of this package say
    themselves how to resume; those of a callback reach the caller unchanged; and `GeneratorExit`
    ends a coroutine that is no longer awaited.

    Args:
        note: Returns the note. It is called when the block was cut off, and not kept.
    """

    def __init__(self, note: Callable[[], str]) -> None:
        self._note = note

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None or isinstance(error, AionvisionError | CallbackRaised | GeneratorExit):
            return
        note = self._note()
        # An exception may be raised more than once, such as the one of a signal handler.
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)


def is_noted(error: BaseException) -> bool:
    """Return whether an exception has the note on a wait that was cut off."""
    notes: list[str] = getattr(error, "__notes__", [])
    return any(note.endswith(WORKER_HINT) for note in notes)


__all__ = ["Awaited", "NotingCutOff", "cut_off_note", "is_noted"]
