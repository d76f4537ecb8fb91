"""The runtime of the asynchronous engine. `threads` has the same names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from aion._clock import monotonic
from aion._engine.background import Background
from aion._engine.call import Call
from aion._engine.engine import LATE
from aion._http.places import Place
from aion._http.pool import AsyncPool as Pool
from aion._http.wire import BUSY, Fault, Reply, Wire
from aion.transport import AsyncConnection as Connection

if TYPE_CHECKING:
    from aion._http.routing import Route


async def sleep(seconds: float) -> None:
    """Sleep for a number of seconds."""
    await asyncio.sleep(seconds)


async def attempt(
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
    place: Place[Connection] | None = None
    usable = unread = False
    deadline = call.deadline
    seconds = call.silence if deadline is None else deadline - monotonic()
    try:
        # Waiting for a connection counts; after that, a call without a deadline is unbounded.
        async with asyncio.timeout(seconds) as limit:
            place = await pool.acquire(wire.origin)
            if deadline is None:
                limit.reschedule(None)
            connection = place.connection or connect(place)
            outcome = await connection.exchange(wire, silence=call.silence, whole=call.whole)
        usable = True
        unread = not call.whole and isinstance(outcome, Reply) and outcome.status < 300
    except TimeoutError:
        if place is None:
            return BUSY, None
        sent = not getattr(place.connection, "connecting", False)
        return Fault("timeout", LATE, sent=sent), None
    finally:
        if place is not None and not unread:
            place.release(usable=usable)
    return outcome, place if unread else None


def limit(connection: Connection | None, moment: float) -> asyncio.Timeout | None:
    """Return a context manager that ends reading a body at a monotonic moment; never None."""
    del connection
    return asyncio.timeout(moment - monotonic())


def default_transport() -> Callable[[Route], Connection]:
    """Return what makes connections if the settings have no transport."""
    # Importing the package must not import the HTTP library.
    from aion._http.async_connection import AsyncConnection

    return AsyncConnection


__all__ = [
    "Background",
    "Connection",
    "Pool",
    "attempt",
    "default_transport",
    "limit",
    "sleep",
]
