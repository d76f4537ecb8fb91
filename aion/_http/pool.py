"""Hands out places for connections to threads and to coroutines of any number of event loops.

The HTTP library's own pool iterates over all its connections at each step, which collapses under
concurrency; this one takes the connection used last from a stack. Connections belong to the process
that opened them, and those of coroutines to their event loop: a fork or a new loop starts with
none.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aion._clock import monotonic
from aion._http.places import Connection, Place, Places
from aion._http.private_names import running_loop
from aion._http.wire import Origin

if TYPE_CHECKING:
    import asyncio

C = TypeVar("C", bound=Connection)
_AGAIN = 1.0
"""Seconds after which waiting calls serve the queue themselves, in case an exception interrupted a
release before it woke them."""
_forks = 0


def _note_fork() -> None:
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    # Runs in the child before any other code, while it has one thread.
    os.register_at_fork(after_in_child=_note_fork)


class _Thread(Generic[C]):
    """A thread that waits for a place."""

    __slots__ = ("box", "origin")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.box: SimpleQueue[Place[C]] = SimpleQueue()

    def gone(self) -> bool:
        return False

    def offer(self, place: Place[C]) -> None:
        self.box.put(place)


class SyncPool(Generic[C]):
    """Places for threads.

    Args:
        size: The number of places.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._closed = False
        # By the number of forks in the history of this process.
        self._places: dict[int, Places[C]] = {}

    def places(self) -> Places[C]:
        """Return the places of this process."""
        return self._places.get(_forks) or self._begin()

    def _begin(self) -> Places[C]:
        places = self._places.setdefault(_forks, Places(self._size))
        places.closed = self._closed
        for number in list(self._places):
            if number != _forks and (old := self._places.pop(number, None)) is not None:
                # The parent shares these sockets: closing the copies here does not affect it.
                old.close()
        return places

    def acquire(
        self, origin: Origin, timeout: float | None, check: Callable[[], object] | None = None
    ) -> Place[C] | None:
        """Wait for a place for a connection to `origin`; return None if none became free in time.

        Args:
            origin: The origin of the connection.
            timeout: Seconds to wait, or None.
            check: Called regularly while waiting; an error that it raises ends the wait.
        """
        places = self.places()
        if not places.waiting and (place := places.take(origin)) is not None:
            return place
        return _wait(places, origin, timeout, check)

    def close(self) -> None:
        """Close what is idle now, and the rest when it comes back."""
        self._closed = True
        for places in list(self._places.values()):
            places.close()


def _wait(
    places: Places[C],
    origin: Origin,
    timeout: float | None,
    check: Callable[[], object] | None,
) -> Place[C] | None:
    end = float("inf") if timeout is None else monotonic() + timeout
    pause = _AGAIN if check is None else _AGAIN / 10
    waiter: _Thread[C] = _Thread(origin)
    places.waiting.append(waiter)
    try:
        places.serve()
        while True:
            if check is not None:
                check()
            left = end - monotonic()
            try:
                return waiter.box.get(timeout=max(0.0, min(left, pause)))
            except Empty:
                if left <= 0:
                    return None
            places.nudge()
    finally:
        places.forget(waiter)
        while not waiter.box.empty():
            # The place arrived together with the end of the wait, or twice.
            waiter.box.get_nowait().release(usable=True)


def _asyncio() -> Any:
    """Import the module, which programs with threads alone need not load."""
    import asyncio

    return asyncio


class _Task(Generic[C]):
    """A coroutine that waits for a place."""

    __slots__ = ("origin", "turn")

    def __init__(self, origin: Origin, turn: asyncio.Future[Place[C]]) -> None:
        self.origin = origin
        self.turn = turn

    def gone(self) -> bool:
        return self.turn.done()

    def offer(self, place: Place[C]) -> None:
        if self.turn.done():
            # The collector served it meanwhile.
            place.release(usable=True)
        else:
            self.turn.set_result(place)


class _LoopPlaces(Places[C]):
    """The places of one event loop."""

    def __init__(self, size: int, loop: weakref.ref[asyncio.AbstractEventLoop]) -> None:
        super().__init__(size)
        self.loop = loop
        self.forks = _forks
        self._next_serve = 0.0

    @property
    def over(self) -> bool:
        """Return whether the loop is closed or gone."""
        loop = self.loop()
        return loop is None or loop.is_closed() or self.forks != _forks

    def put(self, place: Place[C], *, usable: bool) -> None:
        super().put(place, usable=usable and not self.over)

    def wake(self) -> None:
        loop = self.loop()
        if loop is None:
            return
        if running_loop() is loop:
            self.serve()
            return
        # The collector runs in any thread. In a closed loop, no call waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self.serve)

    async def turn(self, origin: Origin) -> Place[C]:
        """Wait for a place."""
        loop = _asyncio().get_running_loop()
        task: _Task[C] = _Task(origin, loop.create_future())
        self.waiting.append(task)
        try:
            self.serve()
            if monotonic() >= self._next_serve:
                self.serve_later()
            return await task.turn
        except BaseException:
            self.forget(task)
            if task.turn.done() and not task.turn.cancelled():
                # The place arrived together with the cancellation: pass it to the next call.
                task.turn.result().release(usable=True)
            raise

    def serve_later(self) -> None:
        """Serve the waiting calls of the running loop later, whether it is woken or not."""
        # Twice as long: while each timer starts the next, no other is started.
        self._next_serve = monotonic() + 2 * _AGAIN
        _asyncio().get_running_loop().call_later(_AGAIN, _serve_waiting, weakref.ref(self))


def _serve_waiting(known: weakref.ref[_LoopPlaces[Any]]) -> None:
    places = known()
    if places is not None and places.waiting:
        places.serve_later()
        places.nudge()


class AsyncPool(Generic[C]):
    """Places for coroutines, separate for each event loop.

    Args:
        size: The number of places of each loop.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._closed = False
        # Not a WeakKeyDictionary, which breaks when loops in several threads begin at once.
        self._places: dict[weakref.ref[asyncio.AbstractEventLoop], _LoopPlaces[C]] = {}

    def places(self) -> _LoopPlaces[C]:
        """Return the places of the running loop."""
        loop = _asyncio().get_running_loop()
        places = self._places.get(weakref.ref(loop))
        if places is None or places.forks != _forks:
            return self._begin(loop)
        return places

    def _begin(self, loop: asyncio.AbstractEventLoop) -> _LoopPlaces[C]:
        for key in list(self._places):
            places = self._places.get(key)
            if places is not None and places.over:
                self._places.pop(key, None)
                places.close()
        all_of_them = self._places
        key = weakref.ref(loop, lambda gone: all_of_them.pop(gone, None))
        places = self._places[key] = _LoopPlaces(self._size, key)
        places.closed = self._closed
        return places

    async def acquire(self, origin: Origin) -> Place[C]:
        """Wait for a place for a connection to `origin`."""
        places = self.places()
        if not places.waiting and (place := places.take(origin)) is not None:
            return place
        return await places.turn(origin)

    def close(self) -> None:
        """Close the idle connections of all loops now, and the others on release."""
        self._closed = True
        for places in list(self._places.values()):
            places.close()
