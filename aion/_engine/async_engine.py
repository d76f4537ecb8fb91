"""Drives the loop of each call: sends and sleeps, and decides nothing."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from aion._engine import coroutines as rt
from aion._engine import errors, loop
from aion._engine.async_pausing import pause
from aion._engine.call import Call
from aion._engine.engine import LATE, Engine
from aion._http.content import EMPTY, Content
from aion._http.places import Place
from aion._http.routing import route
from aion._http.wire import Fault, Reply
from aion_api import Request

if TYPE_CHECKING:
    from aion.config import ClientConfig

T = TypeVar("T")


class AsyncEngine(Engine):
    """Sends described requests.

    Args:
        config: The settings.
        base: An engine whose connections and retry budget this one shares. It is closed with it.
    """

    def __init__(self, config: ClientConfig, base: AsyncEngine | None = None) -> None:
        super().__init__(config, base)
        self._pool: rt.Pool[rt.Connection] = base._pool if base else rt.Pool(config.max_connections)
        self.background: rt.Background = base.background if base else rt.Background()
        if base is None:
            # A client that is dropped without `close` must not leak sockets.
            weakref.finalize(self, self._pool.close)

    async def call(
        self,
        request: Request[T],
        *,
        timeout: float | None = None,
        on_repeat: loop.OnRepeat | None = None,
    ) -> T:
        """Send a request, retry it if that is safe, and decode the response.

        Args:
            request: The request to send.
            timeout: Seconds for the whole call (for uploads: of silence); None for the client's.
            on_repeat: Called with the outcome of each attempt that will be retried, at once.

        Raises:
            AionvisionError: The typed error of the last attempt.
        """
        reply, _ = await self._run(self._plan(request, timeout), on_repeat)
        return errors.decode(reply, request.operation, self._wiring.advice)

    async def call_raw(
        self, request: Request[T], *, timeout: float | None = None
    ) -> tuple[T, Reply]:
        """Do the same as `call`, and return the undecoded response, too."""
        reply, _ = await self._run(self._plan(request, timeout))
        return errors.decode(reply, request.operation, self._wiring.advice), reply

    async def open(
        self,
        request: Request[Any],
        *,
        timeout: float | None = None,
        on_repeat: loop.OnRepeat | None = None,
    ) -> AsyncAnswer:
        """Send a request and return its successful response with the body unread.

        Args:
            request: The request to send.
            timeout: Seconds of silence that end it; None for the client's.
            on_repeat: As for `call`.

        Raises:
            AionvisionError: The typed error of the last attempt.
        """
        call = self._plan(request, timeout, whole=False)
        reply, place = await self._run(call, on_repeat)
        return AsyncAnswer(reply, place, call)

    async def open_object(self, url: str, headers: Mapping[str, str] | None = None) -> AsyncAnswer:
        """Open a presigned URL, and return the response with its body unread. No key is sent."""
        call = self._plan_object("GET", url, headers, EMPTY, whole=False)
        reply, place = await self._run(call)
        return AsyncAnswer(reply, place, call)

    async def read_object(self, url: str) -> bytes:
        """Return the bytes at a presigned URL. No key is sent."""
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
    ) -> tuple[Reply, Place[rt.Connection] | None]:
        steps = self._steps(call)
        place: Place[rt.Connection] | None = None
        try:
            step = next(steps)
            while True:
                outcome: Reply | Fault | None = None
                if isinstance(step, loop.Send):
                    outcome, place = await rt.attempt(call, step.wire, self._pool, self._connect)
                else:
                    await pause(step.seconds, step.reason)
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

    def _connect(self, place: Place[rt.Connection]) -> rt.Connection:
        make = self.config.transport or rt.default_transport()
        place.connection = connection = make(
            route(place.origin, self.config.proxy_url, self.config.connect_timeout)
        )
        return connection

    async def close(self) -> None:
        """Close all connections, after the work in the background; see `Background.close`.

        The engine cannot be used afterwards.
        """
        await self.background.close(self._close)

    def _close(self) -> None:
        self.closed = True
        if self._base is None:
            self._pool.close()
        self._settle()


class AsyncAnswer:
    """A successful response whose body is read piece by piece.

    Dropping it without `close` closes its connection too.

    Attributes:
        reply: Status and headers; the body is empty.
        operation: The operation that was called.
    """

    def __init__(self, reply: Reply, place: Place[rt.Connection] | None, call: Call) -> None:
        self.reply = reply
        self.operation = call.operation
        self._call = call
        self._place = place

    async def piece(self) -> bytes | None:
        """Return the next bytes, or None at the end.

        Raises:
            AionvisionError: The connection broke or fell silent.
        """
        connection = self._connection()
        if connection is None:
            return None
        try:
            data = await connection.piece()
        except BaseException as error:
            self._give_up(error)
            raise
        if isinstance(data, Fault):
            broken = errors.error_of_fault(data, self.operation, 1)
            self._give_up(broken)
            raise broken
        if data is None:
            await self.close()
        return data

    async def piece_by(self, moment: float) -> bytes | None:
        """Return the next bytes, or None at the end, of a body whose rest is optional.

        Args:
            moment: The deadline for them, on the monotonic clock.

        Raises:
            AionvisionError: The connection broke or fell silent, or the deadline passed.
        """
        self._call.end(None)
        limit = rt.limit(self._connection(), moment)
        if limit is None:
            await self.close()
            return None
        try:
            async with limit:
                return await self.piece()
        except TimeoutError:
            raise errors.error_of_fault(
                Fault("timeout", LATE, sent=True), self.operation, 1
            ) from None

    async def close(self) -> None:
        """Release the connection; close it if part of the body is unread."""
        place, self._place = self._place, None
        self._call.end(None)
        if place is None or place.connection is None:
            return
        usable = False
        try:
            await place.connection.finish()
            usable = True
        finally:
            place.release(usable=usable)

    def _connection(self) -> rt.Connection | None:
        return self._place.connection if self._place is not None else None

    def _give_up(self, error: BaseException) -> None:
        place, self._place = self._place, None
        self._call.end(error)
        if place is not None:
            place.release(usable=False)

    def __del__(self) -> None:
        # The place is released by its own finalizer.
        if self._call.span is not None:
            self._call.span.drop()
