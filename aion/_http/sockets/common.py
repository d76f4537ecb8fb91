"""What the sockets of threads and of coroutines share: waiting, properties, failures."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterable
from typing import Any

from aion._http.sockets.tls import Tls

PIECE = 65536
"""Bytes that one read of the wire may bring."""
LARGE_PIECE = 4 * PIECE
"""The same after a read that brought all that it might: there is more, and fewer pieces of it cost
the HTTP library less."""
Options = Iterable[Any] | None


def waiter(sock: socket.socket, *, for_writing: bool = False) -> Callable[[float | None], bool]:
    """A function that waits so many seconds, or without end, until the socket is ready.

    It says whether the socket is. A socket that was closed meanwhile is.
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
    """What the HTTP library asks of a stream, by name."""
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
    """The HTTP library's exception for one of a socket: `late` for a timeout, else `broken`.

    A timeout that the system reports, because the other side is gone, is not one of ours.
    """
    if isinstance(error, TimeoutError) and error.errno is None:
        return late(str(error) or "timed out")
    return broken(str(error) or type(error).__name__)
