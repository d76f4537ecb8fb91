"""The connection of the blocking client, which ends by a deadline or from another thread.

A coroutine is cancelled from outside. A thread cannot be, so its socket keeps the deadline.
"""

from __future__ import annotations

from aion._http.sync_connection import SyncConnection
from aion._http.wire import Fault, Reply, Wire


class BoundedConnection(SyncConnection):
    """One blocking connection."""

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
        """Bound what is read of this body from now on by a deadline on the monotonic clock."""
        self._backend.limit.deadline = deadline

    def interrupt(self) -> None:
        """Let an exchange in another thread end at once. The connection cannot be reused."""
        self._backend.interrupt()
