"""Hands out connections: the one used last first, up to a fixed number, waiting in order.

The HTTP library's own pool walks all its connections at each step, which collapses under
concurrency; taking one from a stack does not. Idle connections belong to the process that opened
them, and those of coroutines to their event loop: a fork or a new loop starts with none.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

if TYPE_CHECKING:
    import asyncio


class Channel(Protocol):
    """What a pool needs of a connection."""

    home: object
    """The pool's own note of where the connection belongs."""

    def abandon(self) -> None:
        """Close it at once."""
        ...


C = TypeVar("C", bound=Channel)


class SyncPool(Generic[C]):
    """Connections for threads."""

    def __init__(self, make: Callable[[], C], size: int) -> None:
        self.closed = False
        """Nothing is kept any more; what is in use is closed when it comes back."""
        self._make = make
        self._size = size
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._idle: deque[C] = deque()
        self._free = threading.BoundedSemaphore(self._size)

    def acquire(self, timeout: float | None) -> C | None:
        """A connection, or None when none became free within `timeout` seconds."""
        if self._pid != os.getpid():
            # The sockets are shared with the parent: closing our copies disturbs nobody.
            self.abandon()
            self._begin()
        if not self._free.acquire(timeout=timeout):
            return None
        try:
            return self._idle.pop()
        except IndexError:
            pass
        try:
            return self._make()
        except BaseException:
            self._free.release()
            raise

    def release(self, channel: C, *, usable: bool = True) -> None:
        """Give a connection back; one that is not `usable` is closed."""
        usable = usable and not self.closed
        if not usable:
            channel.abandon()
        if self._pid != os.getpid():
            return
        if usable:
            self._idle.append(channel)
        self._free.release()

    def abandon(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().abandon()


def _asyncio() -> Any:
    """The module, which programs that use threads alone never have to load."""
    import asyncio

    return asyncio


class _LoopState(Generic[C]):
    """The connections of one event loop."""

    __slots__ = ("__weakref__", "idle", "in_use", "loop", "waiters")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = weakref.ref(loop)
        self.idle: list[C] = []
        self.in_use = 0
        self.waiters: deque[asyncio.Future[None]] = deque()

    def abandon(self) -> None:
        while self.idle:
            self.idle.pop().abandon()

    def __del__(self) -> None:
        self.abandon()


class AsyncPool(Generic[C]):
    """Connections for coroutines, of any number of event loops one after the other or at once."""

    def __init__(self, make: Callable[[], C], size: int) -> None:
        self.closed = False
        """Nothing is kept any more; what is in use is closed when it comes back."""
        self._make = make
        self._size = size
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._states: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _LoopState[C]] = (
            weakref.WeakKeyDictionary()
        )

    def _state(self) -> _LoopState[C]:
        loop = _asyncio().get_running_loop()
        if self._pid != os.getpid():
            self.abandon()
            self._begin()
        state = self._states.get(loop)
        if state is None:
            for old in [loop for loop in self._states if loop.is_closed()]:
                self._states.pop(old).abandon()
            state = self._states[loop] = _LoopState(loop)
        return state

    async def acquire(self) -> C:
        """A connection, as soon as one is free."""
        state = self._state()
        if state.in_use >= self._size:
            await self._turn(state)
        else:
            state.in_use += 1
        if state.idle:
            channel = state.idle.pop()
        else:
            try:
                channel = self._make()
            except BaseException:
                self._pass_on(state)
                raise
        channel.home = state
        return channel

    async def _turn(self, state: _LoopState[C]) -> None:
        """Wait until a place, already counted in `in_use`, is handed over."""
        turn: asyncio.Future[None] = _asyncio().get_running_loop().create_future()
        state.waiters.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                # The place came together with the cancellation: it goes to the next in line.
                self._pass_on(state)
            else:
                state.waiters.remove(turn)
            raise

    @staticmethod
    def _pass_on(state: _LoopState[C]) -> None:
        while state.waiters:
            turn = state.waiters.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        state.in_use -= 1

    def release(self, channel: C, *, usable: bool = True) -> None:
        """Give a connection back, from wherever; one that is not `usable` is closed."""
        state = cast("_LoopState[C]", channel.home)
        usable = usable and not self.closed
        if not usable:
            channel.abandon()
        if self._pid != os.getpid():
            return
        # No cycle: a state whose loop is gone has to die at once, to close its connections.
        channel.home = None
        if usable:
            state.idle.append(channel)
        loop = state.loop()
        if loop is None or loop.is_closed():
            state.abandon()
        elif _asyncio()._get_running_loop() is loop:
            self._pass_on(state)
        else:
            # A stream that was dropped is collected wherever the collector happens to run.
            loop.call_soon_threadsafe(self._pass_on, state)

    def abandon(self) -> None:
        """Close what is idle, whichever loop it belongs to."""
        for state in list(self._states.values()):
            state.abandon()
