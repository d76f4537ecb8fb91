"""Connects to the first address of a host that accepts: attempts race, and the losers are closed.

`addresses` schedules the attempts. The blocking race watches all its sockets in the caller's
thread; that of coroutines has a task for each.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from aion._http.sockets.addresses import Address, Failures, Schedule
from aion._http.sockets.opening import opened
from aion._http.sockets.resolver import Patience

if TYPE_CHECKING:
    import asyncio

_UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EINTR, errno.EAGAIN})


class _Watch(Protocol):
    def add(self, sock: socket.socket) -> None: ...
    def drop(self, sock: socket.socket) -> None: ...
    def ready(self, seconds: float) -> list[int]: ...


class _Polled:
    """Waits for sockets that connected or failed, by `select.poll`."""

    def __init__(self) -> None:
        self._poll = select.poll()

    def add(self, sock: socket.socket) -> None:
        self._poll.register(sock, select.POLLOUT)

    def drop(self, sock: socket.socket) -> None:
        self._poll.unregister(sock)

    def ready(self, seconds: float) -> list[int]:
        return [descriptor for descriptor, _ in self._poll.poll(seconds * 1000.0)]


class _Selected:
    """The same without `select.poll`: on Windows, which reports failures separately."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []

    def add(self, sock: socket.socket) -> None:
        self._sockets.append(sock)

    def drop(self, sock: socket.socket) -> None:
        self._sockets.remove(sock)

    def ready(self, seconds: float) -> list[int]:
        if not self._sockets:
            time.sleep(seconds)
            return []
        _, writable, failed = select.select([], self._sockets, self._sockets, seconds)
        return [sock.fileno() for sock in {*writable, *failed}]


def _watch() -> _Watch:
    return _Polled() if hasattr(select, "poll") else _Selected()


def race(
    host: str,
    addresses: Sequence[Address],
    within: Callable[[], float | None],
    local_address: str | None = None,
) -> socket.socket:
    """Return the first socket that connects, for a thread.

    Args:
        host: The host of the addresses, for the message.
        addresses: The addresses, in the resolver's order.
        within: Returns the seconds left, or None; an error that it raises ends the race.
        local_address: The address to bind the sockets to, or None.

    Raises:
        OSError: All attempts failed, or `within` raised it.
    """
    schedule, failures, watch = Schedule(addresses), Failures(host), _watch()
    trying: dict[int, tuple[socket.socket, Address]] = {}
    patience = Patience(within)
    try:
        while True:
            while (address := schedule.take(patience.waited)) is not None:
                try:
                    sock = _begun(address, local_address)
                except OSError as error:
                    failures.add(address, error)
                    schedule.failed()
                else:
                    trying[sock.fileno()] = (sock, address)
                    watch.add(sock)
            if not trying and not schedule:
                raise failures.error()
            step = patience.step(schedule.wait(patience.waited))
            ready = watch.ready(step)
            if not ready:
                patience.waited += step
            for descriptor in ready:
                # A socket that was interrupted meanwhile looks connected.
                within()
                sock, address = trying[descriptor]
                del trying[descriptor]
                problem = _problem(sock)
                if problem is None:
                    return sock
                watch.drop(sock)
                sock.close()
                failures.add(address, problem)
                schedule.failed()
    finally:
        for sock, _ in trying.values():
            sock.close()


def _begun(address: Address, local_address: str | None) -> socket.socket:
    """Return a socket that has begun to connect."""
    sock = opened(address, local_address)
    try:
        code = sock.connect_ex(address.sockaddr)
        if code and code not in _UNDER_WAY:
            raise OSError(code, os.strerror(code))
    except (ValueError, OverflowError) as error:
        sock.close()
        raise OSError(str(error)) from None
    except BaseException:
        sock.close()
        raise
    return sock


def _problem(sock: socket.socket) -> OSError | None:
    """Return why a socket did not connect; None if it did."""
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return OSError(code, os.strerror(code)) if code else None


async def race_async(
    host: str, addresses: Sequence[Address], local_address: str | None = None
) -> socket.socket:
    """Return the first socket that connects, for a coroutine, which is bounded by cancelling it."""
    import asyncio

    loop = asyncio.get_running_loop()
    schedule, failures = Schedule(addresses), Failures(host)
    tasks: dict[asyncio.Task[socket.socket | OSError], Address] = {}
    winner: socket.socket | None = None
    try:
        while True:
            while (address := schedule.take(loop.time())) is not None:
                tasks[loop.create_task(_attempt(loop, address, local_address))] = address
            if not tasks:
                raise failures.error()
            done, _ = await asyncio.wait(
                tasks, timeout=schedule.wait(loop.time()), return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                outcome = task.result()
                if not isinstance(outcome, OSError):
                    del tasks[task]
                    winner = outcome
                    return winner
                failures.add(tasks.pop(task), outcome)
                schedule.failed()
    finally:
        try:
            await _end(tasks)
        except BaseException:
            if winner is not None:
                winner.close()
            raise


async def _attempt(
    loop: asyncio.AbstractEventLoop, address: Address, local_address: str | None
) -> socket.socket | OSError:
    """Return a connected socket, or the error."""
    try:
        sock = opened(address, local_address)
    except OSError as error:
        return error
    try:
        await loop.sock_connect(sock, address.sockaddr)
    except OSError as error:
        sock.close()
        return error
    except (ValueError, OverflowError) as error:
        sock.close()
        return OSError(str(error))
    except BaseException:
        sock.close()
        raise
    return sock


async def _end(tasks: dict[asyncio.Task[socket.socket | OSError], Any]) -> None:
    """Close the sockets of the losers, and end their tasks."""
    import asyncio

    for task in tasks:
        task.cancel()
        task.add_done_callback(_close)
    if tasks:
        await asyncio.wait(tasks)


def _close(task: asyncio.Task[socket.socket | OSError]) -> None:
    if task.cancelled() or task.exception() is not None:
        return
    outcome = task.result()
    if isinstance(outcome, socket.socket):
        outcome.close()
