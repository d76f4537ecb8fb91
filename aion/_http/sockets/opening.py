"""Makes sockets, and sets on them what every connection of this package has."""

from __future__ import annotations

import socket
from contextlib import suppress

from aion._http.sockets.addresses import Address

IDLE = 60
"""Seconds of silence after which the system asks whether the other side is there. A call may wait
minutes for its answer, and what translates addresses on the way forgets silent connections."""
INTERVAL = 15
"""Seconds between two such questions."""
COUNT = 4
"""Questions without an answer after which the connection is broken."""

_OPTIONS = (
    ("TCP_KEEPIDLE", IDLE),
    # The same, as macOS names it.
    ("TCP_KEEPALIVE", IDLE),
    ("TCP_KEEPINTVL", INTERVAL),
    ("TCP_KEEPCNT", COUNT),
    ("TCP_NODELAY", 1),
)


class Socket(socket.socket):
    """A socket that closes itself when it is forgotten, without a warning.

    Of a stream that was forgotten in a cycle, the collector may find the socket first.
    """

    def __del__(self) -> None:
        # One of a family that the system does not have was never opened.
        if self.fileno() >= 0:
            self.close()


def opened(address: Address, local_address: str | None) -> socket.socket:
    """A socket for an address, which does not block and is not connected."""
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
    """Send small pieces at once, and keep a silent connection alive, where the system can."""
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS:
        option = getattr(socket, name, None)
        if option is not None:
            with suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, option, value)
