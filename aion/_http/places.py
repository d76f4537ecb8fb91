"""The room that a client has for open connections: a fixed number of places, none of which is lost.

A place is empty, idle with a connection to one origin, or held by the call that uses it. How many
are in use is not counted but seen: a place that is dropped anywhere, by an exception between two
lines, a cancelled task or a forgotten stream, closes its connection when it is collected, and
another may be made from then on.

Nothing here holds a lock. Each step is one atomic operation on a deque, a set or a dictionary, so
that threads, signal handlers and the collector may come in between any two of them. The worst that
comes of it is an idle connection closed too early, or a place handed to a waiter that has gone,
which is then dropped with it.
"""

from __future__ import annotations

import gc
import weakref
from collections import deque
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from aion._clock import monotonic
from aion._http.wire import Origin

KEEP_ALIVE = 30.0
"""Seconds for which an idle connection is kept."""
_ROUND = 0.1
"""Seconds between two rounds that close idle connections which have ended or are too old."""
_COLLECTION = 1.0
"""Seconds between two collections of young garbage while calls wait."""
_FULL_COLLECTION = 10.0
"""Seconds between two collections of all garbage while calls wait: in a large program, one takes
long."""


class Connection(Protocol):
    """What a place needs of a connection.

    It may have a method `stale`, which says whether an idle one has ended or cannot be reused.
    """

    def abandon(self) -> None:
        """Close it at once."""
        ...


C = TypeVar("C", bound=Connection)


class Place(Generic[C]):
    """Room for one connection, and the right to use it.

    Attributes:
        origin: Where the connection leads.
        connection: The connection, or None where none was made yet.
        since: When it was last released, on the monotonic clock.
    """

    # Of the class: what collects a place may come before the end of `__init__`.
    connection: C | None = None
    origin: Origin = ("", "", 0)
    since: float = 0.0
    _home: weakref.ref[Places[C]] | None = None

    def __init__(self, home: weakref.ref[Places[C]]) -> None:
        self._home = home

    def release(self, *, usable: bool) -> None:
        """Give the place back; a connection that is not `usable` is closed."""
        home = self._home() if self._home is not None else None
        if home is None:
            # The loop or the process that it was for has gone.
            self.clear()
        else:
            home.put(self, usable=usable)

    def clear(self) -> None:
        """Close the connection."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.abandon()

    def __del__(self) -> None:
        # Only to be quick about it: were it cut short by an exception, the collector would close
        # the socket, and those who wait would see by themselves that there is room.
        self.clear()
        home = self._home() if self._home is not None else None
        if home is not None:
            home.lost(self)


class Waiter(Protocol[C]):
    """A call that waits for a place."""

    origin: Origin

    def gone(self) -> bool:
        """Whether it does not wait any more."""
        ...

    def offer(self, place: Place[C]) -> None:
        """Hand a place over."""
        ...


class Places(Generic[C]):
    """All places of one process, or of one event loop.

    Args:
        size: How many there may be.

    Attributes:
        closed: Nothing is kept any more; what is in use is closed when it comes back.
        waiting: The calls that wait, in order.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self.closed = False
        self.waiting: deque[Waiter[C]] = deque()
        # All that exist, held or free. What takes a dead one out is no Python code, in which an
        # exception could strike.
        self._alive: set[weakref.ref[Place[C]]] = set()
        self._empty: deque[Place[C]] = deque()
        # Those used last are on the right of each.
        self._idle: dict[Origin, deque[Place[C]]] = {}
        self._next_round = 0.0
        self._next_collection = 0.0
        self._next_full_collection = monotonic() + _FULL_COLLECTION

    def take(self, origin: Origin) -> Place[C] | None:
        """A free place, or None where all are in use.

        It is one with a connection to `origin`, else an empty one, else that of the connection to
        another origin that was idle for longest.
        """
        stack = self._idle.get(origin)
        if stack:
            try:
                return stack.pop()
            except IndexError:
                pass
        place = self._unused() or self._longest_idle()
        if place is not None:
            place.clear()
            place.origin = origin
        return place

    def _unused(self) -> Place[C] | None:
        try:
            return self._empty.pop()
        except IndexError:
            pass
        while len(self._alive) < self._size:
            place = Place(weakref.ref(self))
            self._alive.add(weakref.ref(place, self._alive.discard))
            if len(self._alive) <= self._size:
                return place
            # Another thread made one at the same time.
            del place
        return None

    def put(self, place: Place[C], *, usable: bool) -> None:
        """Take a place back, and hand it to who waits for one."""
        now = monotonic()
        if usable and place.connection is not None and not self.closed:
            place.since = now
            stack = self._idle.get(place.origin)
            if stack is None:
                stack = self._idle.setdefault(place.origin, deque())
            stack.append(place)
            if self.closed:
                # Meanwhile, by another thread, which may have come too early to see it.
                self.close()
        else:
            place.clear()
            self._empty.append(place)
        if now >= self._next_round:
            self._next_round = now + _ROUND
            self._close_old(now)
        if self.waiting:
            self.wake()

    def lost(self, place: Place[C]) -> None:
        """Let another place be made for one that is being collected."""
        self._alive.discard(weakref.ref(place))
        if self.waiting:
            self.wake()

    def wake(self) -> None:
        """See to it that `serve` is called where that is allowed."""
        self.serve()

    def serve(self) -> None:
        """Hand free places to those who wait, the first first.

        Called after each place and each waiter that is added, so that one of the callers sees both.
        A waiter leaves the queue after it has its place: in the other order, an exception in
        between would leave it waiting without being in the queue.
        """
        while self.waiting:
            try:
                waiter = self.waiting[0]
            except IndexError:
                return
            if not waiter.gone():
                place = self.take(waiter.origin)
                if place is None:
                    return
                waiter.offer(place)
            self.forget(waiter)

    def nudge(self) -> None:
        """Serve those who have waited for a while.

        All places may be those of streams that were forgotten in a cycle. They come back when the
        collector finds them, and calls that all wait make nothing that would start it.
        """
        now = monotonic()
        if gc.isenabled() and now >= self._next_collection:
            self._next_collection = now + _COLLECTION
            full = now >= self._next_full_collection
            if full:
                self._next_full_collection = now + _FULL_COLLECTION
            gc.collect(2 if full else 1)
        self.serve()

    def forget(self, waiter: Waiter[C]) -> None:
        """Take a waiter out of the queue, if it is still there."""
        with suppress(ValueError, IndexError):
            self.waiting.remove(waiter)

    def close(self) -> None:
        """Close what is idle now, and the rest when it comes back."""
        self.closed = True
        while (place := self._longest_idle()) is not None:
            place.clear()
            self._empty.append(place)

    def _longest_idle(self) -> Place[C] | None:
        while True:
            first: deque[Place[C]] | None = None
            since = float("inf")
            for stack in list(self._idle.values()):
                with suppress(IndexError):
                    if stack[0].since < since:
                        first, since = stack, stack[0].since
            if first is None:
                return None
            with suppress(IndexError):
                return first.popleft()

    def _close_old(self, now: float) -> None:
        """Close idle connections that have ended or are too old, and forget their origins.

        One place at a time is out of its stack, so that others find the rest.
        """
        for origin in list(self._idle):
            stack = self._idle.get(origin)
            if stack is None:
                continue
            for _ in range(len(stack)):
                try:
                    place = stack.popleft()
                except IndexError:
                    break
                if now - place.since < KEEP_ALIVE and not _stale(place.connection):
                    stack.append(place)
                else:
                    place.clear()
                    self._empty.append(place)
            if not stack:
                # A place that comes at this very moment is dropped with it, and made anew.
                self._idle.pop(origin, None)


def _stale(connection: object) -> bool:
    stale = getattr(connection, "stale", None)
    return stale is not None and stale()
