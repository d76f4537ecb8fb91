"""Decides when a failed attempt is retried, and after what delay. Pure: no clock, no network.

| outcome                          | retried                                                    |
|----------------------------------|------------------------------------------------------------|
| nothing was sent (no connection) | always                                                     |
| TLS or the proxy refused         | never: it would refuse a retry                             |
| 429, 503, 425                    | always: the service says that it did nothing               |
| 429 or 413 with a quota code     | never: waiting does not help                               |
| 408, 500, 502, 504, 529          | if the operation is safe to repeat                         |
| 409 whose key is still in use    | if the operation is safe to repeat                         |
| connection broke, no response    | if the operation is safe to repeat                         |
| any other status                 | never                                                      |

`Retry-After` is obeyed, rounded up to whole seconds. Without it the delay doubles from
`retry_delay`, with full jitter. A delay that would exceed the deadline is not started: the error
is raised at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aion._engine.transient import FINAL_FAULTS, MAYBE_DONE, NOTHING_DONE

LONGEST_DELAY = 60.0
"""Most seconds that the delay doubles to. `Retry-After` may ask for more."""

QUOTA_CODES = frozenset(
    {
        "QUOTA_EXCEEDED",
        "STORAGE_QUOTA_EXCEEDED",
        "UPLOAD_QUOTA_EXCEEDED",
        "USAGE_LIMIT_EXCEEDED",
        "MONTHLY_LIMIT_EXCEEDED",
        "TOKEN_LIMIT_EXCEEDED",
    }
)
_KEY_IN_USE_CODES = frozenset({"IDEMPOTENCY_KEY_IN_USE", "IDEMPOTENCY_CONFLICT"})


@dataclass(frozen=True, slots=True)
class Policy:
    """Number and delays of retries.

    Args:
        max_retries: Most retries after the first attempt.
        retry_delay: Most seconds before the first retry.
        jitter: Returns a random number in [0, 1).
    """

    max_retries: int
    retry_delay: float
    jitter: Callable[[], float]

    def delay(self, retries_done: int, retry_after: float | None) -> float:
        """Return the seconds to wait before the next retry."""
        if retry_after is not None:
            return retry_after
        # The exponent is bounded so that a large max_retries cannot overflow.
        ceiling = min(self.retry_delay * 2.0 ** min(retries_done, 32), LONGEST_DELAY)
        return ceiling * self.jitter()


def may_repeat_status(status: int, code: str | None, *, repeatable: bool) -> bool:
    """Return whether a call whose response had `status` may be resent."""
    if code in QUOTA_CODES:
        return False
    if status in NOTHING_DONE:
        return True
    if status == 409:
        return repeatable and code in _KEY_IN_USE_CODES
    return repeatable and status in MAYBE_DONE


def may_repeat_fault(kind: str, *, sent: bool, repeatable: bool) -> bool:
    """Return whether a call without a response may be resent."""
    return kind not in FINAL_FAULTS and (repeatable or not sent)


def http_date(text: str) -> datetime | None:
    """Parse the date in a header; return None if it is unreadable."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def retry_after(value: str | None, now: datetime) -> int | None:
    """Parse a ``Retry-After`` header, which has seconds or a date.

    Args:
        value: The header.
        now: When the response was sent, on the clock of the service.

    Returns:
        Whole seconds, rounded up, never negative; None if the header is missing or unreadable.
    """
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        moment = http_date(text)
        if moment is None:
            return None
        seconds = (moment - now).total_seconds()
    return max(0, math.ceil(seconds)) if math.isfinite(seconds) else None
