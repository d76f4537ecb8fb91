"""The driver for coroutines: it sends and sleeps, and decides nothing."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from aion._clock import monotonic
from aion._engine import errors, loop
from aion._engine.background import Background
from aion._engine.call import Call
from aion._engine.engine import LATE, Engine
from aion._http.content import EMPTY, Content
from aion._http.places import Place
from aion._http.pool import AsyncPool
from aion._http.routing import Route, route
from aion._http.wire import BUSY, Fault, Reply, Wire
from aion_api import Request

if TYPE_CHECKING:
    from aion.config import ClientConfig
    from aion.transport import AsyncConnection

T = TypeVar("T")


class AsyncEngine(Engine):
    """Calls operations from coroutines."""

    def __init__(self, config: ClientConfig, base: AsyncEngine | None = None) -> None:
        super().__init__(config, base)
        self._pool: AsyncPool[AsyncConnection] = (
            base._pool if base else AsyncPool(config.max_connections)
        )
        self.background: Background = base.background if base else Background()
        if base is None:
            # A client that is dropped without closing leaves no socket behind.
            weakref.finalize(self, self._pool.close)

    async def call(
        self,
        request: Request[T],
        *,
        timeout: float | None = None,
        on_repeat: loop.OnRepeat | None = None,
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
        return errors.decode(reply, request.operation)

    async def call_raw(
        self, request: Request[T], *, timeout: float | None = None
    ) -> tuple[T, Reply]:
        """The same, with the answer that was decoded."""
        reply, _ = await self._run(self._plan(request, timeout))
        return errors.decode(reply, request.operation), reply

    async def open(
        self,
        request: Request[Any],
        *,
        timeout: float | None = None,
        on_repeat: loop.OnRepeat | None = None,
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
        self, call: Call, on_repeat: loop.OnRepeat | None = None
    ) -> tuple[Reply, Place[AsyncConnection] | None]:
        steps = self._steps(call)
        place: Place[AsyncConnection] | None = None
        try:
            step = next(steps)
            while True:
                outcome: Reply | Fault | None = None
                if isinstance(step, loop.Send):
                    outcome, place = await self._attempt(call, step.wire)
                else:
                    await asyncio.sleep(step.seconds)
                step = steps.send(outcome)
                if outcome is not None and on_repeat is not None:
                    on_repeat(outcome)
        except StopIteration as done:
            if call.whole:
                call.end(None)
            return done.value, place
        except BaseException as error:
            if place is not None:
                place.release(usable=False)
            call.end(error)
            call.locate(error)
            raise

    async def _attempt(
        self, call: Call, wire: Wire
    ) -> tuple[Reply | Fault, Place[AsyncConnection] | None]:
        """Send a request. The place of an answer whose body is left unread comes with it."""
        place: Place[AsyncConnection] | None = None
        usable = unread = False
        deadline = call.deadline
        seconds = call.silence if deadline is None else deadline - monotonic()
        try:
            # Waiting for a connection counts; after that, a call without a deadline is on its own.
            async with asyncio.timeout(seconds) as limit:
                place = await self._pool.acquire(wire.origin)
                if deadline is None:
                    limit.reschedule(None)
                channel = place.channel or self._connect(place)
                outcome = await channel.exchange(wire, silence=call.silence, whole=call.whole)
            usable = True
            unread = not call.whole and isinstance(outcome, Reply) and outcome.status < 300
        except TimeoutError:
            if place is None:
                return BUSY, None
            sent = not getattr(place.channel, "connecting", False)
            return Fault("timeout", LATE, sent=sent), None
        finally:
            if place is not None and not unread:
                place.release(usable=usable)
        return outcome, place if unread else None

    def _connect(self, place: Place[AsyncConnection]) -> AsyncConnection:
        make = self.config.transport or _default_transport()
        place.channel = made = make(
            route(place.origin, self.config.proxy_url, self.config.connect_timeout)
        )
        return made

    async def close(self) -> None:
        """Close all connections. The engine cannot be used any more.

        What goes on in the background is waited for, two seconds at most.
        """
        await self.background.close(self._close)

    def _close(self) -> None:
        self.closed = True
        if self._base is None:
            self._pool.close()
        self._settle()


class AsyncAnswer:
    """A successful answer whose body is read piece by piece.

    Dropping it without `close` closes its connection too.

    Attributes:
        reply: Status and headers; the body is empty.
        operation: What was called.
    """

    def __init__(self, reply: Reply, place: Place[AsyncConnection] | None, call: Call) -> None:
        self.reply = reply
        self.operation = call.operation
        self._call = call
        self._place = place

    async def piece(self) -> bytes | None:
        """The next bytes, or None at the end.

        Raises:
            AionvisionError: The connection broke or fell silent.
        """
        channel = self._place.channel if self._place is not None else None
        if channel is None:
            return None
        try:
            found = await channel.piece()
        except BaseException as error:
            self._give_up(error)
            raise
        if isinstance(found, Fault):
            broken = errors.error_of_fault(found, self.operation, 1)
            self._give_up(broken)
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
        self._call.end(None)
        try:
            async with asyncio.timeout(moment - monotonic()):
                return await self.piece()
        except TimeoutError:
            raise errors.error_of_fault(
                Fault("timeout", LATE, sent=True), self.operation, 1
            ) from None

    async def close(self) -> None:
        """Give the connection back, closed if something is left unread."""
        place, self._place = self._place, None
        self._call.end(None)
        if place is None or place.channel is None:
            return
        usable = False
        try:
            await place.channel.finish()
            usable = True
        finally:
            place.release(usable=usable)

    def _give_up(self, error: BaseException) -> None:
        place, self._place = self._place, None
        self._call.end(error)
        if place is not None:
            place.release(usable=False)

    def __del__(self) -> None:
        # Its place is given up with it.
        if self._call.span is not None:
            self._call.span.drop()


def _default_transport() -> Callable[[Route], AsyncConnection]:
    # Here, and not on top: importing the package must not import the HTTP library.
    from aion._http.channel import AsyncChannel

    return AsyncChannel
