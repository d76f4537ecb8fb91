"""A connection of the blocking client, which a deadline or another thread can end.

A coroutine can be cancelled. A thread cannot be, so its socket enforces the deadline.
"""

from __future__ import annotations

from aion._http.sync_connection import SyncConnection
from aion._http.wire import Fault, Reply, Wire


class BoundedConnection(SyncConnection):
    """One blocking connection, bounded by a deadline."""

    def exchange(
        self,
        wire: Wire,
        *,
        silence: float | None,
        whole: bool = True,
        deadline: float | None = None,
    ) -> Reply | Fault:
        """Send a request and read its response, until a deadline on the monotonic clock."""
        self._backend.limit.deadline = deadline
        return super().exchange(wire, silence=silence, whole=whole)

    def until(self, deadline: float) -> None:
        """Bound further reads of this body by a deadline on the monotonic clock."""
        self._backend.limit.deadline = deadline

    def interrupt(self) -> None:
        """End an exchange in another thread at once. The connection cannot be reused."""
        self._backend.interrupt()
