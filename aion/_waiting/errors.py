"""What is waited for, and what the error that ends a wait tells of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    CircuitBreakerError,
    RateLimitError,
    ResourceNotFoundError,
    ServerError,
    ValidationError,
)

T = TypeVar("T")

_REFUSED = frozenset({"TLS_ERROR", "PROXY_ERROR"})
"""A certificate or a proxy that refuses does so again."""


@dataclass(frozen=True)
class Awaited(Generic[T]):
    """Something that goes on at the service, whoever looks.

    Args:
        what: Its name in a sentence, such as ``the batch b1``.
        again: A sentence that says how to go on waiting for it, and what not to do again.
        ids: By what it is known, for `details`.
        facts: What `details` tells of a state; its ``status`` is told in the message, too.
    """

    what: str
    again: str
    ids: Mapping[str, str]
    facts: Callable[[T], Mapping[str, Any]]

    def late(self, last: T | None, waited: float) -> AionvisionTimeoutError:
        """The error for what has not ended in time.

        Args:
            last: Its last state, or None where none was seen.
            waited: Seconds.
        """
        status = self._known(last).get("status")
        standing = f"{self.what} is still {status}"
        if not status:
            standing = f"the state of {self.what} is not known"
        error = AionvisionTimeoutError(
            f"{standing} after {waited:.3g} s. {self.again}", last_result=last
        )
        error.details = {**self.ids, **self._known(last), "status": status or "not known"}
        return error

    def tell(self, error: AionvisionError, last: T | None) -> None:
        """Let another error that ended the wait say the same.

        Args:
            error: What ended it.
            last: The last state, or None where none was seen.
        """
        if self.again in error.message:
            return
        error.last_result = last
        error.details = {**self.ids, **self._known(last), **error.details}
        # Nobody can wait for what the service does not know.
        if not isinstance(error, ResourceNotFoundError | ValidationError):
            error.message = f"{error.message.rstrip('.')}. {self.again}"

    def _known(self, last: T | None) -> Mapping[str, Any]:
        return {} if last is None else self.facts(last)


def passes(error: AionvisionError) -> bool:
    """Whether another look may succeed where this is what came of one."""
    match error:
        case AionvisionTimeoutError() | RateLimitError() | CircuitBreakerError():
            return True
        case AionvisionConnectionError():
            return error.code not in _REFUSED
        case ServerError():
            # Without a status the answer broke on its way; below 500 it cannot be used at all.
            status = error.status_code
            return status is None or (status >= 500 and status != 501)
        case _:
            return False


__all__ = ["Awaited", "passes"]
