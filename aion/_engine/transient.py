"""Decides whether a failed request is worth another try. Pure: the one place that knows.

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

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    CircuitBreakerError,
    RateLimitError,
    ServerError,
)

NOTHING_DONE = frozenset({425, 429, 503})
"""Statuses of a service that says that it did nothing."""
MAYBE_DONE = frozenset({408, 500, 502, 504, 529})
"""Statuses of a service that may have done what it was asked."""
FINAL_FAULTS = {"tls": "TLS_ERROR", "proxy": "PROXY_ERROR"}
"""Faults that occur again, with the codes of their errors: a certificate or a proxy refuses."""
_FINAL_CODES = frozenset(FINAL_FAULTS.values())
_NOT_IMPLEMENTED = 501


def is_transient(error: AionvisionError) -> bool:
    """Whether the same request may succeed later."""
    match error:
        case AionvisionTimeoutError() | RateLimitError() | CircuitBreakerError():
            return True
        case AionvisionConnectionError():
            return error.code not in _FINAL_CODES
        case ServerError():
            # Without a status the response broke on its way; below 500 it cannot be used at all.
            status = error.status_code
            return status is None or (status >= 500 and status != _NOT_IMPLEMENTED)
        case _:
            return False


def is_ambiguous(error: AionvisionError) -> bool:
    """Whether the service may have done what it was asked, though no response says so."""
    match error:
        case AionvisionConnectionError() | AionvisionTimeoutError():
            return error.code not in _FINAL_CODES
        case ServerError():
            return error.status_code not in (*NOTHING_DONE, _NOT_IMPLEMENTED)
        case _:
            return False


def is_refusal(status: int | None) -> bool:
    """Whether a status says that the service did nothing, and will do nothing if asked again."""
    return status is not None and 400 <= status < 500 and status not in NOTHING_DONE | MAYBE_DONE


__all__ = [
    "FINAL_FAULTS",
    "MAYBE_DONE",
    "NOTHING_DONE",
    "is_ambiguous",
    "is_refusal",
    "is_transient",
]
