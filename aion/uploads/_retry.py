"""Whether a request of a batch that failed, retries and all, is made once more, and when. Pure."""

from __future__ import annotations

from aion.config import ClientConfig
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    CircuitBreakerError,
    RateLimitError,
    ServerError,
)

LONGEST_PAUSE = 30.0
"""Seconds."""
_NOT_SENT = frozenset({"TLS_ERROR", "PROXY_ERROR"})
_SHORT = 503
"""The service has more to do than it can; it did nothing."""
_NOT_DONE = frozenset({501, _SHORT})


def is_ambiguous(error: AionvisionError) -> bool:
    """Whether the service may have done what was asked, though no answer tells so."""
    match error:
        case AionvisionConnectionError() | AionvisionTimeoutError():
            return error.code not in _NOT_SENT
        case ServerError():
            return error.status_code not in _NOT_DONE
        case _:
            return False


def pause_before(error: AionvisionError, tries: int, config: ClientConfig) -> float | None:
    """Seconds until a request is looked after again; None where that would not help.

    What was one request too many may be taken when fewer are in flight, and a circuit that is open
    lets somebody try again.

    Args:
        error: What came of it.
        tries: How often it was looked after already.
        config: The settings, which say how often that may be.
    """
    asked = 0.0
    if isinstance(error, RateLimitError | CircuitBreakerError):
        asked = float(error.retry_after or 0)
    elif error.status_code != _SHORT and not is_ambiguous(error):
        return None
    if tries >= config.max_retries or asked > LONGEST_PAUSE:
        return None
    return min(max(config.retry_delay * 2.0**tries, asked), LONGEST_PAUSE)


__all__ = ["LONGEST_PAUSE", "is_ambiguous", "pause_before"]
