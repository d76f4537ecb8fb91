"""Decides whether a failed request may succeed later. Pure; no other module decides this.

| failure                           | transient | ambiguous: the service may have done it |
|-----------------------------------|-----------|-----------------------------------------|
| no connection, no response in time | yes       | yes                                     |
| TLS or the proxy refused          | no        | no                                      |
| 429, an open circuit breaker      | yes       | no                                      |
| 503                               | yes       | no                                      |
| 501                               | no        | no                                      |
| any other 5xx                     | yes       | yes                                     |
| a success that cannot be read     | no        | yes                                     |
| any other status                  | no        | no                                      |

`aion._engine.retry` decides about the attempts inside one call, by status and kind of fault, from
the same tables; the functions here decide about errors, once those attempts have failed.
"""

from __future__ import annotations

from aion._pauses import ASKED, BROKEN, FAILED
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    CircuitBreakerError,
    RateLimitError,
    ServerError,
)

NOTHING_DONE = frozenset({425, 429, 503})
"""Statuses which say that the service did nothing."""
MAYBE_DONE = frozenset({408, 500, 502, 504, 529})
"""Statuses after which the service may have done the request."""
FINAL_FAULTS = {"tls": "TLS_ERROR", "proxy": "PROXY_ERROR"}
"""Faults that a retry cannot cure, and the codes of their errors."""
_FINAL_CODES = frozenset(FINAL_FAULTS.values())
_NOT_IMPLEMENTED = 501


def is_transient(error: AionvisionError) -> bool:
    """Return whether the same request may succeed later."""
    match error:
        case AionvisionTimeoutError() | RateLimitError() | CircuitBreakerError():
            return True
        case AionvisionConnectionError():
            return error.code not in _FINAL_CODES
        case ServerError():
            # Without a status, the response was garbled; below 500, it is unusable.
            status = error.status_code
            return status is None or (status >= 500 and status != _NOT_IMPLEMENTED)
        case _:
            return False


def is_ambiguous(error: AionvisionError) -> bool:
    """Return whether the service may have done the request although no response says so."""
    match error:
        case AionvisionConnectionError() | AionvisionTimeoutError():
            return error.code not in _FINAL_CODES
        case ServerError():
            return error.status_code not in (*NOTHING_DONE, _NOT_IMPLEMENTED)
        case _:
            return False


def is_refusal(status: int | None) -> bool:
    """Return whether a status says that the service did nothing, and a retry would not help."""
    return status is not None and 400 <= status < 500 and status not in NOTHING_DONE | MAYBE_DONE


def pause_reason(error: AionvisionError) -> str:
    """Return the clause that says why a request which failed so is resent after a pause."""
    match error:
        case RateLimitError() if error.retry_after is not None:
            return ASKED
        case CircuitBreakerError():
            return BROKEN
        case _:
            return FAILED


__all__ = [
    "FINAL_FAULTS",
    "MAYBE_DONE",
    "NOTHING_DONE",
    "is_ambiguous",
    "is_refusal",
    "is_transient",
    "pause_reason",
]
