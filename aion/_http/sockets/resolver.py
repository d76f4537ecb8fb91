"""Resolves host names within a bound, or until the call is abandoned.

The system's resolver can neither be bounded nor interrupted, so it runs in a daemon thread: the end
of the program would wait for the default executor of an event loop. Calls that need the same name
at the same time share one lookup. Late results are dropped. If no thread can be started, the caller
waits for the resolver itself.
"""

from __future__ import annotations

import os
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue

from aion._http.hosts import HostError, ascii_host
from aion._http.sockets.addresses import Address, listed, literal, reason_of

POLL = 0.1
"""Interval in seconds at which a waiting thread checks whether the call was abandoned."""


class Patience:
    """Splits the wait of a thread into short steps, so that it notices an abandoned call.

    It ends by the clock, and also when its steps add up to its bound: the clock of a program under
    test may stand still.

    Args:
        within: Returns the seconds left, or None; an error that it raises ends the wait.

    Attributes:
        waited: Seconds waited in whole steps.
    """

    def __init__(self, within: Callable[[], float | None]) -> None:
        self._within = within
        self._bound = within()
        self.waited = 0.0

    def step(self, longest: float | None = None) -> float:
        """Return the seconds to wait now, at most `longest`.

        Raises:
            TimeoutError: No time is left.
        """
        seconds = POLL if longest is None else min(POLL, longest)
        if (left := self._within()) is not None:
            seconds = min(seconds, left)
        if self._bound is not None:
            if self.waited >= self._bound:
                raise TimeoutError("timed out")
            seconds = min(seconds, self._bound - self.waited)
        return seconds


class Lookup:
    """A lookup in progress, or its outcome.

    Attributes:
        done: Whether it has ended.
        given_up: Whether a call stopped waiting for it. Later calls do not join it, but start a
            new lookup.
        outcome: The addresses, or the error.
    """

    __slots__ = ("_on_end", "done", "given_up", "outcome")

    def __init__(self) -> None:
        self.given_up = False
        self.done = False
        self.outcome: list[Address] | OSError = OSError("the resolver failed")
        # Without a lock, because a signal handler may make a call at any point.
        self._on_end: deque[Callable[[], object]] = deque()

    def run(self, host: str, port: int) -> None:
        """Resolve a name with the system's resolver."""
        try:
            found = listed(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except socket.gaierror as error:
            self.outcome = socket.gaierror(f"{host} cannot be resolved: {reason_of(error)}")
        except (OSError, ValueError, OverflowError) as error:
            self.outcome = OSError(f"{host} cannot be resolved: {error}")
        else:
            self.outcome = found
        finally:
            self.done = True
            self._notify()

    def on_end(self, call: Callable[[], object]) -> None:
        """Register a function to call at the end, in any thread; call it at once if it is over."""
        self._on_end.append(call)
        if self.done:
            self._notify()

    def _notify(self) -> None:
        # Called after each registration and after the end, so that one of the callers sees both.
        while self._on_end:
            with suppress(IndexError):
                self._on_end.popleft()()

    def result(self) -> list[Address]:
        """Return the addresses, or raise the OSError of the failure."""
        if isinstance(self.outcome, OSError):
            # Each call that shares a lookup gets its own error, because a traceback grows.
            raise type(self.outcome)(*self.outcome.args)
        return self.outcome


# By process: the threads of a parent do not run in its fork. A fork could copy a held lock.
_under_way: dict[tuple[int, str, int], Lookup] = {}


def _lookup(host: str, port: int) -> Lookup:
    """Return the lookup of other calls, or a new one."""
    key = (os.getpid(), host, port)
    found = _under_way.get(key)
    if found is not None and not found.given_up:
        return found
    lookup = _under_way[key] = Lookup()

    def run() -> None:
        try:
            lookup.run(host, port)
        finally:
            if _under_way.get(key) is lookup:
                _under_way.pop(key, None)

    try:
        threading.Thread(target=run, name=f"aion-resolve-{host}", daemon=True).start()
    except RuntimeError:
        # The system has no more threads, or the interpreter is shutting down.
        run()
    return lookup


def _name(host: str) -> str:
    try:
        return ascii_host(host)
    except HostError as error:
        raise OSError(str(error)) from None


def resolve(host: str, port: int, within: Callable[[], float | None]) -> list[Address]:
    """Resolve a host, for a thread.

    Args:
        host: A name or an address.
        port: A port.
        within: Returns the seconds left, or None; an error that it raises ends the wait.

    Raises:
        OSError: The host cannot be resolved, or `within` raised it.
    """
    name = _name(host)
    if (addresses := literal(name, port)) is not None:
        return addresses
    patience = Patience(within)
    lookup = _lookup(name, port)
    ended: SimpleQueue[None] = SimpleQueue()
    lookup.on_end(partial(ended.put, None))
    try:
        while not lookup.done:
            step = patience.step()
            try:
                ended.get(timeout=step)
            except Empty:
                patience.waited += step
    except BaseException:
        lookup.given_up = True
        raise
    return lookup.result()


async def resolve_async(host: str, port: int) -> list[Address]:
    """Resolve a host, for a coroutine, which is bounded by cancelling it."""
    name = _name(host)
    if (addresses := literal(name, port)) is not None:
        return addresses
    import asyncio

    loop = asyncio.get_running_loop()
    lookup = _lookup(name, port)
    ended: asyncio.Future[None] = loop.create_future()

    def settle() -> None:
        if not ended.done():
            ended.set_result(None)

    def report() -> None:
        # The loop may be closed by now.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    lookup.on_end(report)
    try:
        await ended
    except BaseException:
        lookup.given_up = True
        raise
    return lookup.result()
