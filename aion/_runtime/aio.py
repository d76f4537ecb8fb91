"""The runtime of the async source: sleep, callbacks, cleanup. `blocking` has the same names."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from aion import _checks as check
from aion._callbacks import Opening, calling_back
from aion._engine.async_engine import AsyncAnswer as Answer
from aion._engine.async_engine import AsyncEngine as Engine
from aion._engine.async_pausing import pause
from aion._engine.background import Background
from aion._http.routing import Route
from aion._runtime.async_mapping import each, every
from aion._runtime.tasks import CallGroup
from aion.transport import AsyncConnection

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

AWAIT = "await "
"""What stands before a call in the messages for users of this client."""
Transport = Callable[[Route], AsyncConnection]
"""Makes the connections of a client."""
Lock = asyncio.Lock
"""A lock that one caller holds at a time."""


async def sleep(seconds: float) -> None:
    """Sleep for a number of seconds."""
    await asyncio.sleep(seconds)


async def notify(callback: Callable[[Any], Any] | None, event: Any) -> None:
    """Call a user's callback, which may be a function or a coroutine function.

    An error that it raises passes all handlers, up to the method that `opens_callbacks`.
    """
    if callback is not None:
        with calling_back():
            result = callback(event)
            if inspect.isawaitable(result):
                await result


def opens_callbacks(
    method: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """Decorate a public method that calls callbacks: it raises their errors unchanged."""

    @functools.wraps(method)
    async def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        with Opening():
            return await method(*args, **kwargs)

    return opened


def check_callbacks(**arguments: Any) -> None:
    """Refuse arguments that `notify` could not call.

    Raises:
        ValidationError: An argument is neither callable nor None.
    """
    check.callbacks(**arguments)


async def finish(
    engine: Engine | None,
    work: Callable[[float | None], Awaitable[object]],
    error: BaseException | None = None,
) -> None:
    """Run the cleanup at the end of a block, even if its caller was cancelled.

    Args:
        engine: The client of this engine waits for the cleanup when it is closed.
        work: Does the cleanup. It takes its limit in seconds, or None.
        error: The error that ended the block. A cancellation is not delayed: the cleanup then
            continues in the background, for two seconds at most.
    """
    await _background(engine).finish(lambda: work(None), error)


async def acquire(
    engine: Engine | None,
    make: Callable[[], Awaitable[T]],
    undo: Callable[[T], Awaitable[object]],
) -> T:
    """Return the result of `make`. If the caller is cancelled meanwhile, `undo` gets the result."""
    return await _background(engine).acquire(make, undo)


def _background(engine: Engine | None) -> Background:
    return Background() if engine is None else engine.background


__all__ = [
    "AWAIT",
    "Answer",
    "CallGroup",
    "Engine",
    "Lock",
    "Transport",
    "acquire",
    "check_callbacks",
    "each",
    "every",
    "finish",
    "notify",
    "opens_callbacks",
    "pause",
    "sleep",
]
