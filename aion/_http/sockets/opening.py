"""Creates sockets, and sets the options of every connection of this package."""

from __future__ import annotations

import socket
from contextlib import suppress

from aion._http.sockets.addresses import Address

IDLE = 60
"""Seconds of silence after which the system sends a keep-alive probe. A call may wait minutes for
its response, and routers that translate addresses drop silent connections."""
INTERVAL = 15
"""Seconds between two probes."""
COUNT = 4
"""Unanswered probes after which the connection is broken."""

_OPTIONS = (
    ("TCP_KEEPIDLE", IDLE),
    # The name of the same option on macOS.
    ("TCP_KEEPALIVE", IDLE),
    ("TCP_KEEPINTVL", INTERVAL),
    ("TCP_KEEPCNT", COUNT),
    ("TCP_NODELAY", 1),
)


class Socket(socket.socket):
    """A socket that closes itself without a warning when it is collected.

    In a reference cycle, the socket of a stream may be collected first.
    """

    def __del__(self) -> None:
        # A socket of an unsupported address family was never opened.
        if self.fileno() >= 0:
            self.close()


def opened(address: Address, local_address: str | None) -> socket.socket:
    """Create a non-blocking socket for an address, without connecting it."""
    sock = Socket(address.family, address.kind, address.protocol)
    try:
        sock.setblocking(False)
        tune(sock)
        if local_address is not None:
            sock.bind((local_address, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def tune(sock: socket.socket) -> None:
    """Send small pieces at once, and keep a silent connection alive, if the system supports it."""
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS:
        option = getattr(socket, name, None)
        if option is not None:
            with suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, option, value)
