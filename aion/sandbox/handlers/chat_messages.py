"""Chat messages: answers as a whole or as a stream of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aion.sandbox.chat.answers import ChatAnswer, compose
from aion.sandbox.chat.events import HEADERS, answer_events, refusal_events, stream_events
from aion.sandbox.chat.plans import propose
from aion.sandbox.chat.store import (
    SESSION,
    add_message,
    distinct,
    messages_left,
    messages_of,
    quota_refusal,
    session_of,
    tokens_left,
)
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.ids import make_id
from aion.sandbox.store.jsontext import json_text
from aion.sandbox.store.records import Record


@dataclass(slots=True)
class _Answered:
    """A stored answer to a message."""

    composed: ChatAnswer
    message: Record
    plan_id: str | None


@operation("send_chat_message", role="viewer")
async def send_message(call: Call) -> Response:
    """Answer a message at once."""
    state = call.state
    session = session_of(state, call.path["session_id"])
    if session.body["closed_at"] is not None:
        raise ApiError(400, "this chat session is closed", code="SESSION_CLOSED")
    refused = quota_refusal(state, session)
    if refused is not None:
        raise refused
    answered = _answer(call, session)
    body = {
        "message_id": answered.message.id,
        "content": answered.composed.content,
        "token_count": answered.message.body["token_count"],
        "processing_time_ms": answered.message.body["processing_time_ms"],
        "remaining_tokens": tokens_left(state, session),
        "remaining_messages": messages_left(state),
    }
    wrong = state.validators.answer(call.operation, 200, body)
    if wrong is not None:
        raise ApiError(500, f"the response violates the contract: {wrong}", code="SANDBOX_ERROR")
    # The service's documentation has these two fields, its contract does not: they are added after
    # the validation above.
    shown = {"images": answered.composed.images, "metadata": answered.composed.metadata}
    return Response(
        raw=json_text({**body, **shown}).encode(), headers={"content-type": "application/json"}
    )


@operation("send_message_stream", role="viewer")
async def stream_message(call: Call) -> Response:
    """Answer a message event by event. A failure after the beginning is an event, too."""
    state = call.state
    session = session_of(state, call.path["session_id"])
    stream_id = make_id("chat_stream", f"{session.id}/{len(messages_of(state, session))}")
    if session.body["closed_at"] is not None:
        events = refusal_events("auth_error", {"error": "This session is closed"}, stream_id)
        return Response(stream=stream_events(events), headers=HEADERS)
    refused = quota_refusal(state, session)
    if refused is not None:
        data: dict[str, Any] = {"message": refused.message, "code": refused.code}
        return Response(
            stream=stream_events(refusal_events("error", data, stream_id)), headers=HEADERS
        )
    answered = _answer(call, session)
    events = answer_events(
        answered.composed,
        message_id=answered.message.id,
        stream_id=stream_id,
        plan_id=answered.plan_id,
        processing_time_ms=answered.message.body["processing_time_ms"],
        debug=call.query["debug_reasoning"],
    )
    return Response(stream=stream_events(events), headers=HEADERS)


def _answer(call: Call, session: Record) -> _Answered:
    """Store the message and its answer in one transaction."""
    state, body = call.state, call.body
    with state.database.transaction():
        expected = body.get("expected_image_ids")
        if expected is not None and distinct(expected) != session.body["image_ids"]:
            there = [one for one in distinct(expected) if state.files.get(one) is not None]
            session = state.records.update(SESSION, session.id, image_ids=there) or session
        composed = compose(
            call, session, body["message"], detailed=body.get("force_detailed_analysis", False)
        )
        plan_id = propose(state, session, composed.plan) if composed.plan is not None else None
        if plan_id is not None:
            composed.metadata["plan_id"] = plan_id
        add_message(state, session, "user", body["message"])
        message = add_message(
            state,
            session,
            "assistant",
            composed.content,
            image_ids=[one["image_id"] for one in composed.images],
            metadata=composed.metadata,
        )
    return _Answered(composed, message, plan_id)
