"""What the blocking source needs of its world: the names of `aio`, for threads."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from aion import _checks as check
from aion._callbacks import Opening, calling_back
from aion._engine import abort
from aion._engine.sync_engine import SyncAnswer as Answer
from aion._engine.sync_engine import SyncEngine as Engine
from aion._http.routing import Route
from aion._runtime.sync_mapping import each, every
from aion._runtime.threads import CallGroup
from aion.transport import SyncConnection

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

Transport = Callable[[Route], SyncConnection]
"""What makes the connections of a client."""
Lock = threading.RLock
"""What one caller holds at a time. A signal handler may come in while its thread holds it."""


def sleep(seconds: float) -> None:
    """Let time pass."""
    abort.sleep(seconds)


def notify(callback: Callable[[Any], Any] | None, event: Any) -> None:
    """Call a user's callback.

    What it raises goes past all handlers to the method that `opens_callbacks`.

    Raises:
        TypeError: It is a coroutine function, which nothing here could run.
    """
    if callback is not None:
        with calling_back():
            answer = callback(event)
        if inspect.iscoroutine(answer):
            answer.close()
            raise TypeError("a callback of the blocking client cannot be a coroutine function")


def opens_callbacks(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate a public method during which callbacks are called: it raises what they raise."""

    @functools.wraps(method)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        with Opening():
            return method(*args, **kwargs)

    return opened


def check_callbacks(**given: Any) -> None:
    """Refuse what `notify` could not call, by the names of the arguments.

    Raises:
        ValidationError: One of them is not callable, or a coroutine function.
    """
    check.callbacks(**given)
    for field, value in given.items():
        if inspect.iscoroutinefunction(value):
            check.refuse(field, value, "a plain function: the blocking client runs no coroutines")


LAST_SECONDS = 2.0
"""What the work at the end of a block may take after Ctrl-C."""


def finish(
    engine: Engine | None,
    work: Callable[[float | None], object],
    error: BaseException | None = None,
) -> None:
    """Do what has to be done at the end of a block, also after Ctrl-C.

    Args:
        engine: Unused: the work is done when this returns.
        work: Does it, within so many seconds, or None.
        error: What ended the block. After Ctrl-C the work may take two seconds at most.
    """
    del engine
    if error is not None and not isinstance(error, Exception):
        work(LAST_SECONDS)
        return
    try:
        work(None)
    except Exception:
        raise
    except BaseException:
        with suppress(Exception):
            work(LAST_SECONDS)
        raise


def acquire(engine: Engine | None, make: Callable[[], T], undo: Callable[[T], object]) -> T:
    """What `make` makes. What Ctrl-C interrupts cannot be undone: its id never arrived."""
    del engine, undo
    return make()


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
