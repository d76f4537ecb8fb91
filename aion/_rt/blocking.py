"""What the blocking source needs of its world: the names of `aio`, for threads."""

from __future__ import annotations

import time

from aion._transport.engine import SyncEngine as Engine


def sleep(seconds: float) -> None:
    """Let time pass."""
    time.sleep(seconds)


__all__ = ["Engine", "sleep"]
