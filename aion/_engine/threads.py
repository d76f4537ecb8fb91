"""The runtime of the blocking engine: the names of `coroutines`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from aion._clock import monotonic
from aion._engine import abort
from aion._engine.abort import sleep
from aion._engine.call import Call
from aion._http.places import Place
from aion._http.pool import SyncPool as Pool
from aion._http.wire import BUSY, Fault, Reply, Wire
from aion.transport import SyncConnection as Connection

if TYPE_CHECKING:
    from aion._http.routing import Route

_UNLIMITED = nullcontext()


class Background:
    """Stands in for the background work of coroutines; threads have none."""

    def close(self, then: Callable[[], object]) -> None:
        """Call a function at once."""
        then()


def attempt(
    call: Call,
    wire: Wire,
    pool: Pool[Connection],
    connect: Callable[[Place[Connection]], Connection],
) -> tuple[Reply | Fault, Place[Connection] | None]:
    """Send one request of a call.

    Args:
        call: The call, which has the limits of the attempt.
        wire: The request.
        pool: Provides the connection.
        connect: Makes the connection of a place that has none.

    Returns:
        The response or the fault. For a response with an unread body, also the place of its
        connection.
    """
    deadline = call.deadline
    seconds = call.silence if deadline is None else max(0.0, deadline - monotonic())
    group = abort.current.get()
    place = pool.acquire(wire.origin, seconds, group.check if group else None)
    if place is None:
        return BUSY, None
    usable = unread = False
    try:
        connection = place.connection or connect(place)
        with _UNLIMITED if group is None else group.ending(_interrupt_of(connection)):
            outcome = connection.exchange(
                wire, deadline=deadline, silence=call.silence, whole=call.whole
            )
        usable = True
        unread = not call.whole and isinstance(outcome, Reply) and outcome.status < 300
    finally:
        if not unread:
            place.release(usable=usable)
    return outcome, place if unread else None


def _interrupt_of(connection: Connection) -> Callable[[], object]:
    """Return what ends an exchange from another thread, or a function that does nothing."""
    return getattr(connection, "interrupt", _nothing)


def _nothing() -> None:
    pass


def limit(connection: Connection | None, moment: float) -> AbstractContextManager[object] | None:
    """Limit reading a body to a moment on the monotonic clock, inside the returned block.

    Returns:
        None if the connection has no such limit: it could block its caller for ever.
    """
    until = getattr(connection, "until", None)
    if until is None:
        return None
    until(moment)
    return _UNLIMITED


def default_transport() -> Callable[[Route], Connection]:
    """Return what makes connections if the settings have no transport."""
    # Importing the package must not import the HTTP library.
    from aion._http.bounded_connection import BoundedConnection

    return BoundedConnection


__all__ = [
    "Background",
    "Connection",
    "Pool",
    "attempt",
    "default_transport",
    "limit",
    "sleep",
]
