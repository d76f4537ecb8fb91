"""The events of a streamed response, without a network."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._http.wire import Reply
from aion._streaming.chat import StreamReading
from aion.exceptions import AionvisionConnectionError, ChatError, QuotaExceededError, SSEStreamError
from aion.types.chat import ChatToken, ChatTokenType

HEAD = Reply(200, [(b"content-type", b"text/event-stream"), (b"x-request-id", b"r1")], b"")


def event(name: str, data: Any, event_id: str | None = None) -> bytes:
    lines = [f"event: {name}", *([f"id: {event_id}"] if event_id else []), "data: " + data]
    return ("\n".join(lines) + "\n\n").encode()


def known(name: str, event_id: str | None = None, **data: Any) -> bytes:
    return event(name, json.dumps({"type": name, **data}), event_id)


TEXT = (
    known("connection", message_id="x", status="connected")
    + known("token", "1", content="I see ", token_index=0)
    + known("token", "2", content="two", token_index=1)
)
COMPLETE = known("complete", content="I see two", message_id="m1")
TAIL = known("ping") + known("close", message_id="x")


def reading(head: Reply = HEAD) -> StreamReading:
    made = StreamReading("s1")
    assert list(made.opened(head)) == []
    return made


def fed(stream: bytes, size: int | None = None) -> tuple[StreamReading, list[ChatToken]]:
    made = reading()
    size = size or len(stream) or 1
    tokens: list[ChatToken] = []
    for start in range(0, len(stream), size):
        tokens += made.feed(stream[start : start + size])
        if made.over:
            break
    return made, tokens


def test_every_event_becomes_a_token() -> None:
    made, tokens = fed(TEXT + COMPLETE + TAIL)
    assert [str(one.type) for one in tokens] == [
        "connection",
        "token",
        "token",
        "complete",
        "ping",
        "close",
    ]
    assert (made.text, made.events_received, made.last_event_id) == ("I see two", 6, "2")
    assert made.over
    made.end()


@given(st.integers(min_value=1, max_value=80))
def test_tokens_are_the_same_at_every_chunk_size_p13(size: int) -> None:
    stream = TEXT + COMPLETE + TAIL
    assert fed(stream, size)[1] == fed(stream)[1]


def test_nothing_follows_the_close() -> None:
    _, tokens = fed(COMPLETE + TAIL + known("token", content="more"))
    assert tokens[-1].type is ChatTokenType.CLOSE


@pytest.mark.parametrize("cut", range(0, len(TEXT + COMPLETE) - 1, 7))
def test_a_stream_cut_anywhere_before_its_end_is_an_error_p12(cut: int) -> None:
    made, tokens = fed((TEXT + COMPLETE)[:cut])
    with pytest.raises(SSEStreamError) as caught:
        made.end()
    error = caught.value
    assert error.events_received == len(tokens)
    assert error.partial_content == "".join(one.content or "" for one in tokens)
    assert error.details["session_id"] == "s1"
    assert (error.method, error.request_id) == ("POST", "r1")


def test_a_broken_connection_carries_its_cause_and_the_text_so_far_p12() -> None:
    made, _ = fed(TEXT)
    error = made.broken(AionvisionConnectionError("the connection broke: reset"))
    assert error is not None
    assert "reset" in str(error)
    assert "after 3 events" in str(error)
    assert "before you resend the message" in str(error)
    assert (error.last_event_id, error.partial_content) == ("2", "I see two")


def test_a_connection_that_breaks_after_the_response_is_not_an_error() -> None:
    made, _ = fed(TEXT + COMPLETE)
    assert made.broken(AionvisionConnectionError("reset")) is None
    made.end()


def test_a_close_before_the_response_is_an_error_p12() -> None:
    with pytest.raises(SSEStreamError, match="ended before"):
        fed(TEXT + known("close"))


def test_a_plan_that_waits_is_an_end() -> None:
    made, tokens = fed(known("plan_pending_approval", plan_id="p1") + known("close"))
    assert tokens[0].data == {"type": "plan_pending_approval", "plan_id": "p1"}
    assert (made.plan_id, made.over) == ("p1", True)


def test_a_connection_that_breaks_after_a_plan_is_an_error_p12() -> None:
    made, _ = fed(known("plan_pending_approval", plan_id="p1"))
    assert made.broken(AionvisionConnectionError("reset")) is not None


@pytest.mark.parametrize(
    ("name", "data", "code", "text"),
    [
        ("error", {"message": "No model", "code": "PROVIDER_DOWN"}, "PROVIDER_DOWN", "No model"),
        ("error", {"message": "No model", "error_type": "LATE"}, "LATE", "No model"),
        ("error", {"error": {"code": "A", "message": "b"}}, "A", "b"),
        ("error", {"error": "No model"}, "CHAT_ERROR", "No model"),
        ("error", {}, "CHAT_ERROR", "the service reported an error"),
        ("auth_error", {"error": "Session not found"}, "AUTH_ERROR", "Session not found"),
        ("auth_error", {"error": "No", "code": "KEY"}, "KEY", "No"),
    ],
)
def test_an_error_event_is_raised_with_its_code_p12(
    name: str, data: dict[str, Any], code: str, text: str
) -> None:
    with pytest.raises(ChatError) as caught:
        fed(TEXT + known(name, **data) + known("close"))
    error = caught.value
    assert (error.code, error.message, error.session_id) == (code, text, "s1")
    assert error.details["partial_content"] == "I see two"
    assert error.details["session_id"] == "s1"
    assert type(pickle.loads(pickle.dumps(error))) is ChatError


def test_what_came_before_an_error_is_delivered_first() -> None:
    tokens = reading().feed(TEXT + known("error", message="No"))
    assert [next(tokens).content for _ in range(3)] == [None, "I see ", "two"]
    told = next(tokens)
    assert (told.type, (told.data or {})["message"]) == (ChatTokenType.ERROR, "No")
    with pytest.raises(ChatError):
        next(tokens)


def test_a_used_up_allowance_is_a_quota_error_p12() -> None:
    with pytest.raises(QuotaExceededError) as caught:
        fed(known("error", message="Used up (200/200)", code="USAGE_LIMIT_EXCEEDED"))
    error = caught.value
    assert (error.code, error.available, error.limit) == ("USAGE_LIMIT_EXCEEDED", 0, 200)


@pytest.mark.parametrize("name", ["token", "complete", "error", "auth_error"])
def test_data_that_cannot_be_read_is_an_error_where_it_matters_p12(name: str) -> None:
    with pytest.raises(SSEStreamError, match=f"event 1 .{name}. cannot be read"):
        fed(event(name, '{"content": '))


@pytest.mark.parametrize("data", ["[DONE]", "{", "5", '"x"', "[" * 100_000])
def test_data_of_an_unknown_event_is_kept_whatever_it_is_p18(data: str) -> None:
    _, tokens = fed(event("weather", data) + COMPLETE)
    assert str(tokens[0].type) == "weather"
    assert tokens[0].data is not None
    assert "data" in tokens[0].data


def test_an_unknown_event_does_not_disturb_the_response_p18() -> None:
    made, tokens = fed(known("weather", sun=True) + TEXT + COMPLETE)
    assert tokens[0].data == {"type": "weather", "sun": True}
    assert made.text == "I see two"


def test_tries_are_announced_before_the_first_event_p14() -> None:
    made = StreamReading("s1")
    made.repeated()
    made.repeated()
    tokens = list(made.opened(HEAD))
    assert [one.type for one in tokens] == [ChatTokenType.RECONNECTING] * 2
    assert tokens[1].data == {"type": "reconnecting", "attempt": 2}
    assert made.reconnect_attempts == 2


def test_a_response_that_is_not_an_event_stream_is_named() -> None:
    made = reading(Reply(200, [(b"content-type", b"text/html")], b""))
    assert list(made.feed(b"<html>Welcome</html>")) == []
    with pytest.raises(SSEStreamError, match="text/html"):
        made.end()


def test_the_error_of_a_stream_survives_pickle_p6() -> None:
    made, _ = fed(TEXT)
    error = made.broken(AionvisionConnectionError("reset"))
    again = pickle.loads(pickle.dumps(error))
    assert (again.partial_content, again.last_event_id) == ("I see two", "2")
    assert str(again) == str(error)
