"""Stores chat sessions, messages and plans as records, and computes their totals.

A session is a record `chat_session`; its messages are records `chat_message` below it, in order;
plans that wait for a decision are records `chat_plan` below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.faults.kinds import ZeroQuota
from aion.sandbox.store.records import Record

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State

SESSION: Final = "chat_session"
MESSAGE: Final = "chat_message"
PLAN: Final = "chat_plan"

_PREVIEW: Final = 100


def open_session(state: State, body: Mapping[str, Any]) -> Record:
    """Store a new session; one without a title is numbered."""
    session_id = state.records.new_id(SESSION)
    number = state.records.count(SESSION) + 1
    return state.records.put(
        SESSION,
        session_id,
        {
            "title": body.get("title") or f"Chat {number}",
            "use_all_images": body.get("use_all_images", True),
            "image_ids": distinct(body.get("initial_image_ids") or ()),
            "document_ids": [],
            "video_ids": [],
            "closed_at": None,
        },
    )


def session_of(state: State, session_id: str) -> Record:
    """Return a session by its id; 404 when it is unknown."""
    found = state.records.get(SESSION, session_id.lower())
    if found is None:
        raise ApiError(404, f"no chat session {session_id}", code="SESSION_NOT_FOUND")
    return found


def messages_of(state: State, session: Record) -> list[Record]:
    """Return the messages of a session, oldest first."""
    return state.records.find(MESSAGE, parent=session.id)[0]


def add_message(
    state: State,
    session: Record,
    role: str,
    content: str,
    *,
    image_ids: Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Record:
    """Store a message and update its session."""
    answered = role == "assistant"
    message = state.records.put(
        MESSAGE,
        state.records.new_id(MESSAGE),
        {
            "role": role,
            "content": content,
            "token_count": tokens_of(content),
            # An invented time, the same in every run.
            "processing_time_ms": 40 + len(content) // 8 if answered else None,
            "image_ids": image_ids,
            "metadata": metadata,
        },
        parent=session.id,
    )
    state.records.update(SESSION, session.id)
    return message


def tokens_of(text: str) -> int:
    """Return the tokens of a text: one for four characters."""
    return max(1, (len(text) + 3) // 4)


def used_tokens(messages: list[Record]) -> int:
    """Return the total tokens of some messages."""
    return sum(one.body["token_count"] for one in messages)


def messages_this_month(state: State) -> int:
    """Count the messages of this month, in all sessions."""
    return state.database.count(
        "SELECT count(*) FROM records WHERE kind = ? AND created_at >= ?"
        " AND json_extract(body, '$.role') = 'user'",
        (MESSAGE, state.clock.stamp()[:7]),
    )


def messages_left(state: State) -> int:
    """Return the number of messages that are left this month."""
    return max(0, state.options.limits.monthly_messages - messages_this_month(state))


def tokens_left(state: State, session: Record) -> int:
    """Return the number of tokens that the session has left."""
    return max(0, state.options.limits.session_tokens - used_tokens(messages_of(state, session)))


def quota_refusal(state: State, session: Record) -> ApiError | None:
    """Return the quota error of a session, or None."""
    limits = state.options.limits
    used, most = messages_this_month(state), limits.monthly_messages
    if state.faults.take(ZeroQuota, lambda fault: True) is not None:
        used, most = 200, 200
    if used >= most:
        text = f"The chat messages of this month are used up ({used}/{most})"
        return ApiError(429, text, code="USAGE_LIMIT_EXCEEDED")
    used, most = used_tokens(messages_of(state, session)), limits.session_tokens
    if used >= most:
        text = f"The tokens of this session are used up ({used}/{most})"
        return ApiError(429, text, code="TOKEN_LIMIT_EXCEEDED")
    return None


def summary(state: State, session: Record, left: int | None = None) -> dict[str, Any]:
    """Return a session in its wire form; `left` is the result of `messages_left`, if known."""
    messages = messages_of(state, session)
    used = used_tokens(messages)
    last = messages[-1] if messages else None
    asked = [one for one in messages if one.body["role"] == "user"]
    return {
        "id": session.id,
        "title": session.body["title"],
        "total_messages": len(messages),
        "total_tokens": used,
        "remaining_tokens": max(0, state.options.limits.session_tokens - used),
        "remaining_messages": messages_left(state) if left is None else left,
        "is_active": session.body["closed_at"] is None,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "last_message_at": last.created_at if last else None,
        "selected_image_count": len(session.body["image_ids"]),
        "use_all_images": session.body["use_all_images"],
        "last_message_preview": last.body["content"][:_PREVIEW] if last else None,
        "last_user_message": asked[-1].body["content"] if asked else None,
    }


def context_summary(session: Record) -> str:
    """Return the selection of a session, as text."""
    body = session.body
    images = "all images" if body["use_all_images"] else f"{len(body['image_ids'])} images"
    documents, videos = len(body["document_ids"]), len(body["video_ids"])
    return f"[sandbox] {images}, {documents} documents and {videos} videos are at hand."


def distinct(ids: Iterable[str]) -> list[str]:
    """Return ids in lower case, each once, in order."""
    return list(dict.fromkeys(one.lower() for one in ids))
