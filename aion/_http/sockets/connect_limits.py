"""Bounds the time to connect, and tracks the progress of connecting.

A connection is connected when the name is resolved, the socket open, the proxy has accepted, and
TLS is set up, so that only requests and responses follow. All of that has one common bound. Until
then, the service cannot have seen a request.
"""

from __future__ import annotations

from aion._clock import monotonic

_SLACK = 0.01
"""Tolerance for the clock of an event loop, in seconds."""
_HTTP_BEGINS = 0x20
"""A request begins with a letter, a SOCKS message with its version number."""


class ConnectLimits:
    """Bounds connecting, for successive connections on the same route.

    Args:
        seconds: Most seconds for connecting.
        handshakes: Number of TLS handshakes on the route.
        asks_proxy: Whether messages to a proxy come between the socket and the first request, and
            no handshake after them (SOCKS without TLS).

    Attributes:
        until: The deadline of connecting on the monotonic clock; None when not connecting.
    """

    __slots__ = ("_asks_proxy", "_bound", "_handshakes", "_left", "_seconds", "until")

    def __init__(self, seconds: float, *, handshakes: int = 0, asks_proxy: bool = False) -> None:
        self._seconds = seconds
        self._handshakes = self._left = handshakes
        self._asks_proxy = asks_proxy
        self._bound: float | None = None
        self.until: float | None = None

    def begin(self, silence: float | None) -> None:
        """Begin to connect. `silence` is a bound, too, because nothing is received meanwhile."""
        self._left = self._handshakes
        if silence is not None and silence < self._seconds:
            seconds, self._bound = silence, None
        else:
            seconds = self._bound = self._seconds
        self.until = monotonic() + seconds

    def connected(self) -> None:
        """Record that the socket is connected."""
        if self._left == 0 and not self._asks_proxy:
            self.until = None

    def secured(self) -> None:
        """Record that a TLS handshake is done."""
        self._left -= 1
        self.connected()

    def writing(self, data: bytes | memoryview) -> None:
        """Record that data is about to be sent: a request means that connecting has ended."""
        if self._asks_proxy and data[0] >= _HTTP_BEGINS:
            self.until = None

    def forget(self) -> None:
        """Record that the connection was closed."""
        self.until = None

    def within(self, timeout: float | None) -> float | None:
        """Return the seconds that an operation may take.

        Raises:
            TimeoutError: No time is left.
        """
        if self.until is None:
            return timeout
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError("the connection was not made in time")
        return left if timeout is None else min(left, timeout)

    @property
    def passed(self) -> float | None:
        """Return the bound of connecting if it has passed, unless it was that of `silence`."""
        if self.until is None or monotonic() < self.until - _SLACK:
            return None
        return self._bound
