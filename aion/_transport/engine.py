"""The two drivers: they send and sleep, and decide nothing.

An engine belongs to one client. It can be used before it is opened and after an event loop or a
process has gone, and `close` may be called any number of times.
"""

from __future__ import annotations

import asyncio
import random
import time
import weakref
from typing import TYPE_CHECKING, TypeVar

from aion._transport import flow, gate
from aion._transport.policy import Policy
from aion._transport.pool import AsyncPool, SyncPool
from aion._transport.wire import Fault, Origin, Reply, Wire, Wiring, new_request_id
from aion_api import MultipartBody, Request

if TYPE_CHECKING:
    from typing import Any

    from aion._transport.http import AsyncChannel, SyncChannel
    from aion.config import ClientConfig

T = TypeVar("T")
_LONG_KINDS = frozenset({"bytes", "events"})
_BUSY = "all connections are busy"


class _Engine:
    """What both drivers share: settings, the wiring, and what bounds a call."""

    def __init__(self, config: ClientConfig) -> None:
        self.config = config
        self.closed = False
        self._wiring = Wiring(config)
        self._policy = Policy(config.max_retries, config.retry_delay, random.random)

    def _bounds(
        self, request: Request[Any], timeout: float | None
    ) -> tuple[float | None, float | None]:
        """The deadline and the longest silence of a call.

        Calls that move a payload may take as long as they take, but not fall silent.
        """
        seconds = self.config.timeout if timeout is None else timeout
        if isinstance(request.body, MultipartBody) or request.operation.kind in _LONG_KINDS:
            return None, seconds
        return time.monotonic() + seconds, None

    def _wire(self, request: Request[Any]) -> Wire:
        if self.closed:
            raise RuntimeError("this client is closed: make a new one, or close it later")
        return self._wiring.wire(request)

    def _stamp(self, wire: Wire) -> Wire:
        """The request of one attempt: the same, with an id of its own."""
        if not self.config.send_request_id:
            return wire
        stamp = (b"X-Request-ID", new_request_id().encode("ascii"))
        return Wire(wire.method, wire.origin, wire.url, [*wire.headers, stamp], wire.content)


class AsyncEngine(_Engine):
    """Calls operations from coroutines."""

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        self._pools: dict[Origin, AsyncPool[AsyncChannel]] = {}
        # A client that is dropped without closing leaves no socket behind.
        weakref.finalize(self, _abandon, self._pools)

    async def call(self, request: Request[T], *, timeout: float | None = None) -> T:
        """Send a request, repeat it where that is safe, and decode the answer.

        Args:
            request: What to send.
            timeout: Seconds for the whole call (for uploads: of silence) instead of the client's.

        Raises:
            AionvisionError: The typed error of the last attempt.
        """
        wire = self._wire(request)
        deadline, silence = self._bounds(request, timeout)
        steps = flow.attempts(
            request.operation, request.path, self._policy, deadline=deadline, now=time.monotonic
        )
        step = next(steps)
        while True:
            outcome: Reply | Fault | None = None
            if isinstance(step, flow.Send):
                outcome = await self._attempt(self._stamp(wire), deadline, silence)
            else:
                await asyncio.sleep(step.seconds)
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return gate.decode(done.value, request.operation)

    async def _attempt(
        self, wire: Wire, deadline: float | None, silence: float | None
    ) -> Reply | Fault:
        pool = self._pool(wire.origin)
        channel: AsyncChannel | None = None
        seconds = silence if deadline is None else deadline - time.monotonic()
        try:
            # Waiting for a connection counts; after that, a call without a deadline is on its own.
            async with asyncio.timeout(seconds) as limit:
                channel = await pool.acquire()
                if deadline is None:
                    limit.reschedule(None)
                outcome = await channel.exchange(wire, silence=silence)
        except TimeoutError:
            if channel is None:
                return Fault("timeout", f"{_BUSY} ({seconds:.0f} s)", sent=False)
            pool.release(channel, usable=False)
            return Fault("timeout", "no complete answer in time", sent=True)
        except BaseException:
            if channel is not None:
                pool.release(channel, usable=False)
            raise
        pool.release(channel)
        return outcome

    def _pool(self, origin: Origin) -> AsyncPool[AsyncChannel]:
        pool = self._pools.get(origin)
        if pool is None:
            # Here, and not on top: importing the package must not import the HTTP library.
            from aion._transport.http import AsyncChannel, route

            way = route(origin, self.config.proxy_url)
            pool = self._pools.setdefault(origin, AsyncPool(lambda: AsyncChannel(way)))
        return pool

    async def close(self) -> None:
        """Close all connections. The engine cannot be used any more."""
        self.closed = True
        _abandon(self._pools)


class SyncEngine(_Engine):
    """Calls operations from threads."""

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        self._pools: dict[Origin, SyncPool[SyncChannel]] = {}
        weakref.finalize(self, _abandon, self._pools)

    def call(self, request: Request[T], *, timeout: float | None = None) -> T:
        """Send a request, repeat it where that is safe, and decode the answer.

        Args:
            request: What to send.
            timeout: Seconds for the whole call (for uploads: of silence) instead of the client's.

        Raises:
            AionvisionError: The typed error of the last attempt.
        """
        wire = self._wire(request)
        deadline, silence = self._bounds(request, timeout)
        steps = flow.attempts(
            request.operation, request.path, self._policy, deadline=deadline, now=time.monotonic
        )
        step = next(steps)
        while True:
            outcome: Reply | Fault | None = None
            if isinstance(step, flow.Send):
                outcome = self._attempt(self._stamp(wire), deadline, silence)
            else:
                time.sleep(step.seconds)
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return gate.decode(done.value, request.operation)

    def _attempt(self, wire: Wire, deadline: float | None, silence: float | None) -> Reply | Fault:
        pool = self._pool(wire.origin)
        seconds = silence if deadline is None else max(0.0, deadline - time.monotonic())
        channel = pool.acquire(seconds)
        if channel is None:
            return Fault("timeout", f"{_BUSY} ({seconds:.0f} s)", sent=False)
        try:
            return channel.exchange(wire, deadline=deadline, silence=silence)
        except BaseException:
            channel.abandon()
            raise
        finally:
            pool.release(channel)

    def _pool(self, origin: Origin) -> SyncPool[SyncChannel]:
        pool = self._pools.get(origin)
        if pool is None:
            from aion._transport.http import SyncChannel, route

            way = route(origin, self.config.proxy_url)
            pool = self._pools.setdefault(origin, SyncPool(lambda: SyncChannel(way)))
        return pool

    def close(self) -> None:
        """Close all connections. The engine cannot be used any more."""
        self.closed = True
        _abandon(self._pools)


def _abandon(pools: dict[Origin, Any]) -> None:
    for pool in list(pools.values()):
        pool.abandon()
