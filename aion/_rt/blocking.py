"""What the blocking source needs of its world: the names of `aio`, for threads."""

from __future__ import annotations

import dataclasses
import inspect
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from aion._transport.routing import Route
from aion._transport.threads import SyncAnswer as Answer
from aion._transport.threads import SyncEngine as Engine
from aion.transport import SyncConnection

if TYPE_CHECKING:
    from aion.client import AionVision
    from aion.config import ClientConfig

T = TypeVar("T")
R = TypeVar("R")

Transport = Callable[[Route], SyncConnection]
"""What makes the connections of a client."""
AsyncClient: TypeAlias = "AionVision"
"""The client whose methods are coroutines."""


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


def async_client(client: object, config: ClientConfig) -> AsyncClient:
    """The asynchronous client of a client: a new one with the same settings.

    It has connections of its own, and is closed on its own.
    """
    del client
    from aion.client import AionVision

    return AionVision.from_config(dataclasses.replace(config, transport=None))


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


class Crew(Generic[T, R]):
    """Calls of one function, each made when it is asked for: nothing runs beside the caller."""

    def __init__(self, function: Callable[[T], R]) -> None:
        self._function = function
        self._waiting: deque[T] = deque()

    @property
    def busy(self) -> int:
        """How many are begun and not told of."""
        return len(self._waiting)

    def start(self, item: T) -> None:
        """Begin a call."""
        self._waiting.append(item)

    def ended(self) -> tuple[T, R]:
        """The next call that has ended: its argument and its result, or what it raised."""
        item = self._waiting.popleft()
        return item, self._function(item)

    def close(self) -> None:
        """Give up on what is under way."""
        self._waiting.clear()


def each(function: Callable[[T], R], items: Iterable[T], *, at_once: int) -> list[R]:
    """`function` of every item, one after the other; results in the order of the items."""
    del at_once
    return [function(item) for item in items]


__all__ = ["Ahead", "Answer", "Crew", "Engine", "Transport", "each", "notify", "sleep"]
