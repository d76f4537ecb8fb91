"""Limits the open connections of a client to a fixed number of places, none of which is lost.

A place is empty, idle with a connection to one origin, or held by a call. Places in use are not
counted but found by weak references: a place that is dropped, by an exception between two lines, a
cancelled task or a forgotten stream, closes its connection when it is collected, and another may be
created from then on.

This module uses no locks. Each step is one atomic operation on a deque, a set or a dictionary, so
that threads, signal handlers and the garbage collector may run between any two of them. In the
worst case, an idle connection is closed too early, or a place is handed to a waiter that has left,
and is dropped with it.
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
"""Seconds until an idle connection is closed."""
_ROUND = 0.1
"""Seconds between two cleanups of idle connections that have ended or are too old."""
_COLLECTION = 1.0
"""Seconds between two collections of young garbage while calls wait."""
_FULL_COLLECTION = 10.0
"""Seconds between two collections of all garbage while calls wait: in a large program, one takes
long."""


class Connection(Protocol):
    """The connection that a place holds.

    An optional method `stale` returns whether an idle connection has ended or cannot be reused.
    """

    def abandon(self) -> None:
        """Close the connection at once."""
        ...


C = TypeVar("C", bound=Connection)


class Place(Generic[C]):
    """The right to use one connection.

    Attributes:
        origin: The origin of the connection.
        connection: The connection, or None before it is created.
        since: When it was last released, on the monotonic clock.
    """

    # On the class, because a place may be collected before the end of `__init__`.
    connection: C | None = None
    origin: Origin = ("", "", 0)
    since: float = 0.0
    _home: weakref.ref[Places[C]] | None = None

    def __init__(self, home: weakref.ref[Places[C]]) -> None:
        self._home = home

    def release(self, *, usable: bool) -> None:
        """Return the place; close the connection unless it is `usable`."""
        home = self._home() if self._home is not None else None
        if home is None:
            # Its event loop or process has ended.
            self.clear()
        else:
            home.put(self, usable=usable)

    def clear(self) -> None:
        """Close the connection."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.abandon()

    def __del__(self) -> None:
        # Only for speed: if an exception interrupted it, the collector would close the socket, and
        # the waiting calls would find the free place themselves.
        self.clear()
        home = self._home() if self._home is not None else None
        if home is not None:
            home.lost(self)


class Waiter(Protocol[C]):
    """A call that waits for a place."""

    origin: Origin

    def gone(self) -> bool:
        """Return whether the call has stopped waiting."""
        ...

    def offer(self, place: Place[C]) -> None:
        """Hand a place to the call."""
        ...


class Places(Generic[C]):
    """All places of one process, or of one event loop.

    Args:
        size: Most places.

    Attributes:
        closed: Whether idle connections are closed; connections in use close on release.
        waiting: The waiting calls, in order.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self.closed = False
        self.waiting: deque[Waiter[C]] = deque()
        # All places, held or free. Dead ones are removed by C code, in which no exception can
        # occur.
        self._alive: set[weakref.ref[Place[C]]] = set()
        self._empty: deque[Place[C]] = deque()
        # The places used last are on the right.
        self._idle: dict[Origin, deque[Place[C]]] = {}
        self._next_round = 0.0
        self._next_collection = 0.0
        self._next_full_collection = monotonic() + _FULL_COLLECTION

    def take(self, origin: Origin) -> Place[C] | None:
        """Take a free place; return None if all are in use.

        It is one with a connection to `origin`, else an empty one, else the one that was idle for
        longest with a connection to another origin.
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
            # Another thread created one at the same time.
            del place
        return None

    def put(self, place: Place[C], *, usable: bool) -> None:
        """Take a place back, and hand it to a waiting call."""
        now = monotonic()
        if usable and place.connection is not None and not self.closed:
            place.since = now
            stack = self._idle.get(place.origin)
            if stack is None:
                stack = self._idle.setdefault(place.origin, deque())
            stack.append(place)
            if self.closed:
                # Another thread closed the pool meanwhile, and may not have seen this place.
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
        """Replace a place that is being collected."""
        self._alive.discard(weakref.ref(place))
        if self.waiting:
            self.wake()

    def wake(self) -> None:
        """Arrange a call of `serve` in a thread where that is allowed."""
        self.serve()

    def serve(self) -> None:
        """Hand free places to the waiting calls, in order.

        Called after each added place and each added waiter, so that one of the callers sees both.
        A waiter is removed from the queue after it has its place: in the other order, an exception
        in between would leave it waiting outside the queue.
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
        """Serve calls that have waited for a while.

        All places may belong to streams that were dropped in a reference cycle. The collector
        releases them, but waiting calls allocate nothing that would start it.
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
        """Remove a waiter from the queue, if it is still there."""
        with suppress(ValueError, IndexError):
            self.waiting.remove(waiter)

    def close(self) -> None:
        """Close idle connections now, and the others on release."""
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
        """Close idle connections that have ended or are too old, and remove their origins.

        Only one place at a time is off its stack, so that other threads find the rest.
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
                # A place that is added at this very moment is dropped with it, and replaced.
                self._idle.pop(origin, None)


def _stale(connection: object) -> bool:
    stale = getattr(connection, "stale", None)
    return stale is not None and stale()
