"""The runtime of the blocking source: the names of `aio`, for threads."""

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
from aion._engine.sync_pausing import pause
from aion._http.routing import Route
from aion._runtime.sync_mapping import each, every
from aion._runtime.threads import CallGroup
from aion.transport import SyncConnection

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

AWAIT = ""
"""What stands before a call in the messages for users of this client."""
Transport = Callable[[Route], SyncConnection]
"""Makes the connections of a client."""
Lock = threading.RLock
"""A lock that one caller holds at a time. A signal handler may run while its thread holds it."""


def sleep(seconds: float) -> None:
    """Sleep for a number of seconds."""
    abort.sleep(seconds)


def notify(callback: Callable[[Any], Any] | None, event: Any) -> None:
    """Call a user's callback.

    An error that it raises passes all handlers, up to the method that `opens_callbacks`.

    Raises:
        TypeError: It is a coroutine function, which the blocking client cannot run.
    """
    if callback is not None:
        with calling_back():
            result = callback(event)
        if inspect.iscoroutine(result):
            result.close()
            raise TypeError("a callback of the blocking client cannot be a coroutine function")


def opens_callbacks(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate a public method that calls callbacks: it raises their errors unchanged."""

    @functools.wraps(method)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        with Opening():
            return method(*args, **kwargs)

    return opened


def check_callbacks(**arguments: Any) -> None:
    """Refuse arguments that `notify` could not call.

    Raises:
        ValidationError: An argument is neither callable nor None, or is a coroutine function.
    """
    check.callbacks(**arguments)
    for field, value in arguments.items():
        if inspect.iscoroutinefunction(value):
            check.refuse(field, value, "a plain function: the blocking client runs no coroutines")


LAST_SECONDS = 2.0
"""Seconds that the cleanup at the end of a block may take after Ctrl-C."""


def finish(
    engine: Engine | None,
    work: Callable[[float | None], object],
    error: BaseException | None = None,
) -> None:
    """Run the cleanup at the end of a block, even after Ctrl-C.

    Args:
        engine: Unused: the cleanup is done when this returns.
        work: Does the cleanup. It takes its limit in seconds, or None.
        error: The error that ended the block. After Ctrl-C the limit is two seconds.
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
    """Return the result of `make`. After Ctrl-C it cannot be undone: its id never arrived."""
    del engine, undo
    return make()


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
