"""Resolves host names, within a bound and until the call is given up.

The system's resolver can neither be bounded nor interrupted, so it runs in a daemon thread of its
own: the default executor of an event loop would be waited for at the end of the program. Calls that
need the same name at the same time share one. What comes too late is dropped. Where no thread can
be started, the caller waits for the resolver itself.
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
"""Seconds after which a thread that waits sees whether it still should."""


class Patience:
    """A wait of a thread, in steps short enough to see that the call was given up.

    It ends by the clock, and also when its steps add up to its bound: the clock of a program under
    test may stand still.

    Args:
        within: The seconds that are left, or None; raises what ends the wait.

    Attributes:
        waited: The seconds that passed in whole steps.
    """

    def __init__(self, within: Callable[[], float | None]) -> None:
        self._within = within
        self._bound = within()
        self.waited = 0.0

    def step(self, longest: float | None = None) -> float:
        """The seconds to wait now, at most `longest`.

        Raises:
            TimeoutError: There are none left.
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
    """One lookup that is under way, or its outcome.

    Attributes:
        done: Whether it has ended.
        given_up: Whether a call did not wait for it to the end. It is not joined any more: the
            next attempt gets a chance of its own.
        outcome: What was found, or why nothing was.
    """

    __slots__ = ("_on_end", "done", "given_up", "outcome")

    def __init__(self) -> None:
        self.given_up = False
        self.done = False
        self.outcome: list[Address] | OSError = OSError("the resolver failed")
        # No lock: a signal handler that makes a call may come in anywhere.
        self._on_end: deque[Callable[[], object]] = deque()

    def run(self, host: str, port: int) -> None:
        """Ask the resolver."""
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
        """Have something called at the end, in whichever thread that is; at once if it was."""
        self._on_end.append(call)
        if self.done:
            self._notify()

    def _notify(self) -> None:
        # Called after each addition and after the end, so that one of the callers sees both.
        while self._on_end:
            with suppress(IndexError):
                self._on_end.popleft()()

    def result(self) -> list[Address]:
        """The addresses that were found. Raises the OSError of a failure."""
        if isinstance(self.outcome, OSError):
            # Calls that share a lookup each get an error of their own: a traceback grows.
            raise type(self.outcome)(*self.outcome.args)
        return self.outcome


# By process: the threads of a parent do not run in its fork. No lock, which a fork could copy held.
_under_way: dict[tuple[int, str, int], Lookup] = {}


def _lookup(host: str, port: int) -> Lookup:
    """The lookup of other calls, or a new one."""
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
        # There are no more threads, or the interpreter is ending.
        run()
    return lookup


def _name(host: str) -> str:
    try:
        return ascii_host(host)
    except HostError as error:
        raise OSError(str(error)) from None


def resolve(host: str, port: int, within: Callable[[], float | None]) -> list[Address]:
    """The addresses of a host, for a thread.

    Args:
        host: A name or an address.
        port: A port.
        within: The seconds that are left, or None; raises what ends the wait.

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
    """The same for a coroutine, which is bounded by cancelling it."""
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
        # The loop may be closed meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    lookup.on_end(report)
    try:
        await ended
    except BaseException:
        lookup.given_up = True
        raise
    return lookup.result()
