"""Streamed responses: complete streams, broken ones, and what they leave open."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from typing import Any

import pytest

from aion import AionVision
from aion._flows.chat_stream import ChatStream
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    AuthenticationError,
    ChatError,
    QuotaExceededError,
    ResourceNotFoundError,
    SSEStreamError,
)
from aion.sync._flows.chat_stream import SyncChatStream
from aion.testing import Sandbox
from aion.types.chat import ChatToken, ChatTokenType
from tests.behaviour.calls import Calls, Client
from tests.behaviour.servers import closed_port
from tests.behaviour.streams import END, HEAD, HOLD, Scripted, chunk, refusal, scripted
from tests.faults.server import Connection, FaultServer

SESSION = "00000000-0000-4000-8000-000000000001"
KEY = "aion_chat_000000000000000000_test"
OPERATION = "send_message_stream"


def sse(name: str, event_id: str | None = None, **data: Any) -> bytes:
    """One event as a part of a chunked body."""
    lines = [f"event: {name}", *([f"id: {event_id}"] if event_id else [])]
    lines.append(f"data: {json.dumps({'type': name, **data})}")
    return chunk(("\n".join(lines) + "\n\n").encode())


BEGIN = (
    HEAD,
    sse("connection", message_id="x", status="connected"),
    sse("token", "1", content="I see ", token_index=0),
    sse("token", "2", content="two", token_index=1),
)
COMPLETE = sse("complete", content="I see two", message_id="m1", image_context=[])
WHOLE = (*BEGIN, COMPLETE, END)


def stream_of(
    calls: Calls, script: Scripted, **settings: Any
) -> tuple[Client, ChatStream | SyncChatStream]:
    client = calls.client_of(script.base_url, KEY, **settings)
    return client, client.chats.send_stream("What is there?", session_id=SESSION)


def received(calls: Calls, stream: ChatStream | SyncChatStream) -> list[ChatToken]:
    return calls.items(stream)


def kinds(tokens: Iterable[ChatToken]) -> list[str]:
    return [str(token.type) for token in tokens]


@pytest.fixture
def client(calls: Calls, sandbox: Sandbox) -> Client:
    return calls.client(sandbox)


@pytest.fixture
def session_id(calls: Calls, client: Client) -> str:
    return calls(client.chats.create_session()).id


def sent(sandbox: Sandbox) -> int:
    """How often the message reached the service."""
    return sum(OPERATION in str(seen.operation) for seen in sandbox.requests)


# whole streams, against the sandbox


def test_a_response_comes_event_by_event(calls: Calls, client: Client, session_id: str) -> None:
    stream = client.chats.send_stream("Describe my images", session_id=session_id)
    tokens = received(calls, stream)
    assert kinds(tokens)[:3] == ["connection", "thinking", "thinking_step"]
    assert kinds(tokens)[-3:] == ["complete", "ping", "close"]
    pieces = [one.content or "" for one in tokens if one.type is ChatTokenType.TOKEN]
    complete = next(one for one in tokens if one.type is ChatTokenType.COMPLETE)
    assert "".join(pieces) == complete.content == stream.text
    assert complete.references is not None
    assert complete.references.counts["search_1"].count == 0
    assert complete.resolved_content == "[sandbox] I looked at 0 images. 0 of them fit."
    assert stream.events_received == len(tokens)
    assert stream.last_event_id == str(len(pieces))
    assert stream.session_id == session_id


def test_the_whole_response_of_a_stream_is_stored_as_a_message(
    calls: Calls, client: Client, session_id: str
) -> None:
    answer = calls(client.chats.send_stream("Hello", session_id=session_id).result())
    message = calls(client.chats.get_messages(session_id))[-1]
    assert (message.id, message.content) == (answer.message_id, answer.content)
    assert answer.session_id == session_id
    assert answer.additional_properties["agents_used"] == ["ImageSearchAgent"]


def test_every_event_of_a_search_and_a_plan_is_delivered(
    calls: Calls, client: Client, session_id: str
) -> None:
    stream = client.chats.send_stream(
        "Organize my images", session_id=session_id, debug_reasoning=True
    )
    tokens = received(calls, stream)
    assert {
        "status",
        "tool_invocation",
        "tool_result",
        "image_results",
        "plan_pending_approval",
    } <= set(kinds(tokens))
    steps = [one for one in tokens if one.type is ChatTokenType.THINKING_STEP]
    assert all(one.data and one.data["reasoning"] for one in steps)
    plan = next(one for one in tokens if one.type is ChatTokenType.PLAN_PENDING_APPROVAL)
    assert plan.data is not None
    assert calls(client.chats.approve_plan(session_id, plan.data["plan_id"])).success


def test_reasoning_is_reported_only_when_asked_for(
    calls: Calls, client: Client, session_id: str
) -> None:
    tokens = received(calls, client.chats.send_stream("Hello", session_id=session_id))
    steps = [one for one in tokens if one.type is ChatTokenType.THINKING_STEP]
    assert steps
    assert not any("reasoning" in (one.data or {}) for one in steps)


def test_the_shortcut_of_the_client_streams(calls: Calls, client: Client, session_id: str) -> None:
    tokens = calls.items(client.chat_stream("Hello", session_id=session_id))
    assert "complete" in kinds(tokens)


def test_a_session_block_streams(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client, client.chat_session() as session:
        tokens = list(session.send_stream("Describe my images"))
    assert "complete" in kinds(tokens)


async def _documented(client: AionVision) -> str:
    text = ""
    async with client, client.chat_session() as session:
        async for token in session.send_stream("Describe my images"):
            if token.type == ChatTokenType.TOKEN:
                text += token.content or ""
    return text


def test_the_documented_loop_works_as_written(sandbox: Sandbox) -> None:
    assert asyncio.run(_documented(sandbox.client())).startswith("[sandbox] I looked at")


def test_nothing_is_sent_before_the_first_event_is_asked_for(
    calls: Calls, client: Client, sandbox: Sandbox
) -> None:
    stream = client.chats.send_stream("Hello", session_id=SESSION)
    calls(stream.close())
    assert received(calls, stream) == []
    assert sandbox.requests == []


def test_a_stream_asks_for_events(calls: Calls) -> None:
    with scripted(WHOLE) as script:
        received(calls, stream_of(calls, script)[1])
    head, _, body = script.requests[0].partition(b"\r\n\r\n")
    assert b"accept: text/event-stream" in head.lower()
    assert b"accept-encoding: identity" in head.lower()
    assert json.loads(body) == {"message": "What is there?", "force_detailed_analysis": False}


# Ends without a terminal event


def test_a_cut_between_two_events_is_an_error_p12(
    calls: Calls, client: Client, sandbox: Sandbox, session_id: str
) -> None:
    sandbox.faults.cut_stream(OPERATION, after=9, how="drop")
    stream = client.chats.send_stream("Hello", session_id=session_id)
    with pytest.raises(SSEStreamError) as caught:
        received(calls, stream)
    error = caught.value
    assert error.events_received == 9
    assert error.partial_content
    assert error.partial_content == stream.text
    assert error.last_event_id is not None
    assert isinstance(error.__cause__, AionvisionConnectionError)
    assert sent(sandbox) == 1


def test_a_cut_in_the_middle_of_an_event_is_an_error_p12(
    calls: Calls, client: Client, sandbox: Sandbox, session_id: str
) -> None:
    sandbox.faults.cut_stream(OPERATION, after=3, how="middle")
    with pytest.raises(SSEStreamError) as caught:
        received(calls, client.chats.send_stream("Hello", session_id=session_id))
    assert caught.value.events_received == 3


def test_an_orderly_end_without_the_response_is_an_error_p12(
    calls: Calls, client: Client, sandbox: Sandbox, session_id: str
) -> None:
    sandbox.faults.cut_stream(OPERATION, after=3, how="end")
    with pytest.raises(SSEStreamError, match="ended before the response was complete"):
        received(calls, client.chats.send_stream("Hello", session_id=session_id))


@pytest.mark.parametrize("events", [0, 1, 3])
def test_a_message_is_not_resent_after_a_cut_p14(
    events: int, calls: Calls, client: Client, sandbox: Sandbox, session_id: str
) -> None:
    sandbox.faults.cut_stream(OPERATION, after=events, how="drop")
    with pytest.raises(SSEStreamError) as caught:
        received(calls, client.chats.send_stream("Hello", session_id=session_id))
    assert sent(sandbox) == 1
    assert caught.value.reconnect_attempts == 0


def test_a_message_that_may_have_arrived_is_not_resent_p14(
    calls: Calls, client: Client, sandbox: Sandbox, session_id: str
) -> None:
    sandbox.faults.drop(OPERATION)
    with pytest.raises(AionvisionConnectionError):
        received(calls, client.chats.send_stream("Hello", session_id=session_id))
    assert sent(sandbox) == 1


def test_what_came_before_a_cut_is_delivered_p12(calls: Calls) -> None:
    got: list[ChatToken] = []

    async def read(stream: ChatStream) -> None:
        async for token in stream:
            got.append(token)

    def read_on(stream: SyncChatStream) -> None:
        for token in stream:
            got.append(token)

    def read_either(stream: ChatStream | SyncChatStream) -> None:
        if isinstance(stream, ChatStream):
            reading: Any = read(stream)
            calls(reading)
        else:
            read_on(stream)

    with scripted((*BEGIN, HEAD[:3])) as script:
        _, stream = stream_of(calls, script)
        with pytest.raises(SSEStreamError):
            read_either(stream)
    assert kinds(got) == ["connection", "token", "token"]


def test_silence_beyond_the_limit_is_an_error_p12(calls: Calls) -> None:
    with scripted((*BEGIN, HOLD)) as script:
        _, stream = stream_of(calls, script, timeout=0.3)
        began = time.monotonic()
        with pytest.raises(SSEStreamError) as caught:
            received(calls, stream)
    assert time.monotonic() - began < 10
    assert isinstance(caught.value.__cause__, AionvisionTimeoutError)
    assert caught.value.partial_content == "I see two"


def test_the_limit_of_silence_can_be_set_for_one_stream_p12(calls: Calls) -> None:
    with scripted((*BEGIN, HOLD)) as script:
        client = calls.client_of(script.base_url, KEY)
        stream = client.chats.send_stream("Hello", session_id=SESSION, timeout=0.2)
        with pytest.raises(SSEStreamError):
            received(calls, stream)


@pytest.mark.parametrize("tail", [(), (HOLD,), (sse("ping"),), (b"zz\r\n",)])
def test_a_response_is_whole_whatever_follows_it(tail: tuple[bytes, ...], calls: Calls) -> None:
    with scripted((*BEGIN, COMPLETE, *tail)) as script:
        _, stream = stream_of(calls, script, timeout=0.3)
        answer = calls(stream.result())
    assert (answer.message_id, answer.content) == ("m1", "I see two")


def test_a_service_that_keeps_the_connection_does_not_hold_the_response_back(calls: Calls) -> None:
    with scripted((*BEGIN, COMPLETE, HOLD)) as script:
        _, stream = stream_of(calls, script, timeout=60)
        began = time.monotonic()
        assert calls(stream.result()).content == "I see two"
    assert time.monotonic() - began < 10


def test_pings_without_end_do_not_hold_the_response_back(calls: Calls) -> None:
    def ping(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"".join((*BEGIN, COMPLETE)))
        while not connection.server.stopping.wait(0.05):
            connection.send(sse("ping"))

    with FaultServer(ping) as server:
        client = calls.client_of(server.url + "/api/v2", KEY, timeout=60)
        began = time.monotonic()
        tokens = received(calls, client.chats.send_stream("Hello", session_id=SESSION))
        assert server.open_connections() == 0
    assert time.monotonic() - began < 10
    assert kinds(tokens)[3:5] == ["complete", "ping"]


def test_what_comes_a_moment_after_the_response_is_delivered(calls: Calls) -> None:
    def late(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"".join((*BEGIN, COMPLETE)))
        connection.server.stopping.wait(0.2)
        connection.send(sse("close") + END)

    with FaultServer(late) as server:
        client = calls.client_of(server.url + "/api/v2", KEY)
        tokens = received(calls, client.chats.send_stream("Hello", session_id=SESSION))
    assert kinds(tokens)[-2:] == ["complete", "close"]


def test_the_text_alone_comes_piece_by_piece(calls: Calls) -> None:
    with scripted(WHOLE) as script:
        _, stream = stream_of(calls, script)

        assert calls.items(stream.text_stream) == ["I see ", "two"]
        assert stream.text == "I see two"


def test_a_response_that_comes_whole_is_one_piece_of_text(calls: Calls) -> None:
    with scripted((HEAD, COMPLETE, END)) as script:
        _, stream = stream_of(calls, script)

        assert calls.items(stream.text_stream) == ["I see two"]


def test_the_text_of_a_stream_that_breaks_is_not_a_success_p12(calls: Calls) -> None:
    with scripted((*BEGIN, END)) as script:
        _, stream = stream_of(calls, script)

        with pytest.raises(SSEStreamError):
            calls.items(stream.text_stream)


def test_streams_that_were_closed_by_the_service_share_a_connection_p11(calls: Calls) -> None:
    def answers(connection: Connection) -> None:
        while True:
            connection.read_request()
            for part in (*BEGIN, COMPLETE, sse("close"), END):
                connection.send(part)

    with FaultServer(answers) as server:
        client = calls.client_of(f"{server.url}/api/v2", KEY)
        for _ in range(3):
            stream = client.chats.send_stream("What is there?", session_id=SESSION)
            assert kinds(received(calls, stream))[-1] == "close"

        assert server.connections == 1


def test_a_plan_without_a_response_is_an_end(calls: Calls) -> None:
    plan = sse("plan_pending_approval", plan_id="p1")
    with scripted((HEAD, plan, sse("close"), END), (HEAD, plan, END)) as script:
        client, stream = stream_of(calls, script)
        assert kinds(received(calls, stream)) == ["plan_pending_approval", "close"]
        again = client.chats.send_stream("Again", session_id=SESSION)
        with pytest.raises(ChatError, match="p1 waits") as caught:
            calls(again.result())
    assert caught.value.details["plan_id"] == "p1"


def test_a_stream_that_was_closed_has_no_response(calls: Calls, client: Client) -> None:
    stream = client.chats.send_stream("Hello", session_id=SESSION)
    calls(stream.close())
    with pytest.raises(ChatError, match="closed before its end"):
        calls(stream.result())


def test_an_event_in_the_stream_that_is_unknown_is_kept_p18(calls: Calls) -> None:
    with scripted((*BEGIN, sse("weather", sun=True), COMPLETE, END)) as script:
        tokens = received(calls, stream_of(calls, script)[1])
    strange = next(one for one in tokens if not one.type.is_known)
    assert (str(strange.type), strange.data) == ("weather", {"type": "weather", "sun": True})


def test_a_page_instead_of_a_stream_is_an_error_p12(calls: Calls) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
    with scripted((page,)) as script, pytest.raises(SSEStreamError, match="text/html"):
        received(calls, stream_of(calls, script)[1])


# errors in the stream


def test_a_used_up_allowance_is_a_quota_error_in_the_stream_p12(
    calls: Calls, client: Client, sandbox: Sandbox, session_id: str
) -> None:
    sandbox.faults.zero_quota()
    with pytest.raises(QuotaExceededError) as caught:
        received(calls, client.chats.send_stream("Hello", session_id=session_id))
    error = caught.value
    assert (error.code, error.available, error.limit) == ("USAGE_LIMIT_EXCEEDED", 0, 200)
    assert error.details["session_id"] == session_id
    assert sent(sandbox) == 1


def test_a_refusal_in_the_stream_is_a_chat_error_p12(
    calls: Calls, client: Client, session_id: str
) -> None:
    calls(client.chats.close_session(session_id))
    with pytest.raises(ChatError) as caught:
        received(calls, client.chats.send_stream("Hello", session_id=session_id))
    error = caught.value
    assert (error.code, error.session_id) == ("AUTH_ERROR", session_id)
    assert error.message == "This session is closed"
    assert error.request_id is not None


def test_a_refusal_before_the_stream_is_typed(calls: Calls, client: Client) -> None:
    with pytest.raises(ResourceNotFoundError):
        received(calls, client.chats.send_stream("Hello", session_id=SESSION))


def test_a_wrong_key_is_an_authentication_error(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client_of(sandbox.base_url, KEY)
    with pytest.raises(AuthenticationError):
        received(calls, client.chats.send_stream("Hello", session_id=SESSION))


# Reconnecting


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_an_attempt_that_was_declined_is_repeated_and_announced_p14(
    status: str, calls: Calls
) -> None:
    declined = (refusal(status),)
    with scripted(declined, declined, WHOLE) as script:
        tokens = received(calls, stream_of(calls, script)[1])
    assert kinds(tokens)[:3] == ["reconnecting", "reconnecting", "connection"]
    assert tokens[1].data is not None
    assert tokens[1].data["attempt"] == 2
    assert len(script.requests) == 3
    assert len({seen.partition(b"\r\n\r\n")[2] for seen in script.requests}) == 1


def test_a_service_that_is_not_there_is_a_connection_error(calls: Calls) -> None:
    base_url = f"http://127.0.0.1:{closed_port()}/api/v2"
    client = calls.client_of(base_url, KEY, max_retries=1, retry_delay=0.01)
    with pytest.raises(AionvisionConnectionError):
        received(calls, client.chats.send_stream("Hello", session_id=SESSION))


def test_a_second_attempt_is_not_made_after_an_error_that_may_have_worked_p14(
    calls: Calls,
) -> None:
    with scripted((refusal("500 Oops"),), WHOLE) as script, pytest.raises(AionvisionError):
        received(calls, stream_of(calls, script)[1])
    assert len(script.requests) == 1


# What a stream leaves open

MORE_THAN_ALL_CONNECTIONS = 110


def test_leaving_the_loop_early_leaves_no_busy_connection_p11(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        session_id = client.chats.create_session().id
        for _ in range(MORE_THAN_ALL_CONNECTIONS):
            for _token in client.chats.send_stream("Hello", session_id=session_id):
                break
        assert client.chats.get_session(session_id, timeout=5).session.id == session_id


async def _left_early(client: AionVision) -> str:
    async with client:
        session_id = (await client.chats.create_session()).id
        for _ in range(MORE_THAN_ALL_CONNECTIONS):
            async for _token in client.chats.send_stream("Hello", session_id=session_id):
                break
        return (await client.chats.get_session(session_id, timeout=5)).session.id


def test_leaving_an_async_loop_early_leaves_no_busy_connection_p11(sandbox: Sandbox) -> None:
    assert asyncio.run(_left_early(sandbox.client()))


async def _cancelled(client: AionVision) -> int:
    ended = 0
    async with client:

        async def read() -> None:
            async for _token in client.chats.send_stream("Hello", session_id=SESSION):
                pass

        for _ in range(3):
            task = asyncio.ensure_future(read())
            await asyncio.sleep(0.1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            ended += task.cancelled()
        tokens = [one async for one in client.chats.send_stream("x", session_id=SESSION)]
    assert kinds(tokens)[-1] == "complete"
    return ended


def test_a_cancelled_stream_leaves_no_busy_connection_p11() -> None:
    held = (*BEGIN, HOLD)
    with scripted(held, held, held, WHOLE) as script:
        client = AionVision(KEY, base_url=script.base_url, timeout=5)
        assert asyncio.run(_cancelled(client)) == 3


def test_a_with_block_closes_the_stream_at_once(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        session_id = client.chats.create_session().id
        with client.chats.send_stream("Hello", session_id=session_id) as stream:
            assert next(stream).type is ChatTokenType.CONNECTION
        assert list(stream) == []


async def _closed_at_once(client: AionVision) -> list[ChatToken]:
    async with client:
        session_id = (await client.chats.create_session()).id
        async with client.chats.send_stream("Hello", session_id=session_id) as stream:
            assert (await anext(stream)).type is ChatTokenType.CONNECTION
        return [token async for token in stream]


def test_an_async_with_block_closes_the_stream_at_once(sandbox: Sandbox) -> None:
    assert asyncio.run(_closed_at_once(sandbox.client())) == []


def test_a_session_block_closes_streams_that_are_still_open(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        with client.chat_session() as session:
            stream = session.send_stream("Hello")
            next(stream)
        assert list(stream) == []


def test_a_stream_that_was_read_to_its_end_gives_its_connection_back(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        session_id = client.chats.create_session().id
        for _ in range(3):
            assert client.chats.send_stream("Hello", session_id=session_id).result().content
        assert client.chats.get_session(session_id).session.total_messages == 6
