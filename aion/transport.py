"""Bring your own HTTP: the protocol behind the clients' `transport` argument.

A transport is a function that takes a `Route` and returns a connection to it, an object with the
methods of `AsyncConnection` (for `AionVision`) or `SyncConnection` (for `SyncAionVision`). The
clients pool, share and close these connections like their own. Retries, deadlines, errors and
tracing work as usual. No type of an HTTP library is involved. A connection returns bodies with
their `Content-Encoding` undone::

    def transport(route: Route) -> SyncConnection:
        return MyConnection(route.origin, route.proxy, route.tls())

`Route` has the proxy of the settings or the environment, and the TLS settings with
``SSL_CERT_FILE``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aion._http.content import Content
from aion._http.routing import Route
from aion._http.wire import Fault, Origin, Reply, Wire


class SyncConnection(Protocol):
    """A connection for threads. One call uses it at a time.

    Three further methods are optional:

    - `interrupt()`, called from other threads, ends an `exchange` in flight at once. When several
      concurrent calls are abandoned (Ctrl-C), they end right away; without it, the client waits for
      each of them.
    - `until(deadline)` sets the moment, on `time.monotonic`, by which each later `piece` of this
      response must return. Only with it does the client wait, briefly, for what may follow a
      complete chat response.
    - `stale()` returns whether the idle connection has ended or cannot be reused. Stale connections
      are closed at the end of another call.
    """

    home: object
    """Unused; it stays until the next major version. Set it to None."""

    def exchange(
        self, wire: Wire, *, deadline: float | None, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        """Send a request and read its response.

        Args:
            wire: The request; `wire.content.pieces()` yields its body.
            deadline: The moment, on `time.monotonic`, by which the exchange must end, or None. It
                is on the real clock, even if a test has frozen that function.
            silence: Longest time without a byte, in seconds, or None.
            whole: Read the body of a successful response, too. Otherwise return a `Reply` with an
                empty body; calls of `piece` and `finish` follow.

        Returns:
            The response, whatever its status, or the fault. A network failure is returned, never
            raised.
        """
        ...

    def piece(self) -> bytes | Fault | None:
        """Return the next bytes of a body that `exchange` left unread; None at its end."""
        ...

    def finish(self) -> None:
        """Close the response."""
        ...

    def abandon(self) -> None:
        """Close the connection at once. A later `exchange` opens a new one."""
        ...


class AsyncConnection(Protocol):
    """A connection for coroutines. One call uses it at a time.

    The client cancels a call when its deadline passes. A method `stale`, as in `SyncConnection`,
    is optional. So is an attribute `connecting`: true while the connection is being made. A call
    that is cancelled in that time was not sent, and may be retried; without the attribute, the
    client assumes that it may have been sent.
    """

    home: object
    """Unused; it stays until the next major version. Set it to None."""

    async def exchange(
        self, wire: Wire, *, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        """As for `SyncConnection`."""
        ...

    async def piece(self) -> bytes | Fault | None:
        """As for `SyncConnection`."""
        ...

    async def finish(self) -> None:
        """As for `SyncConnection`."""
        ...

    def abandon(self) -> None:
        """As for `SyncConnection`. It may be called from any event loop, or without one."""
        ...


__all__ = [
    "AsyncConnection",
    "Attempt",
    "Content",
    "Fault",
    "Origin",
    "Reply",
    "Route",
    "SyncConnection",
    "Wire",
]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a call, as passed to the `on_attempt` hook.

    Attributes:
        operation: The operation, such as ``user_files.get_user_file``.
        method: HTTP method.
        path: Path template, such as ``/user-files/{image_id}``.
        number: Counted from 1.
        duration: Duration in seconds.
        status: HTTP status of the response, or None if there was no response.
        fault: Why there was no response, or None.
        request_id: The ``X-Request-ID`` that was sent, or None.
        delay: Seconds until the next attempt, or None when there is none.
    """

    operation: str
    method: str
    path: str
    number: int
    duration: float
    status: int | None
    fault: str | None
    request_id: str | None
    delay: float | None
