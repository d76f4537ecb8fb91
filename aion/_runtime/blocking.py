"""What the blocking source needs of its world: the names of `aio`, for threads."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar

from aion import _checks as check
from aion._callbacks import Opening, calling_back
from aion._engine import abort
from aion._engine.sync_engine import SyncAnswer as Answer
from aion._engine.sync_engine import SyncEngine as Engine
from aion._http.routing import Route
from aion._runtime.threads import Crew
from aion.transport import SyncConnection

if TYPE_CHECKING:
    from aion.client import AionVision
    from aion.config import ClientConfig

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

Transport = Callable[[Route], SyncConnection]
"""What makes the connections of a client."""
AsyncClient: TypeAlias = "AionVision"
"""The client whose methods are coroutines."""
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


def async_client(client: object, config: ClientConfig) -> AsyncClient:
    """The asynchronous client of a client: a new one with the same settings.

    It has connections of its own, and is closed on its own.
    """
    del client
    from aion.client import AionVision

    return AionVision.from_config(dataclasses.replace(config, transport=None))


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


def each(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    at_once: int,
    then: Callable[[T, R], object],
) -> None:
    """`function` of every item, at most `at_once` at a time. No result is kept.

    The first failure ends the rest and is raised. `then` is called in the caller's own thread,
    `function` in others where there are several items.
    """
    todo = deque(items)
    crew = Crew(function)
    try:
        while todo or crew.busy:
            while todo and crew.busy < at_once:
                crew.start(todo.popleft())
            item, result = crew.ended()
            then(item, result)
            # Or it would be there until the next one is.
            del result
    finally:
        crew.close()


def every(function: Callable[[T], R], items: Iterable[T], *, at_once: int) -> list[R]:
    """The results of `function` of every item, in the order of the items; otherwise as `each`."""
    results: dict[int, R] = {}

    def numbered(item: tuple[int, T]) -> R:
        return function(item[1])

    def note(item: tuple[int, T], result: R) -> None:
        results[item[0]] = result

    each(numbered, enumerate(items), at_once=at_once, then=note)
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
