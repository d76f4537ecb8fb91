"""Decides whether a failed batch request is resent, and after what delay. Pure."""

from __future__ import annotations

from aion._engine.transient import is_ambiguous, is_transient
from aion.config import ClientConfig
from aion.exceptions import AionvisionError, CircuitBreakerError, RateLimitError

LONGEST_PAUSE = 30.0
"""Seconds."""


def pause_before(error: AionvisionError, tries: int, config: ClientConfig) -> float | None:
    """Return the seconds until a failed request is followed up; None where that cannot help.

    A request that was one too many may be taken when fewer are in flight, and an open circuit
    breaker lets a probe request through later.

    Args:
        error: Why it failed, its retries included.
        tries: How often it was followed up already.
        config: The settings, which say how often that may be.
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
