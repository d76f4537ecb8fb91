"""What the async source needs of its world. `blocking` has the same names."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from aion._transport.coroutines import AsyncAnswer as Answer
from aion._transport.coroutines import AsyncEngine as Engine
from aion._transport.routing import Route
from aion.transport import AsyncConnection

if TYPE_CHECKING:
    from aion.client import AionVision
    from aion.config import ClientConfig

T = TypeVar("T")
R = TypeVar("R")

Transport = Callable[[Route], AsyncConnection]
"""What makes the connections of a client."""
AsyncClient: TypeAlias = "AionVision"
"""The client whose methods are coroutines."""


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


def async_client(client: AsyncClient, config: ClientConfig) -> AsyncClient:
    """The asynchronous client of a client: itself."""
    del config
    return client


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


class Crew(Generic[T, R]):
    """Calls of one function that are under way, each told of when it has ended.

    Everything but the calls themselves happens in the caller's own coroutine. The function raises
    nothing that the caller would want to hear of later.
    """

    def __init__(self, function: Callable[[T], Awaitable[R]]) -> None:
        self._function = function
        self._tasks: dict[asyncio.Future[R], T] = {}

    @property
    def busy(self) -> int:
        """How many are under way."""
        return len(self._tasks)

    def start(self, item: T) -> None:
        """Begin a call."""
        self._tasks[asyncio.ensure_future(self._function(item))] = item

    async def ended(self) -> tuple[T, R]:
        """The next call that has ended: its argument and its result, or what it raised."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        task = next(task for task in self._tasks if task.done())
        return self._tasks.pop(task), task.result()

    async def close(self) -> None:
        """Give up on what is under way: nothing of it is left when this returns."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


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


__all__ = ["Ahead", "Answer", "Crew", "Engine", "Transport", "each", "notify", "sleep"]
