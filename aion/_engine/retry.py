"""When a failed attempt is repeated, and after how long. Pure functions, no clock, no network.

| outcome                          | repeated                                                   |
|----------------------------------|------------------------------------------------------------|
| nothing was sent (no connection) | always                                                     |
| TLS or the proxy refused         | never: it would again                                      |
| 429, 503, 425                    | always: the service says that it did nothing               |
| 429 or 413 with a quota code     | never: waiting does not help                               |
| 408, 500, 502, 504, 529          | if the operation is safe to repeat                         |
| 409 whose key is still in use    | if the operation is safe to repeat                         |
| connection broke, no answer      | if the operation is safe to repeat                         |
| any other status                 | never                                                      |

`Retry-After` is obeyed, rounded up to whole seconds; without it the delay doubles from
`retry_delay`, with full jitter. A delay that would pass the deadline is not begun.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aion._engine.transient import FINAL_FAULTS, MAYBE_DONE, NOTHING_DONE

LONGEST_DELAY = 60.0
"""Seconds: the delay stops doubling there. `Retry-After` may ask for more."""

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
    """How often, and how patiently.

    Args:
        max_retries: Repetitions after the first attempt.
        retry_delay: Seconds before the first repetition, at most.
        jitter: A number in [0, 1) each time it is called.
    """

    max_retries: int
    retry_delay: float
    jitter: Callable[[], float]

    def delay(self, retries_done: int, retry_after: float | None) -> float:
        """Seconds to wait before the next repetition."""
        if retry_after is not None:
            return retry_after
        # The exponent is bounded so that a large max_retries cannot overflow.
        ceiling = min(self.retry_delay * 2.0 ** min(retries_done, 32), LONGEST_DELAY)
        return ceiling * self.jitter()


def may_repeat_status(status: int, code: str | None, *, repeatable: bool) -> bool:
    """Whether a call that was answered with `status` may be sent again."""
    if code in QUOTA_CODES:
        return False
    if status in NOTHING_DONE:
        return True
    if status == 409:
        return repeatable and code in _KEY_IN_USE_CODES
    return repeatable and status in MAYBE_DONE


def may_repeat_fault(kind: str, *, sent: bool, repeatable: bool) -> bool:
    """Whether a call that brought no answer may be sent again."""
    return kind not in FINAL_FAULTS and (repeatable or not sent)


def http_date(text: str) -> datetime | None:
    """The moment that a header names; None for one that cannot be read."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def retry_after(value: str | None, now: datetime) -> int | None:
    """Whole seconds to wait, from a ``Retry-After`` header in seconds or as a date.

    Args:
        value: The header.
        now: The moment when the answer was sent, on the clock of the service.

    Returns:
        Seconds rounded up, never negative; None for a header that is missing or cannot be read.
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
