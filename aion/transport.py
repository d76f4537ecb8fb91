"""Bring your own HTTP: what the clients' `transport` argument needs.

A transport is a function that gets a `Route` and gives a connection to it, an object with the
methods of `AsyncConnection` (for `AionVision`) or `SyncConnection` (for `SyncAionVision`). The
clients keep, share and close such connections as they do their own; retries, deadlines, errors
and tracing stay what they are. No type of an HTTP library is involved. Bodies are handed over as
they were before a `Content-Encoding` packed them::

    def transport(route: Route) -> SyncConnection:
        return MyConnection(route.origin, route.proxy, route.tls())

`Route` already knows the proxy of the settings or the environment, and the TLS settings with
``SSL_CERT_FILE``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aion._http.content import Content
from aion._http.routing import Route
from aion._http.wire import Fault, Origin, Reply, Wire


class SyncConnection(Protocol):
    """A connection for threads; used by one call at a time.

    It may have a method `interrupt` besides, without arguments, which other threads call: it lets
    an `exchange` that is under way end at once. Where several calls are made side by side, giving
    them up (Ctrl-C) then takes no longer than that; without it, they are waited for. And a method
    `until` with one argument: where on `time.monotonic` each later `piece` of this answer has to be
    over. What may follow a whole chat answer is waited for only with it, and then for a moment.
    A third is `stale`, without arguments: whether the idle connection has ended or cannot be used
    again; such ones are closed at the end of another call.
    """

    home: object
    """Not used any more; it stays until the next major version. Set it to None."""

    def exchange(
        self, wire: Wire, *, deadline: float | None, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        """Send a request and read its answer.

        Args:
            wire: The request; `wire.content.pieces()` gives its body.
            deadline: Where on `time.monotonic` it has to be over, or None. It is the real clock,
                also where a test has frozen that function.
            silence: Seconds without a byte that are too long, or None.
            whole: Read the body of a success too. Otherwise give back a `Reply` with an empty
                body; `piece` and `finish` follow.

        Returns:
            The answer, of whatever status, or what happened instead. Nothing is raised for a
            failure of the network.
        """
        ...

    def piece(self) -> bytes | Fault | None:
        """The next bytes of a body that `exchange` left unread; None at its end."""
        ...

    def finish(self) -> None:
        """Close the answer."""
        ...

    def abandon(self) -> None:
        """Close the connection at once. `exchange` may be called again, and opens a new one."""
        ...


class AsyncConnection(Protocol):
    """A connection for coroutines; used by one call at a time.

    Calls are cancelled from outside when their deadline passes. It may have a method `stale`, as
    `SyncConnection`, and an attribute `connecting`: true while its connection is being made. A call
    that is cancelled meanwhile was not sent, and may be repeated; without the attribute, it may
    have been.
    """

    home: object
    """Not used any more; it stays until the next major version. Set it to None."""

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
        """As for `SyncConnection`; called from any event loop, or from none."""
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
    """One attempt of a call, as the `on_attempt` hook sees it.

    Attributes:
        operation: The operation, such as ``user_files.get_user_file``.
        method: HTTP method.
        path: Path template, such as ``/user-files/{image_id}``.
        number: Counted from 1.
        duration: Seconds that it took.
        status: HTTP status of the answer, or None where there was none.
        fault: What happened instead of an answer, or None.
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
