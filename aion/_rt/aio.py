"""What the async source needs of its world."""

from __future__ import annotations

import asyncio

from aion._transport.engine import AsyncEngine as Engine


async def sleep(seconds: float) -> None:
    """Let time pass."""
    await asyncio.sleep(seconds)


__all__ = ["Engine", "sleep"]
