"""Reading a response that is stopped halfway, by a cancellation or Ctrl-C, and resumed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest

from aion import AionVision, SyncAionVision
from aion._flows.chat_stream import ChatStream
from aion.config import ClientConfig
from aion.exceptions import SSEStreamError
from aion.sync._flows.chat_stream import SyncChatStream
from aion.transport import Reply, Wire
from aion.types.chat import ChatToken, ChatTokenType
from tests.unit.support import KEY

T = TypeVar("T")
SESSION = "00000000-0000-4000-8000-000000000001"
BASE_URL = "http://localhost:1/api/v2"
HEAD = Reply(200, [(b"content-type", b"text/event-stream")], b"")


def event(name: str, **data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()


TOKEN = event("token", content="I see ")
COMPLETE = event("complete", content="I see two", message_id="m1")
STOP = b"Ctrl-C, or the task is cancelled"


class Service:
    """The bytes that the service sends, in pieces; the first piece is the head of the response."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.messages = 0

    def piece(self) -> bytes | None:
        return self.pieces.pop(0) if self.pieces else None


class Connection:
    """A connection for threads that ends at a given piece."""

    home: object = None

    def __init__(self, service: Service) -> None:
        self.service = service

    def exchange(self, wire: Wire, **limits: Any) -> Reply:
        self.service.messages += 1
        self.piece()
        return HEAD

    def piece(self) -> bytes | None:
        found = self.service.piece()
        if found == STOP:
            raise KeyboardInterrupt
        return found

    def until(self, deadline: float) -> None:
        pass

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class AsyncConnection:
    """The same for coroutines."""

    home: object = None

    def __init__(self, service: Service) -> None:
        self.service = service

    async def exchange(self, wire: Wire, **limits: Any) -> Reply:
        self.service.messages += 1
        await self.piece()
        return HEAD

    async def piece(self) -> bytes | None:
        found = self.service.piece()
        if found == STOP:
            await asyncio.sleep(60)
        return found

    async def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class Reading:
    """One stream of either client, read token by token."""

    def __init__(self, service: Service, stream: ChatStream | SyncChatStream) -> None:
        self.service = service
        self.stream = stream

    def next(self) -> ChatToken | None:
        """The next token, or None at the end."""
        stream = self.stream
        if isinstance(stream, SyncChatStream):
            return next(stream, None)
        return self._run(anext(stream, None))

    def result(self) -> object:
        stream = self.stream
        return stream.result() if isinstance(stream, SyncChatStream) else self._run(stream.result())

    def stopped(self) -> None:
        """Request the next token, and stop while waiting for it."""
        if isinstance(self.stream, SyncChatStream):
            with pytest.raises(KeyboardInterrupt):
                self.next()
        else:
            with pytest.raises(TimeoutError):
                self._run(asyncio.wait_for(anext(self.stream), 0.05))

    @staticmethod
    def _run(awaitable: Awaitable[T]) -> T:
        async def main() -> T:
            return await awaitable

        return asyncio.run(main())


Read = Callable[..., Reading]


@pytest.fixture(params=["async", "sync"])
def read(request: pytest.FixtureRequest) -> Read:
    """Starts to read a response, with either client."""

    def begun(*pieces: bytes) -> Reading:
        service = Service(*pieces)
        transports: dict[str, Any] = {"async": AsyncConnection, "sync": Connection}
        make = transports[request.param]
        config = ClientConfig(KEY, base_url=BASE_URL, transport=lambda _: make(service))
        client = (AionVision if request.param == "async" else SyncAionVision).from_config(config)
        return Reading(service, client.chats.send_stream("Delete all", session_id=SESSION))

    return begun


def test_a_message_is_not_resent_by_a_reader_who_was_stopped_p14(read: Read) -> None:
    reading = read(STOP, b"", COMPLETE)
    reading.stopped()
    with pytest.raises(SSEStreamError, match="read the session before you resend the message"):
        reading.next()
    assert reading.service.messages == 1


@pytest.mark.parametrize("before", [[], [TOKEN]])
def test_a_response_that_was_given_up_is_not_a_success_p12(
    before: Sequence[bytes], read: Read
) -> None:
    reading = read(*([b"", *before] if before else []), STOP)
    for _ in before:
        assert reading.next() is not None
    reading.stopped()
    with pytest.raises(
        SSEStreamError, match="cancelled before the response was complete"
    ) as caught:
        reading.result()
    assert caught.value.partial_content == ("I see " if before else "")
    assert reading.next() is None


def test_a_reader_who_was_stopped_after_the_response_has_it_p12(read: Read) -> None:
    reading = read(b"", COMPLETE, STOP)
    token = reading.next()
    assert token is not None
    assert token.type is ChatTokenType.COMPLETE
    reading.stopped()
    assert reading.next() is None
    assert reading.stream.text == "I see two"
