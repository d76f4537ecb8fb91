"""Calls a function with many items, several at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from aion._runtime import tasks as rt

T = TypeVar("T")
R = TypeVar("R")


async def each(
    function: Callable[[T], Awaitable[R]],
    items: Iterable[T],
    *,
    at_once: int,
    then: Callable[[T, R], Awaitable[object]],
) -> None:
    """Call a function with every item, at most `at_once` at a time. Results are not stored.

    The first failure ends the other calls and is raised.

    Args:
        function: Makes a call. It must not use shared state: in the blocking client it runs in a
            worker thread.
        items: The arguments of the calls.
        at_once: Most calls in flight at a time.
        then: Called with an item and its result, as soon as there is one. It runs in the caller's
            own coroutine or thread, so it may call callbacks and use shared state.
    """
    todo = deque(items)
    group = rt.CallGroup(function)
    try:
        while todo or group.busy:
            while todo and group.busy < at_once:
                group.start(todo.popleft())
            item, result = await group.ended()
            await then(item, result)
            # Otherwise the result would stay alive until the next one.
            del result
    finally:
        await group.close()


async def every(
    function: Callable[[T], Awaitable[R]], items: Iterable[T], *, at_once: int
) -> list[R]:
    """Return the results of a function for all items, in their order; otherwise like `each`."""
    results: dict[int, R] = {}

    async def numbered(item: tuple[int, T]) -> R:
        return await function(item[1])

    async def note(item: tuple[int, T], result: R) -> None:
        results[item[0]] = result

    await each(numbered, enumerate(items), at_once=at_once, then=note)
    return [results[number] for number in range(len(results))]
