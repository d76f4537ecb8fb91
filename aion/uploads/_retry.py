"""Decides whether a failed batch request is resent, and after what delay. Pure."""

from __future__ import annotations

from aion._engine.transient import is_ambiguous, is_transient
from aion.config import ClientConfig
from aion.exceptions import AionvisionError, CircuitBreakerError, RateLimitError

LONGEST_PAUSE = 30.0
"""Seconds."""


def pause_before(error: AionvisionError, tries: int, config: ClientConfig) -> float | None:
    """Return the seconds until a failed request is resent; None if that cannot help.

    The service may accept a refused request when fewer are in flight, and an open circuit breaker
    lets a probe request through later.

    Args:
        error: Why it failed, its retries included.
        tries: How often it was resent already.
        config: The settings, which limit that number.
    """
    if not (is_transient(error) or is_ambiguous(error)):
        return None
    asked = 0.0
    if isinstance(error, RateLimitError | CircuitBreakerError):
        asked = float(error.retry_after or 0)
    if tries >= config.max_retries or asked > LONGEST_PAUSE:
        return None
    return min(max(config.retry_delay * 2.0**tries, asked), LONGEST_PAUSE)


__all__ = ["LONGEST_PAUSE", "pause_before"]
