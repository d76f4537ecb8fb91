"""Shared code of the sockets of threads and of coroutines: waiting, properties, failures."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterable
from typing import Any

from aion._http.sockets.tls import Tls

PIECE = 65536
"""Most bytes of one read from the network."""
LARGE_PIECE = 4 * PIECE
"""The same after a full read, when more data is waiting: fewer pieces cost the HTTP library
less."""
Options = Iterable[Any] | None


def waiter(sock: socket.socket, *, for_writing: bool = False) -> Callable[[float | None], bool]:
    """Return a function that waits until the socket is ready, for some seconds or forever.

    It returns whether the socket is ready. A socket that was closed meanwhile counts as ready.
    """
    if not hasattr(select, "poll"):  # pragma: no cover - Windows

        def selected(seconds: float | None) -> bool:
            reading, writing = ([], [sock]) if for_writing else ([sock], [])
            return sock.fileno() < 0 or any(select.select(reading, writing, [], seconds))

        return selected
    poll = select.poll()
    poll.register(sock, select.POLLOUT if for_writing else select.POLLIN)

    def polled(seconds: float | None) -> bool:
        return bool(poll.poll(None if seconds is None else seconds * 1000.0))

    return polled


def extra_info(sock: socket.socket, tls: Tls | None, name: str) -> Any:
    """Return a property of a stream that the HTTP library requests by name."""
    match name:
        case "ssl_object":
            return tls.object if tls else None
        case "client_addr":
            return sock.getsockname()
        case "server_addr":
            return sock.getpeername()
        case "socket":
            return sock
        case _:
            return None


def translated(error: OSError, late: type[Exception], broken: type[Exception]) -> Exception:
    """Convert a socket error into one of the HTTP library: `late` for a timeout, else `broken`.

    A timeout that the system reports, because the other side is gone, counts as `broken`.
    """
    if isinstance(error, TimeoutError) and error.errno is None:
        return late(str(error) or "timed out")
    return broken(str(error) or type(error).__name__)
