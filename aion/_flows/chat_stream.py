"""Reads a streamed chat response. `aion._streaming.chat` interprets its events."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Self

from aion._clock import monotonic
from aion._hints import Hint, hint
from aion._runtime import aio as rt
from aion._streaming.chat import StreamReading
from aion.exceptions import AionvisionError, ChatError
from aion.types.chat import ChatResponse, ChatToken, ChatTokenType
from aion_api import Request

_GRACE = 1.0
"""Seconds to read on after a complete response: pings, and a `close` event."""
_END = 0.1
"""Seconds to wait for the end of the body after `close`: it normally arrives immediately."""


class ChatStream(AsyncIterator[ChatToken]):
    """Streams the response to a message, event by event.

    Iterate over it, or over its `text_stream`; nothing is sent before the first event is requested.
    It ends after the ``complete`` event and the events of the following second; every other end is
    an error. Leaving a loop early closes the connection as soon as the stream is collected;
    `close`, or a ``with`` block around the loop, does so at once::

        async with session.send_stream("What is in these pictures?") as stream:
            async for text in stream.text_stream:
                print(text, end="", flush=True)

    The message is sent once. Only an attempt that the service certainly did not accept (no
    connection, or status 429 or 503) is retried; ``reconnecting`` tokens report that first.
    Reading on after a cancellation or Ctrl-C is an error and sends nothing.

    Raises:
        ChatError: While iterating: the service reported an error; `code` is its own.
        QuotaExceededError: While iterating: the quota is used up.
        SSEStreamError: While iterating: the stream broke, fell silent, ended or was abandoned
            before the response was complete. `partial_content` holds the text so far.
        AionvisionError: While iterating: the call failed before the stream began.
    """

    def __init__(
        self, engine: rt.Engine, request: Request[bytes], session_id: str, timeout: float | None
    ) -> None:
        self._engine = engine
        self._request = request
        self._timeout = timeout
        self._reading = StreamReading(session_id)
        self._response: rt.Answer | None = None
        self._tokens: Iterator[ChatToken] = iter(())
        self._begun = False
        self._until: float | None = None
        self._over = False

    @property
    def session_id(self) -> str:
        """The session that the message belongs to."""
        return self._reading.session_id

    @property
    def text_stream(self) -> AsyncIterator[str]:
        """The pieces of text alone, as they arrive. A second iterator resumes at the same place."""
        return self._texts()

    async def _texts(self) -> AsyncIterator[str]:
        has_text = bool(self.text)
        async for token in self:
            # Without text tokens, the `complete` event carries the whole text.
            whole = token.type is ChatTokenType.COMPLETE and not has_text
            if token.content and (whole or token.type is ChatTokenType.TOKEN):
                has_text = True
                yield token.content

    @property
    def text(self) -> str:
        """The text so far; the whole text at the end."""
        return self._reading.text

    @property
    def events_received(self) -> int:
        """Number of events received."""
        return self._reading.events_received

    @property
    def last_event_id(self) -> str | None:
        """The id of the last event that had one."""
        return self._reading.last_event_id

    async def result(self) -> ChatResponse:
        """Read the rest of the stream, and return the complete response.

        Raises:
            ChatError: It is incomplete: a plan waits for approval, or the stream was closed.
            AionvisionError: As while iterating.
        """
        async for _ in self:
            pass
        reading = self._reading
        if reading.complete is not None:
            data = reading.complete.data or {}
            return ChatResponse.from_api_response({"message_id": "", **data}, self.session_id)
        if reading.plan_id is not None:
            waiting = ChatError(
                f"the response is not complete: plan {reading.plan_id} {hint(Hint.DECIDE_PLAN)}",
                session_id=self.session_id,
                error_code="PLAN_PENDING_APPROVAL",
            )
            waiting.details["plan_id"] = reading.plan_id
            raise waiting
        raise ChatError(
            "the response is not complete: the stream was closed before its end",
            session_id=self.session_id,
        )

    async def close(self) -> None:
        """Drop the rest of the response and close its connection. Closing twice is harmless."""
        self._over = True
        await self._hang_up()

    async def _hang_up(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            await response.close()

    async def __anext__(self) -> ChatToken:
        if self._over:
            raise StopAsyncIteration
        try:
            token = next(self._tokens, None)
            if token is None:
                token = await self._next()
        except BaseException as error:
            # After a cancellation or Ctrl-C, ending without an error would look like success.
            self._over = isinstance(error, Exception)
            await self._hang_up()
            raise
        if token is None:
            await self.close()
            raise StopAsyncIteration
        return token

    async def _next(self) -> ChatToken | None:
        """Return the next token, or None at the end."""
        reading = self._reading
        if self._response is None:
            if self._begun:
                abandoned = reading.given_up()
                if abandoned is None:
                    return None
                raise abandoned
            # Set before `open`: if that is abandoned, the message may have arrived.
            self._begun = True
            self._response = await self._engine.open(
                self._request, timeout=self._timeout, on_repeat=lambda _: reading.repeated()
            )
            self._tokens = reading.opened(self._response.reply)
        while True:
            token = next(self._tokens, None)
            if token is not None:
                return token
            if reading.over:
                await _finish(self._response)
                return None
            try:
                piece = await self._piece(self._response)
            except AionvisionError as error:
                broken = reading.broken(error)
                if broken is None:
                    return None
                raise broken from error
            if piece is None:
                reading.end()
                return None
            self._tokens = reading.feed(piece)

    async def _piece(self, response: rt.Answer) -> bytes | None:
        if self._reading.complete is None:
            return await response.piece()
        # The response is complete: a service that keeps the connection open, or keeps sending
        # pings, must not block the reader.
        if self._until is None:
            self._until = monotonic() + _GRACE
        return await response.piece_by(self._until)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


async def _finish(response: rt.Answer) -> None:
    """Read the end of a body after its last event, so that its connection can be reused."""
    with contextlib.suppress(AionvisionError):
        await response.piece_by(monotonic() + _END)


__all__ = ["ChatStream"]
