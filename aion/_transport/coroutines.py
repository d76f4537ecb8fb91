"""The driver for coroutines: it sends and sleeps, and decides nothing."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from aion._clock import monotonic
from aion._transport import flow, gate
from aion._transport.background import Background
from aion._transport.call import Call
from aion._transport.content import EMPTY, Content
from aion._transport.engine import LATE, Engine, abandon
from aion._transport.pool import AsyncPool
from aion._transport.routing import Route, route
from aion._transport.wire import BUSY, Fault, Origin, Reply, Wire
from aion_api import Request

if TYPE_CHECKING:
    from aion.config import ClientConfig
    from aion.transport import AsyncConnection

T = TypeVar("T")


class AsyncEngine(Engine):
    """Calls operations from coroutines."""

    def __init__(self, config: ClientConfig, base: AsyncEngine | None = None) -> None:
        super().__init__(config, base)
        self._pools: dict[Origin, AsyncPool[AsyncConnection]] = base._pools if base else {}
        self.background: Background = base.background if base else Background()
        if base is None:
            # A client that is dropped without closing leaves no socket behind.
            weakref.finalize(self, abandon, self._pools)

    async def call(
        self,
        request: Request[T],
        *,
        timeout: float | None = None,
        on_repeat: flow.OnRepeat | None = None,
    ) -> T:
        """Send a request, repeat it where that is safe, and decode the answer.

        Args:
            request: What to send.
            timeout: Seconds for the whole call (for uploads: of silence) instead of the client's.
            on_repeat: Told what came of each attempt that will be repeated, as soon as it came.

        Raises:
            AionvisionError: The typed error of the last attempt.
        """
        reply, _ = await self._run(self._plan(request, timeout), on_repeat)
        return gate.decode(reply, request.operation)

    async def call_raw(
        self, request: Request[T], *, timeout: float | None = None
    ) -> tuple[T, Reply]:
        """The same, with the answer that was decoded."""
        reply, _ = await self._run(self._plan(request, timeout))
        return gate.decode(reply, request.operation), reply

    async def open(
        self,
        request: Request[Any],
        *,
        timeout: float | None = None,
        on_repeat: flow.OnRepeat | None = None,
    ) -> AsyncAnswer:
        """Send a request and give back its successful answer with the body unread.

        Args:
            request: What to send.
            timeout: Seconds of silence that end it, instead of the client's.
            on_repeat: As for `call`.

        Raises:
            AionvisionError: The typed error of the last attempt.
        """
        call = self._plan(request, timeout, whole=False)
        return AsyncAnswer(*await self._run(call, on_repeat), call)

    async def open_object(self, url: str, headers: Mapping[str, str] | None = None) -> AsyncAnswer:
        """Read a presigned URL: its successful answer with the body unread. No key is sent."""
        call = self._plan_object("GET", url, headers, EMPTY, whole=False)
        return AsyncAnswer(*await self._run(call), call)

    async def read_object(self, url: str) -> bytes:
        """The bytes at a presigned URL. No key is sent."""
        reply, _ = await self._run(self._plan_object("GET", url, None, EMPTY, whole=True))
        return reply.body

    async def write_object(
        self, method: str, url: str, headers: Mapping[str, str], content: Content
    ) -> Reply:
        """Send bytes to a presigned URL with exactly these headers. No key is sent."""
        reply, _ = await self._run(self._plan_object(method, url, headers, content, whole=True))
        return reply

    async def _run(
        self, call: Call, on_repeat: flow.OnRepeat | None = None
    ) -> tuple[Reply, _AsyncLease | None]:
        steps = self._steps(call)
        lease: _AsyncLease | None = None
        try:
            step = next(steps)
            while True:
                outcome: Reply | Fault | None = None
                if isinstance(step, flow.Send):
                    outcome, lease = await self._attempt(call, step.wire)
                else:
                    await asyncio.sleep(step.seconds)
                step = steps.send(outcome)
                if outcome is not None and on_repeat is not None:
                    on_repeat(outcome)
        except StopIteration as done:
            if call.span is not None and call.whole:
                call.span.end(None)
            return done.value, lease
        except BaseException as error:
            if lease is not None:
                lease.pool.release(lease.channel, usable=False)
            if call.span is not None:
                call.span.end(error)
            raise

    async def _attempt(self, call: Call, wire: Wire) -> tuple[Reply | Fault, _AsyncLease | None]:
        pool = self._pool(wire.origin)
        channel: AsyncConnection | None = None
        deadline = call.deadline
        seconds = call.silence if deadline is None else deadline - monotonic()
        try:
            # Waiting for a connection counts; after that, a call without a deadline is on its own.
            async with asyncio.timeout(seconds) as limit:
                channel = await pool.acquire()
                if deadline is None:
                    limit.reschedule(None)
                outcome = await channel.exchange(wire, silence=call.silence, whole=call.whole)
        except TimeoutError:
            if channel is None:
                return BUSY, None
            pool.release(channel, usable=False)
            return Fault("timeout", LATE, sent=True), None
        except BaseException:
            if channel is not None:
                pool.release(channel, usable=False)
            raise
        if not call.whole and isinstance(outcome, Reply) and outcome.status < 300:
            return outcome, _AsyncLease(pool, channel)
        pool.release(channel)
        return outcome, None

    def _pool(self, origin: Origin) -> AsyncPool[AsyncConnection]:
        pool = self._pools.get(origin)
        if pool is None:
            make = self.config.transport or _default_transport()
            way = route(origin, self.config.proxy_url)
            pool = self._pools.setdefault(
                origin, AsyncPool(lambda: make(way), self.config.max_connections)
            )
        return pool

    async def close(self) -> None:
        """Close all connections. The engine cannot be used any more.

        What goes on in the background is waited for, two seconds at most.
        """
        await self.background.close(self._close)

    def _close(self) -> None:
        self.closed = True
        if self._base is None:
            abandon(self._pools)


@dataclass(slots=True)
class _AsyncLease:
    """A connection in use by an answer."""

    pool: AsyncPool[AsyncConnection]
    channel: AsyncConnection


class AsyncAnswer:
    """A successful answer whose body is read piece by piece.

    Dropping it without `close` closes its connection too.

    Attributes:
        reply: Status and headers; the body is empty.
        operation: What was called.
    """

    def __init__(self, reply: Reply, lease: _AsyncLease | None, call: Call) -> None:
        self.reply = reply
        self.operation = call.operation
        self._span = call.span
        self._lease = lease

    async def piece(self) -> bytes | None:
        """The next bytes, or None at the end.

        Raises:
            AionvisionError: The connection broke or fell silent.
        """
        if self._lease is None:
            return None
        try:
            found = await self._lease.channel.piece()
        except BaseException as error:
            self._drop(error)
            raise
        if isinstance(found, Fault):
            broken = gate.error_of_fault(found, self.operation, 1)
            self._drop(broken)
            raise broken
        if found is None:
            await self.close()
        return found

    async def piece_by(self, moment: float) -> bytes | None:
        """The next bytes, or None at the end, of a body whose rest does not matter.

        Args:
            moment: Where on the monotonic clock they are not waited for any more.

        Raises:
            AionvisionError: The connection broke or fell silent, or they did not come in time.
        """
        if self._span is not None:
            self._span.end(None)
        try:
            async with asyncio.timeout(moment - monotonic()):
                return await self.piece()
        except TimeoutError:
            raise gate.error_of_fault(
                Fault("timeout", LATE, sent=True), self.operation, 1
            ) from None

    async def close(self) -> None:
        """Give the connection back, closed if something is left unread."""
        lease, self._lease = self._lease, None
        if self._span is not None:
            self._span.end(None)
        if lease is None:
            return
        try:
            await lease.channel.finish()
        except BaseException:
            lease.pool.release(lease.channel, usable=False)
            raise
        lease.pool.release(lease.channel)

    def _drop(self, error: BaseException | None = None) -> None:
        lease, self._lease = self._lease, None
        if self._span is not None:
            self._span.end(error)
        if lease is not None:
            lease.pool.release(lease.channel, usable=False)

    def __del__(self) -> None:
        self._drop()


def _default_transport() -> Callable[[Route], AsyncConnection]:
    # Here, and not on top: importing the package must not import the HTTP library.
    from aion._transport.http import AsyncChannel

    return AsyncChannel
