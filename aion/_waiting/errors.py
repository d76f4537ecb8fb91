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
    """An operation of the service that goes on, whether it is polled or not.

    Args:
        what: Its name in a sentence, such as ``the batch b1``.
        resume_hint: A sentence that says how to go on waiting for it, and what not to do again.
        ids: Its ids, for `details`.
        facts: What `details` says of a state; the ``status`` is in the message, too.
    """

    what: str
    resume_hint: str
    ids: Mapping[str, str]
    facts: Callable[[T], Mapping[str, Any]]

    def late(self, last: T | None, waited: float) -> AionvisionTimeoutError:
        """Return the error for an operation that has not ended in time.

        Args:
            last: Its last state, or None where none was seen.
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
            error: What ended it.
            last: The last state, or None where none was seen.
        """
        if self.resume_hint in error.message:
            return
        error.last_result = last
        error.details = {**self.ids, **self._known(last), **error.details}
        # What the service does not know cannot be waited for.
        if not isinstance(error, ResourceNotFoundError | ValidationError):
            error.message = f"{error.message.rstrip('.')}. {self.resume_hint}"

    def _known(self, last: T | None) -> Mapping[str, Any]:
        return {} if last is None else self.facts(last)


__all__ = ["Awaited"]
