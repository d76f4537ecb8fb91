"""Chat sessions: open, list, read, select, rename, export, close; and the images for them.

A chat does not change the library, so viewers may call all of these.
"""

from __future__ import annotations

from typing import Any

from aion.sandbox.chat.answers import message_body
from aion.sandbox.chat.exports import KINDS, transcript
from aion.sandbox.chat.search import find_images, image_ids, search_words
from aion.sandbox.chat.store import (
    MESSAGE,
    SESSION,
    context_summary,
    distinct,
    messages_left,
    messages_of,
    open_session,
    session_of,
    summary,
)
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers._views import variant_key
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.records import Record

MOST_IMAGES = 1000
MOST_DOCUMENTS = 100
MOST_VIDEOS = 100


@operation("create_chat_session", role="viewer")
async def create_session(call: Call) -> Response:
    """Open a session."""
    body: dict[str, Any] = call.body or {}
    selected = distinct(body.get("initial_image_ids") or ())
    if not body.get("use_all_images", True) and len(selected) > MOST_IMAGES:
        raise ApiError(400, f"at most {MOST_IMAGES} images can be selected")
    _require_files(call, selected, "image")
    with call.state.database.transaction():
        session = open_session(call.state, body)
    return Response(
        {
            "session_id": session.id,
            "title": session.body["title"],
            "created_at": session.created_at,
        }
    )


@operation("list_chat_sessions")
async def list_sessions(call: Call) -> Response:
    """List one page of sessions, newest first."""
    state, query = call.state, call.query
    active, least = query["is_active"], query["min_messages"]
    words = (query["search"] or "").casefold()

    def fits(session: Record) -> bool:
        if active is not None and (session.body["closed_at"] is None) != active:
            return False
        if least and state.records.count(MESSAGE, parent=session.id) < least:
            return False
        return not words or words in _words_of(call, session)

    everything = active is None and not least and not words
    sessions, total = state.records.find(
        SESSION,
        where=None if everything else fits,
        newest_first=True,
        limit=query["limit"],
        offset=query["offset"],
    )
    left = messages_left(state)
    return Response(
        {
            "sessions": [summary(state, one, left) for one in sessions],
            "total_count": total,
            "has_more": bool(sessions) and query["offset"] + len(sessions) < total,
        }
    )


def _words_of(call: Call, session: Record) -> str:
    texts = [one.body["content"] for one in messages_of(call.state, session)]
    return "\n".join([session.body["title"], *texts]).casefold()


@operation("get_chat_session")
async def get_session(call: Call) -> Response:
    """Return a session with its latest messages and its selection."""
    state = call.state
    session = session_of(state, call.path["session_id"])
    messages: list[Record] = []
    if call.query["include_messages"]:
        limit = call.query["message_limit"] or 1000
        messages = messages_of(state, session)[-limit:]
    return Response(
        {
            "session": summary(state, session),
            "messages": [message_body(call, one) for one in messages],
            "selected_image_ids": session.body["image_ids"],
            "selected_video_ids": session.body["video_ids"],
            "context_summary": context_summary(session),
        }
    )


@operation("close_chat_session", role="viewer")
async def close_session(call: Call) -> Response:
    """Close a session; it stays listed. Closing it twice changes nothing."""
    state = call.state
    with state.database.transaction():
        session = session_of(state, call.path["session_id"])
        if session.body["closed_at"] is None:
            now = state.clock.stamp()
            session = state.records.update(SESSION, session.id, closed_at=now) or session
    summary_fields = summary(state, session)
    return Response(
        {
            "session_id": session.id,
            "closed_at": session.body["closed_at"],
            "total_messages": summary_fields["total_messages"],
            "total_tokens": summary_fields["total_tokens"],
        }
    )


@operation("rename_chat_session", role="viewer")
async def rename_session(call: Call) -> Response:
    """Rename a session."""
    session = _changed(call, title=call.body["title"])
    return Response(
        {
            "session_id": session.id,
            "title": session.body["title"],
            "updated_at": session.updated_at,
        }
    )


@operation("update_session_mode", role="viewer")
async def update_mode(call: Call) -> Response:
    """Switch between all and selected images."""
    session = _changed(call, use_all_images=call.body["use_all_images"])
    return Response(
        {
            "session_id": session.id,
            "use_all_images": session.body["use_all_images"],
            "selected_image_count": len(session.body["image_ids"]),
            "updated_at": session.updated_at,
        }
    )


@operation("update_session_images", role="viewer")
async def update_images(call: Call) -> Response:
    """Replace the selected images."""
    session = _select(call, "image", MOST_IMAGES)
    ids = session.body["image_ids"]
    return Response(
        {
            "session_id": session.id,
            "selected_image_ids": ids,
            "selected_video_ids": session.body["video_ids"],
            "context_summary": context_summary(session),
            # Approximate length of a description.
            "estimated_tokens": 50 * len(ids),
        }
    )


@operation("update_session_documents", role="viewer")
async def update_documents(call: Call) -> Response:
    """Replace the selected documents."""
    session = _select(call, "document", MOST_DOCUMENTS)
    ids = session.body["document_ids"]
    return Response(
        {"session_id": session.id, "selected_document_ids": ids, "document_count": len(ids)}
    )


@operation("update_session_videos", role="viewer")
async def update_videos(call: Call) -> Response:
    """Replace the selected videos."""
    session = _select(call, "video", MOST_VIDEOS)
    ids = session.body["video_ids"]
    return Response({"session_id": session.id, "selected_video_ids": ids, "video_count": len(ids)})


@operation("export_chat_session")
async def export_session(call: Call) -> Response:
    """Return the transcript as a file."""
    session = session_of(call.state, call.path["session_id"])
    content_type, ending = KINDS[call.query["format"]]
    data = transcript(
        call.query["format"],
        summary(call.state, session),
        messages_of(call.state, session),
        with_metadata=call.query["include_metadata"],
    )
    name = f"chat-{session.id[:8]}.{ending}"
    disposition = f'attachment; filename="{name}"'
    return Response(
        raw=data, headers={"content-type": content_type, "content-disposition": disposition}
    )


@operation("get_all_user_images")
async def get_all_images(call: Call) -> Response:
    """List one page of the ids of all images, newest first."""
    start = call.query["offset"]
    ids, total = image_ids(call.state, call.query["limit"], start)
    return Response(
        {
            "image_ids": ids,
            "total_count": total,
            "has_more": bool(ids) and start + len(ids) < total,
        }
    )


@operation("search_images")
async def search_images(call: Call) -> Response:
    """List one page of the images with a word of the query, best first."""
    words = search_words(call.body["query"])
    found = find_images(call.state, words)
    start = call.body.get("offset", 0)
    page = found[start : start + call.body.get("limit", 50)]
    return Response(
        {
            "results": [_hit(call, one.file, one.relevance) for one in page],
            "total_count": len(found),
            "query_interpretation": {"words": words, "match": "any", "source": "sandbox"},
        }
    )


def _hit(call: Call, file: StoredFile, relevance: float) -> dict[str, Any]:
    def url(size: str) -> str | None:
        key = variant_key(file, size)
        return call.object_url(key) if key is not None else None

    return {
        "image_id": file.id,
        "description": file.description or "",
        "confidence": file.confidence if file.confidence is not None else 0.0,
        "relevance_score": relevance,
        "thumbnail_url": url("small_256"),
        "medium_url": url("medium_750"),
        "full_url": url("original"),
        "created_at": file.created_at,
    }


def _select(call: Call, kind: str, most: int) -> Record:
    body: dict[str, Any] = call.body or {}
    ids = distinct(body.get(f"{kind}_ids") or ())
    session_of(call.state, call.path["session_id"])
    if len(ids) > most:
        raise ApiError(400, f"at most {most} {kind}s can be selected, not {len(ids)}")
    _require_files(call, ids, kind)
    return _changed(call, **{f"{kind}_ids": ids})


def _changed(call: Call, **values: Any) -> Record:
    state = call.state
    with state.database.transaction():
        session = session_of(state, call.path["session_id"])
        if session.body["closed_at"] is not None:
            raise ApiError(400, "this chat session is closed", code="SESSION_CLOSED")
        return state.records.update(SESSION, session.id, **values) or session


def _require_files(call: Call, ids: list[str], kind: str) -> None:
    for one in ids:
        file = call.state.files.get(one)
        if file is None or file.media_type != kind:
            raise ApiError(400, f"no {kind} {one}", code=f"{kind.upper()}_NOT_FOUND")
