"""What the async source needs of its world. `blocking` has the same names."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeAlias, TypeVar

from aion import _checks as check
from aion._callbacks import Opening, calling_back
from aion._engine.async_engine import AsyncAnswer as Answer
from aion._engine.async_engine import AsyncEngine as Engine
from aion._engine.background import Background
from aion._http.routing import Route
from aion.transport import AsyncConnection

if TYPE_CHECKING:
    from aion.client import AionVision
    from aion.config import ClientConfig

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

Transport = Callable[[Route], AsyncConnection]
"""What makes the connections of a client."""
AsyncClient: TypeAlias = "AionVision"
"""The client whose methods are coroutines."""
Lock = asyncio.Lock
"""What one caller holds at a time."""


async def sleep(seconds: float) -> None:
    """Let time pass."""
    await asyncio.sleep(seconds)


async def notify(callback: Callable[[Any], Any] | None, event: Any) -> None:
    """Call a user's callback, which may be a function or a coroutine function.

    What it raises goes past all handlers to the method that `opens_callbacks`.
    """
    if callback is not None:
        with calling_back():
            answer = callback(event)
            if inspect.isawaitable(answer):
                await answer


def opens_callbacks(
    method: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """Decorate a public method during which callbacks are called: it raises what they raise."""

    @functools.wraps(method)
    async def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        with Opening():
            return await method(*args, **kwargs)

    return opened


def check_callbacks(**given: Any) -> None:
    """Refuse what `notify` could not call, by the names of the arguments.

    Raises:
        ValidationError: One of them is not callable.
    """
    check.callbacks(**given)


def async_client(client: AsyncClient, config: ClientConfig) -> AsyncClient:
    """The asynchronous client of a client: itself."""
    del config
    return client


async def finish(
    engine: Engine | None,
    work: Callable[[float | None], Awaitable[object]],
    error: BaseException | None = None,
) -> None:
    """Do what has to be done at the end of a block, also when its caller was cancelled.

    Args:
        engine: Its client waits for the work when it is closed.
        work: Does it, within so many seconds, or None.
        error: What ended the block. A cancellation is not held up: the work then goes on in the
            background, for two seconds at most.
    """
    await _background(engine).finish(lambda: work(None), error)


async def acquire(
    engine: Engine | None,
    make: Callable[[], Awaitable[T]],
    undo: Callable[[T], Awaitable[object]],
) -> T:
    """What `make` makes; if the caller is cancelled meanwhile, what was made is undone."""
    return await _background(engine).acquire(make, undo)


def _background(engine: Engine | None) -> Background:
    return Background() if engine is None else engine.background


class Crew(Generic[T, R]):
    """Calls of one function that are under way, each told of when it has ended.

    Everything but the calls themselves happens in the caller's own coroutine.
    """

    def __init__(self, function: Callable[[T], Awaitable[R]]) -> None:
        self._function = function
        self._tasks: dict[asyncio.Future[R], T] = {}

    @property
    def busy(self) -> int:
        """How many are begun and not told of."""
        return len(self._tasks)

    def start(self, item: T) -> None:
        """Begin a call."""
        self._tasks[asyncio.ensure_future(self._function(item))] = item

    async def ended(self) -> tuple[T, R]:
        """The next call that has ended: its argument and its result. What it raised is raised."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        task = next(task for task in self._tasks if task.done())
        return self._tasks.pop(task), task.result()

    async def close(self) -> None:
        """Give up on what is under way: nothing of it is left when this returns.

        Where this is cancelled itself, the calls end a moment later.
        """
        tasks = list(self._tasks)
        self._tasks.clear()
        for task in tasks:
            task.cancel()
            task.add_done_callback(_ignore)
        if tasks:
            # Not `gather`, which would cancel them once more in the middle of tidying up.
            await asyncio.wait(tasks)


def _ignore(ended: asyncio.Future[Any]) -> None:
    """Take the outcome, so that it is not reported as never retrieved."""
    if not ended.cancelled():
        ended.exception()


async def each(
    function: Callable[[T], Awaitable[R]],
    items: Iterable[T],
    *,
    at_once: int,
    then: Callable[[T, R], Awaitable[object]],
) -> None:
    """`function` of every item, at most `at_once` at a time. No result is kept.

    The first failure ends the rest and is raised.

    Args:
        function: Makes a call. It leaves alone what others use at the same time: in the blocking
            client it runs in a thread.
        items: What it is called with.
        at_once: How many calls are under way at a time, at most.
        then: Called in the caller's own coroutine or thread with an item and its result as soon
            as it has one; the place for callbacks and for what is shared.
    """
    todo = deque(items)
    crew = Crew(function)
    try:
        while todo or crew.busy:
            while todo and crew.busy < at_once:
                crew.start(todo.popleft())
            item, result = await crew.ended()
            await then(item, result)
            # Or it would be there until the next one is.
            del result
    finally:
        await crew.close()


async def every(
    function: Callable[[T], Awaitable[R]], items: Iterable[T], *, at_once: int
) -> list[R]:
    """The results of `function` of every item, in the order of the items; otherwise as `each`."""
    results: dict[int, R] = {}

    async def numbered(item: tuple[int, T]) -> R:
        return await function(item[1])

    async def note(item: tuple[int, T], result: R) -> None:
        results[item[0]] = result

    await each(numbered, enumerate(items), at_once=at_once, then=note)
    return [results[number] for number in range(len(results))]


__all__ = [
    "Answer",
    "Crew",
    "Engine",
    "Lock",
    "Transport",
    "acquire",
    "each",
    "every",
    "finish",
    "notify",
    "opens_callbacks",
    "sleep",
]
