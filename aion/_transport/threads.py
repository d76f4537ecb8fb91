"""The driver for threads: it sends and sleeps, and decides nothing."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from aion._clock import monotonic
from aion._transport import abort, flow, gate
from aion._transport.call import Call
from aion._transport.content import EMPTY, Content
from aion._transport.engine import Engine, abandon
from aion._transport.pool import SyncPool
from aion._transport.routing import Route, route
from aion._transport.wire import BUSY, Fault, Origin, Reply, Wire
from aion_api import Request

if TYPE_CHECKING:
    from aion.config import ClientConfig
    from aion.transport import SyncConnection

T = TypeVar("T")
_UNENDING = nullcontext()


class SyncEngine(Engine):
    """Calls operations from threads."""

    def __init__(self, config: ClientConfig, base: SyncEngine | None = None) -> None:
        super().__init__(config, base)
        self._pools: dict[Origin, SyncPool[SyncConnection]] = base._pools if base else {}
        if base is None:
            weakref.finalize(self, abandon, self._pools)

    def call(
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
        reply, _ = self._run(self._plan(request, timeout), on_repeat)
        return gate.decode(reply, request.operation)

    def call_raw(self, request: Request[T], *, timeout: float | None = None) -> tuple[T, Reply]:
        """The same, with the answer that was decoded."""
        reply, _ = self._run(self._plan(request, timeout))
        return gate.decode(reply, request.operation), reply

    def open(
        self,
        request: Request[Any],
        *,
        timeout: float | None = None,
        on_repeat: flow.OnRepeat | None = None,
    ) -> SyncAnswer:
        """Send a request and give back its successful answer with the body unread.

        Args:
            request: What to send.
            timeout: Seconds of silence that end it, instead of the client's.
            on_repeat: As for `call`.

        Raises:
            AionvisionError: The typed error of the last attempt.
        """
        call = self._plan(request, timeout, whole=False)
        return SyncAnswer(*self._run(call, on_repeat), call)

    def open_object(self, url: str, headers: Mapping[str, str] | None = None) -> SyncAnswer:
        """Read a presigned URL: its successful answer with the body unread. No key is sent."""
        call = self._plan_object("GET", url, headers, EMPTY, whole=False)
        return SyncAnswer(*self._run(call), call)

    def read_object(self, url: str) -> bytes:
        """The bytes at a presigned URL. No key is sent."""
        reply, _ = self._run(self._plan_object("GET", url, None, EMPTY, whole=True))
        return reply.body

    def write_object(
        self, method: str, url: str, headers: Mapping[str, str], content: Content
    ) -> Reply:
        """Send bytes to a presigned URL with exactly these headers. No key is sent."""
        reply, _ = self._run(self._plan_object(method, url, headers, content, whole=True))
        return reply

    def _run(
        self, call: Call, on_repeat: flow.OnRepeat | None = None
    ) -> tuple[Reply, _SyncLease | None]:
        steps = self._steps(call)
        lease: _SyncLease | None = None
        try:
            step = next(steps)
            while True:
                outcome: Reply | Fault | None = None
                if isinstance(step, flow.Send):
                    outcome, lease = self._attempt(call, step.wire)
                else:
                    abort.sleep(step.seconds)
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

    def _attempt(self, call: Call, wire: Wire) -> tuple[Reply | Fault, _SyncLease | None]:
        pool = self._pool(wire.origin)
        deadline = call.deadline
        seconds = call.silence if deadline is None else max(0.0, deadline - monotonic())
        group = abort.current.get()
        channel = pool.acquire(seconds) if group is None else _acquire(pool, seconds, group)
        if channel is None:
            return BUSY, None
        try:
            with _UNENDING if group is None else group.ending(_way_to_end(channel)):
                outcome = channel.exchange(
                    wire, deadline=deadline, silence=call.silence, whole=call.whole
                )
        except BaseException:
            pool.release(channel, usable=False)
            raise
        if not call.whole and isinstance(outcome, Reply) and outcome.status < 300:
            return outcome, _SyncLease(pool, channel)
        pool.release(channel)
        return outcome, None

    def _pool(self, origin: Origin) -> SyncPool[SyncConnection]:
        pool = self._pools.get(origin)
        if pool is None:
            make = self.config.transport or _default_transport()
            way = route(origin, self.config.proxy_url)
            pool = self._pools.setdefault(
                origin, SyncPool(lambda: make(way), self.config.max_connections)
            )
        return pool

    def close(self) -> None:
        """Close all connections. The engine cannot be used any more."""
        self.closed = True
        if self._base is None:
            abandon(self._pools)


@dataclass(slots=True)
class _SyncLease:
    """A connection in use by an answer."""

    pool: SyncPool[SyncConnection]
    channel: SyncConnection


class SyncAnswer:
    """A successful answer whose body is read piece by piece.

    Dropping it without `close` closes its connection too.

    Attributes:
        reply: Status and headers; the body is empty.
        operation: What was called.
    """

    def __init__(self, reply: Reply, lease: _SyncLease | None, call: Call) -> None:
        self.reply = reply
        self.operation = call.operation
        self._span = call.span
        self._lease = lease

    def piece(self) -> bytes | None:
        """The next bytes, or None at the end.

        Raises:
            AionvisionError: The connection broke or fell silent.
        """
        if self._lease is None:
            return None
        try:
            found = self._lease.channel.piece()
        except BaseException as error:
            self._drop(error)
            raise
        if isinstance(found, Fault):
            broken = gate.error_of_fault(found, self.operation, 1)
            self._drop(broken)
            raise broken
        if found is None:
            self.close()
        return found

    def piece_by(self, moment: float) -> bytes | None:
        """The next bytes, or None at the end, of a body whose rest does not matter.

        Args:
            moment: Where on the monotonic clock they are not waited for any more.

        Raises:
            AionvisionError: The connection broke or fell silent, or they did not come in time.
        """
        if self._span is not None:
            self._span.end(None)
        until = getattr(self._lease.channel, "until", None) if self._lease else None
        if until is None:
            # A connection that cannot be bounded could hold its caller as long as it likes.
            self.close()
            return None
        until(moment)
        return self.piece()

    def close(self) -> None:
        """Give the connection back, closed if something is left unread."""
        lease, self._lease = self._lease, None
        if self._span is not None:
            self._span.end(None)
        if lease is None:
            return
        try:
            lease.channel.finish()
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


def _acquire(
    pool: SyncPool[SyncConnection], seconds: float | None, group: abort.Abort
) -> SyncConnection | None:
    """A connection of the pool, as `SyncPool.acquire`, for a call that may be given up."""
    end = None if seconds is None else monotonic() + seconds
    while True:
        group.check()
        left = abort.POLL if end is None else end - monotonic()
        channel = pool.acquire(max(0.0, min(left, abort.POLL)))
        if channel is not None or left <= 0:
            return channel


def _way_to_end(channel: SyncConnection) -> Callable[[], object]:
    """What ends an exchange from another thread; one of a connection without it is waited for."""
    return getattr(channel, "interrupt", _nothing)


def _nothing() -> None:
    pass


def _default_transport() -> Callable[[Route], SyncConnection]:
    # Here, and not on top: importing the package must not import the HTTP library.
    from aion._transport.http import SyncChannel

    return SyncChannel
