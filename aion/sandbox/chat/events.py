"""The event stream of a chat answer: every event in the service's order, as bytes.

The answer is complete before the stream begins; only its delivery takes time.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from aion.sandbox.chat.answers import DOCUMENT_AGENT, IMAGE_AGENT, PLAN_AGENT, ChatAnswer
from aion.sandbox.store.jsontext import json_text

HEADERS: Final = {"content-type": "text/event-stream", "cache-control": "no-store"}
_PIECE: Final = re.compile(r"\s*\S+\s*\Z|\s*\S+")


def event(name: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    """Encode one event; its data repeats its name."""
    lines = [f"event: {name}"]
    if event_id is not None:
        lines.append(f"id: {event_id}")
    lines.append(f"data: {json_text({'type': name, **data})}")
    return ("\n".join(lines) + "\n\n").encode()


def answer_events(
    composed: ChatAnswer,
    *,
    message_id: str,
    stream_id: str,
    plan_id: str | None,
    processing_time_ms: int,
    debug: bool,
) -> Iterator[bytes]:
    """Return the events of a successful answer."""
    yield event("connection", {"message_id": stream_id, "status": "connected"})
    yield event("thinking", {"status": "processing"})
    yield _step("planning", IMAGE_AGENT, "Choose who looks", "The message is about files", debug)
    yield from _tools(composed)
    if composed.plan is not None:
        yield _step("planning", PLAN_AGENT, "Propose a plan", "The message changes files", debug)
        yield event(
            "plan_pending_approval",
            {"plan_id": plan_id, "message": "Approve or cancel", "steps": composed.plan["steps"]},
        )
    so_far = ""
    for index, piece in enumerate(_pieces(composed.content)):
        so_far += piece
        token = {"content": piece, "accumulated": so_far, "token_index": index}
        yield event("token", token, index + 1)
    yield event(
        "complete",
        {
            "content": composed.content,
            "resolved_content": composed.resolved,
            "message_id": message_id,
            "agents_used": composed.agents,
            "has_results": composed.image_count + len(composed.passages) > 0,
            "result_count": composed.image_count + len(composed.passages),
            "image_context": composed.images,
            "processing_time_ms": processing_time_ms,
            "metadata": composed.metadata,
        },
    )
    yield event("ping", {})
    yield event("close", {"message_id": stream_id})


def refusal_events(name: str, data: dict[str, Any], stream_id: str) -> Iterator[bytes]:
    """Return the events of an answer that is refused after the stream has begun."""
    yield event("connection", {"message_id": stream_id, "status": "connected"})
    yield event(name, data)
    yield event("close", {"message_id": stream_id})


async def stream_events(events: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield events one by one, as a streamed body."""
    for one in events:
        yield one


def _tools(composed: ChatAnswer) -> Iterator[bytes]:
    yield event("status", {"phase": "searching", "message": "Looking", "agent_name": IMAGE_AGENT})
    yield event("tool_invocation", {"tool_name": "search_images", "agent_name": IMAGE_AGENT})
    count = composed.image_count
    yield event("tool_result", {"tool_name": "search_images", "result_count": count})
    yield event("image_results", {"images": composed.images, "count": count})
    if composed.passages:
        name = "search_documents"
        yield event("tool_invocation", {"tool_name": name, "agent_name": DOCUMENT_AGENT})
        yield event("tool_result", {"tool_name": name, "result_count": len(composed.passages)})
        documents = composed.metadata["tool_document_data"]
        yield event("document_results", {"documents": documents, "count": len(documents)})


def _step(phase: str, agent: str, message: str, reasoning: str, debug: bool) -> bytes:
    data = {"phase": phase, "agent_name": agent, "message": message}
    return event("thinking_step", {**data, "reasoning": reasoning} if debug else data)


def _pieces(text: str) -> list[str]:
    """Split a text into words, each with the space before it."""
    return _PIECE.findall(text)
