"""Describes an awaited operation, and words the error that ends the wait. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aion.exceptions import (
    AionvisionError,
    AionvisionTimeoutError,
    ResourceNotFoundError,
    ValidationError,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Awaited(Generic[T]):
    """An operation that the service continues, whether it is polled or not.

    Args:
        what: Its name in a sentence, such as ``the batch b1``.
        resume_hint: A sentence that says how to resume the wait, and what not to submit twice.
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
        state = f"{self.what} is still {status}"
        if not status:
            state = f"the state of {self.what} is not known"
        error = AionvisionTimeoutError(
            f"{state} after {waited:.3g} s. {self.resume_hint}", last_result=last
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

    def _known(self, last: T | None) -> Mapping[str, Any]:
        return {} if last is None else self.facts(last)


__all__ = ["Awaited"]
