"""What the async source needs of its world. `blocking` has the same names."""

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
from aion._engine.background import Background
from aion._http.routing import Route
from aion._runtime.async_mapping import each, every
from aion._runtime.tasks import CallGroup
from aion.transport import AsyncConnection

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

Transport = Callable[[Route], AsyncConnection]
"""What makes the connections of a client."""
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


__all__ = [
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
    "sleep",
]
