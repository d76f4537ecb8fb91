"""What the blocking source needs of its world: the names of `aio`, for threads."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from aion._transport.routing import Route
from aion._transport.threads import SyncAnswer as Answer
from aion._transport.threads import SyncEngine as Engine
from aion.transport import SyncConnection

T = TypeVar("T")
R = TypeVar("R")

Transport = Callable[[Route], SyncConnection]
"""What makes the connections of a client."""


def sleep(seconds: float) -> None:
    """Let time pass."""
    time.sleep(seconds)


def notify(callback: Callable[[Any], Any] | None, event: Any) -> None:
    """Call a user's callback. What it raises goes to the caller.

    Raises:
        TypeError: It is a coroutine function, which nothing here could run.
    """
    if callback is not None:
        answer = callback(event)
        if inspect.iscoroutine(answer):
            answer.close()
            raise TypeError("a callback of the blocking client cannot be a coroutine function")


class Ahead:
    """A call that is made when its result is asked for: nothing runs beside a blocking caller."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._function = function
        self._arguments = arguments

    def result(self) -> Any:
        """Make the call."""
        return self._function(*self._arguments)

    def drop(self) -> None:
        """The call is not needed any more."""


def each(function: Callable[[T], R], items: Iterable[T], *, at_once: int) -> list[R]:
    """`function` of every item, one after the other; results in the order of the items."""
    del at_once
    return [function(item) for item in items]


__all__ = ["Ahead", "Answer", "Engine", "Transport", "each", "notify", "sleep"]
