"""How far the making of a connection is, and what bounds it.

A connection is made when nothing but requests and answers follows: the name is resolved, the socket
connected, the proxy has agreed, and TLS is set up. All of that together has one bound. Until then
the service cannot have seen a request.
"""

from __future__ import annotations

from aion._clock import monotonic

_SLACK = 0.01
"""Seconds by which the clock of an event loop may be early."""
_HTTP_BEGINS = 0x20
"""A request begins with a letter, a message of SOCKS with the number of its version."""


class ConnectLimits:
    """The making of one connection after the other, of one channel.

    Args:
        seconds: What one may take.
        handshakes: Those of TLS on the way.
        asks_proxy: Whether messages to a proxy come between the socket and the first request, and
            no handshake after them (SOCKS without TLS).

    Attributes:
        until: Where on the monotonic clock the one that is being made has to be made; None while
            there is none.
    """

    __slots__ = ("_asks_proxy", "_bound", "_handshakes", "_left", "_seconds", "until")

    def __init__(self, seconds: float, *, handshakes: int = 0, asks_proxy: bool = False) -> None:
        self._seconds = seconds
        self._handshakes = self._left = handshakes
        self._asks_proxy = asks_proxy
        self._bound: float | None = None
        self.until: float | None = None

    def begin(self, silence: float | None) -> None:
        """Begin with a new connection. `silence` bounds it, too: nothing is heard meanwhile."""
        self._left = self._handshakes
        if silence is not None and silence < self._seconds:
            seconds, self._bound = silence, None
        else:
            seconds = self._bound = self._seconds
        self.until = monotonic() + seconds

    def connected(self) -> None:
        """The socket is connected."""
        if self._left == 0 and not self._asks_proxy:
            self.until = None

    def secured(self) -> None:
        """A handshake of TLS is done."""
        self._left -= 1
        self.connected()

    def writing(self, data: bytes | memoryview) -> None:
        """Something is about to be sent: a request is the end of the making."""
        if self._asks_proxy and data[0] >= _HTTP_BEGINS:
            self.until = None

    def forget(self) -> None:
        """The connection is given up."""
        self.until = None

    def within(self, timeout: float | None) -> float | None:
        """The seconds that an operation may take.

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
        """The seconds that are allowed, where they are over and were no others' bound."""
        if self.until is None or monotonic() < self.until - _SLACK:
            return None
        return self._bound
