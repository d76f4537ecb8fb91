"""A streamed response of the chat: its reading. What events mean is in `aion._streaming.chat`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Self

from aion._clock import monotonic
from aion._runtime import aio as rt
from aion._streaming.chat import StreamReading
from aion.exceptions import AionvisionError, ChatError
from aion.types.chat import ChatResponse, ChatToken, ChatTokenType
from aion_api import Request

_GRACE = 1.0
"""Seconds that are given to what follows a whole answer: pings, and a `close`."""
_END = 0.1
"""Seconds that are given to the end of the body after a `close`: it comes in the same breath."""


class ChatStream(AsyncIterator[ChatToken]):
    """The answer to a message as it is written, event by event.

    Iterate over it, or over its `text_stream`; nothing is sent before the first event is asked for.
    It ends after the ``complete`` event, with what comes in the second after it, and every other
    end is an error. A loop that is left early gives the connection up as soon as the stream is
    forgotten; `close`, or a ``with`` block around the loop, does so at once::

        async with session.send_stream("What is in these pictures?") as stream:
            async for text in stream.text_stream:
                print(text, end="", flush=True)

    The message is sent once. Only an attempt that the service has certainly not taken (no
    connection, or an answer 429 or 503) is repeated; ``reconnecting`` tokens tell of that first.
    Reading on after a cancellation or Ctrl-C is an error: it sends nothing again.

    Raises:
        ChatError: While iterating: the service reported an error; `code` is its own.
        QuotaExceededError: While iterating: the allowance is used up.
        SSEStreamError: While iterating: the stream broke, fell silent, ended or was given up
            before the answer was complete. `partial_content` holds the text so far.
        AionvisionError: While iterating: the call failed before the stream began.
    """

    def __init__(
        self, engine: rt.Engine, request: Request[bytes], session_id: str, timeout: float | None
    ) -> None:
        self._engine = engine
        self._request = request
        self._timeout = timeout
        self._reading = StreamReading(session_id)
        self._answer: rt.Answer | None = None
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
        """The text as it is written, piece by piece, and nothing else. It goes on where it was."""
        return self._texts()

    async def _texts(self) -> AsyncIterator[str]:
        given = bool(self.text)
        async for token in self:
            # An answer that is not written piece by piece comes whole.
            whole = token.type is ChatTokenType.COMPLETE and not given
            if token.content and (whole or token.type is ChatTokenType.TOKEN):
                given = True
                yield token.content

    @property
    def text(self) -> str:
        """The text so far; the whole text at the end."""
        return self._reading.text

    @property
    def events_received(self) -> int:
        """How many events have come."""
        return self._reading.events_received

    @property
    def last_event_id(self) -> str | None:
        """The id of the last event that had one."""
        return self._reading.last_event_id

    async def result(self) -> ChatResponse:
        """Read what is left, and give the whole answer.

        Raises:
            ChatError: There is none: a plan waits for approval, or the stream was closed.
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
                f"there is no answer yet: plan {reading.plan_id} waits for approve_plan or"
                " cancel_plan",
                session_id=self.session_id,
                error_code="PLAN_PENDING_APPROVAL",
            )
            waiting.details["plan_id"] = reading.plan_id
            raise waiting
        raise ChatError(
            "there is no answer: the stream was closed before its end", session_id=self.session_id
        )

    async def close(self) -> None:
        """Give up the rest of the answer and its connection. Closing twice is harmless."""
        self._over = True
        await self._hang_up()

    async def _hang_up(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            await answer.close()

    async def __anext__(self) -> ChatToken:
        if self._over:
            raise StopAsyncIteration
        try:
            token = next(self._tokens, None)
            if token is None:
                token = await self._next()
        except BaseException as error:
            # After a cancellation or Ctrl-C it is not over: to end quietly would look like success.
            self._over = isinstance(error, Exception)
            await self._hang_up()
            raise
        if token is None:
            await self.close()
            raise StopAsyncIteration
        return token

    async def _next(self) -> ChatToken | None:
        """The next token, or None at the end."""
        reading = self._reading
        if self._answer is None:
            if self._begun:
                given_up = reading.given_up()
                if given_up is None:
                    return None
                raise given_up
            # Noted before: whether the message arrived is not known when `open` is given up.
            self._begun = True
            self._answer = await self._engine.open(
                self._request, timeout=self._timeout, on_repeat=lambda _: reading.repeated()
            )
            self._tokens = reading.opened(self._answer.reply)
        while True:
            token = next(self._tokens, None)
            if token is not None:
                return token
            if reading.over:
                await _finish(self._answer)
                return None
            try:
                piece = await self._piece(self._answer)
            except AionvisionError as error:
                broken = reading.broken(error)
                if broken is None:
                    return None
                raise broken from error
            if piece is None:
                reading.end()
                return None
            self._tokens = reading.feed(piece)

    async def _piece(self, answer: rt.Answer) -> bytes | None:
        if self._reading.complete is None:
            return await answer.piece()
        # Nothing of the answer is in what follows: a service that keeps the connection open, or
        # goes on with pings, does not hold the reader.
        if self._until is None:
            self._until = monotonic() + _GRACE
        return await answer.piece_by(self._until)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


async def _finish(answer: rt.Answer) -> None:
    """Read the end of a body after its last event: then the connection can be used again."""
    with contextlib.suppress(AionvisionError):
        await answer.piece_by(monotonic() + _END)


__all__ = ["ChatStream"]
