"""What the async source needs of its world. `blocking` has the same names."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from aion._transport.coroutines import AsyncAnswer as Answer
from aion._transport.coroutines import AsyncEngine as Engine
from aion._transport.routing import Route
from aion.transport import AsyncConnection

T = TypeVar("T")
R = TypeVar("R")

Transport = Callable[[Route], AsyncConnection]
"""What makes the connections of a client."""


async def sleep(seconds: float) -> None:
    """Let time pass."""
    await asyncio.sleep(seconds)


async def notify(callback: Callable[[Any], Any] | None, event: Any) -> None:
    """Call a user's callback, which may be a function or a coroutine function.

    What it raises goes to the caller.
    """
    if callback is not None:
        answer = callback(event)
        if inspect.isawaitable(answer):
            await answer


class Ahead:
    """A call that is made while something else goes on."""

    def __init__(self, function: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
        self._task = asyncio.ensure_future(function(*arguments))

    async def result(self) -> Any:
        """Its result, waited for."""
        return await self._task

    def drop(self) -> None:
        """Its result is not needed any more."""
        if self._task.cancel():
            return
        if not self._task.cancelled():
            # Read, so that a failure nobody asked for is not reported as unhandled.
            self._task.exception()


async def each(
    function: Callable[[T], Awaitable[R]], items: Iterable[T], *, at_once: int
) -> list[R]:
    """`function` of every item, at most `at_once` at a time; results in the order of the items.

    The first failure cancels the rest and is raised.
    """
    turns = asyncio.Semaphore(at_once)

    async def one(item: T) -> R:
        async with turns:
            return await function(item)

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


__all__ = ["Ahead", "Answer", "Engine", "Transport", "each", "notify", "sleep"]
