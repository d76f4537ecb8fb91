"""Bounds the time that a connection takes to connect, and follows how far it is.

It is connected when nothing but requests and responses follows: the name is resolved, the socket
open, the proxy has agreed, and TLS is set up. All of that together has one bound. Until then the
service cannot have seen a request.
"""

from __future__ import annotations

from aion._clock import monotonic

_SLACK = 0.01
"""Seconds by which the clock of an event loop may be early."""
_HTTP_BEGINS = 0x20
"""A request begins with a letter, a message of SOCKS with the number of its version."""


class ConnectLimits:
    """The limits of connecting, of one connection after the other to the same place.

    Args:
        seconds: What connecting may take.
        handshakes: How many of TLS are on the way.
        asks_proxy: Whether messages to a proxy come between the socket and the first request, and
            no handshake after them (SOCKS without TLS).

    Attributes:
        until: Where on the monotonic clock it has to be connected; None where nothing is being
            connected.
    """

    __slots__ = ("_asks_proxy", "_bound", "_handshakes", "_left", "_seconds", "until")

    def __init__(self, seconds: float, *, handshakes: int = 0, asks_proxy: bool = False) -> None:
        self._seconds = seconds
        self._handshakes = self._left = handshakes
        self._asks_proxy = asks_proxy
        self._bound: float | None = None
        self.until: float | None = None

    def begin(self, silence: float | None) -> None:
        """Begin to connect. `silence` bounds it, too: nothing is received meanwhile."""
        self._left = self._handshakes
        if silence is not None and silence < self._seconds:
            seconds, self._bound = silence, None
        else:
            seconds = self._bound = self._seconds
        self.until = monotonic() + seconds

    def connected(self) -> None:
        """Note that the socket is connected."""
        if self._left == 0 and not self._asks_proxy:
            self.until = None

    def secured(self) -> None:
        """Note that a handshake of TLS is done."""
        self._left -= 1
        self.connected()

    def writing(self, data: bytes | memoryview) -> None:
        """Note that data is about to be sent: a request means that connecting has ended."""
        if self._asks_proxy and data[0] >= _HTTP_BEGINS:
            self.until = None

    def forget(self) -> None:
        """Note that the connection was closed."""
        self.until = None

    def within(self, timeout: float | None) -> float | None:
        """Return the seconds that an operation may take.

        Raises:
            TimeoutError: There are none.
        """
        if self.until is None:
            return timeout
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError("the connection was not made in time")
        return left if timeout is None else min(left, timeout)

    @property
    def passed(self) -> float | None:
        """The bound of connecting, if it has passed and was not that of `silence`; else None."""
        if self.until is None or monotonic() < self.until - _SLACK:
            return None
        return self._bound
