"""Makes the requests of the chat from checked arguments. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from aion import _checks as check
from aion.types.chat import (
    ChatImageList,
    ChatResponse,
    ChatSession,
    ChatSessionDetail,
    ImageReference,
    PlanActionResponse,
    SessionList,
)
from aion_api import UNSET, Request
from aion_api.api import chat
from aion_api.models.chat import (
    ChatExportChatSessionFormat,
    CreateChatSessionRequest,
    ImageSearchRequest,
    PlanActionRequest,
    RenameSessionRequest,
    SendMessageRequest,
    UpdateDocumentsRequest,
    UpdateImagesRequest,
    UpdateSessionModeRequest,
    UpdateVideosRequest,
)

MOST_IMAGES = 1000
MOST_DOCUMENTS = 100
MOST_VIDEOS = 100
LONGEST_MESSAGE = 10_000
LONGEST_TITLE = 255
_FORMATS = tuple(one.value for one in ChatExportChatSessionFormat)
# Compression would delay an event until later ones follow it.
_STREAM_HEADERS = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}


def create(
    title: str | None, image_ids: Sequence[str] | None, use_all_images: bool
) -> Request[ChatSession]:
    """Open a session."""
    selected = check.texts("image_ids", image_ids, most=MOST_IMAGES)
    every = _flag("use_all_images", use_all_images)
    body = CreateChatSessionRequest(
        title=UNSET if title is None else check.text("title", title, 1, LONGEST_TITLE),
        initial_image_ids=UNSET if selected is None else selected,
        use_all_images=every,
    )

    def decode(data: Mapping[str, Any]) -> ChatSession:
        # The response has neither.
        known = {"use_all_images": every, "selected_image_count": len(selected or ())}
        return ChatSession.from_api_response({**known, **data})

    return chat.create_chat_session(body=body).decoding(decode)


def get(
    session_id: str, *, include_messages: bool, message_limit: int | None
) -> Request[ChatSessionDetail]:
    """Read a session."""
    if message_limit is not None:
        check.whole_number("message_limit", message_limit, 1, 1000)
    return chat.get_chat_session(
        check.identifier("session_id", session_id),
        include_messages=_flag("include_messages", include_messages),
        message_limit=message_limit,
    ).decoding(ChatSessionDetail.from_api_response)


def sessions(
    *,
    limit: int,
    offset: int,
    active_only: bool,
    search: str | None,
    min_messages: int | None,
) -> Request[SessionList]:
    """List a page of sessions."""
    return chat.list_chat_sessions(
        limit=check.whole_number("limit", limit, 1, 100),
        offset=check.whole_number("offset", offset, 0),
        is_active=_flag("active_only", active_only) or None,
        search=None if search is None else check.text("search", search, 1, 200),
        min_messages=None
        if min_messages is None
        else check.whole_number("min_messages", min_messages, 0),
    ).decoding(SessionList.from_api_response)


def session_pages(
    page_size: int, active_only: bool, search: str | None, min_messages: int | None
) -> Callable[[int], Request[SessionList]]:
    """List sessions page by page: return a function from an offset to the request of its page.

    Bad arguments are refused now, not when the first page is requested.
    """
    size = check.whole_number("page_size", page_size, 1, 100)

    def page(offset: int) -> Request[SessionList]:
        return sessions(
            limit=size,
            offset=offset,
            active_only=active_only,
            search=search,
            min_messages=min_messages,
        )

    page(0)
    return page


def close(session_id: str) -> Request[dict[str, Any]]:
    """Close a session."""
    return chat.close_chat_session(check.identifier("session_id", session_id)).decoding(_as_dict)


def send(
    message: str,
    session_id: str,
    *,
    force_detailed_analysis: bool,
    expected_image_ids: Sequence[str] | None,
) -> Request[ChatResponse]:
    """Send a message for a complete response."""
    session = check.identifier("session_id", session_id)
    body = _message(message, force_detailed_analysis, expected_image_ids)
    return chat.send_chat_message(session, body=body).decoding(
        lambda data: ChatResponse.from_api_response(data, session)
    )


def stream(
    message: str,
    session_id: str,
    *,
    force_detailed_analysis: bool,
    expected_image_ids: Sequence[str] | None,
    debug_reasoning: bool,
) -> Request[bytes]:
    """Send a message for a stream of events."""
    request = chat.send_message_stream(
        check.identifier("session_id", session_id),
        body=_message(message, force_detailed_analysis, expected_image_ids),
        debug_reasoning=_flag("debug_reasoning", debug_reasoning) or None,
    )
    request.headers = {**(request.headers or {}), **_STREAM_HEADERS}
    return request


def images(session_id: str, image_ids: Sequence[str]) -> Request[dict[str, Any]]:
    """Select images."""
    body = UpdateImagesRequest(_ids("image_ids", image_ids, MOST_IMAGES))
    session = check.identifier("session_id", session_id)
    return chat.update_session_images(session, body=body).decoding(_as_dict)


def documents(session_id: str, document_ids: Sequence[str]) -> Request[dict[str, Any]]:
    """Select documents."""
    body = UpdateDocumentsRequest(_ids("document_ids", document_ids, MOST_DOCUMENTS))
    session = check.identifier("session_id", session_id)
    return chat.update_session_documents(session, body=body).decoding(_as_dict)


def videos(session_id: str, video_ids: Sequence[str]) -> Request[dict[str, Any]]:
    """Select videos."""
    body = UpdateVideosRequest(_ids("video_ids", video_ids, MOST_VIDEOS))
    session = check.identifier("session_id", session_id)
    return chat.update_session_videos(session, body=body).decoding(_as_dict)


def mode(session_id: str, use_all_images: bool) -> Request[dict[str, Any]]:
    """Switch between all and selected images."""
    body = UpdateSessionModeRequest(_flag("use_all_images", use_all_images))
    session = check.identifier("session_id", session_id)
    return chat.update_session_mode(session, body=body).decoding(_as_dict)


def rename(session_id: str, title: str) -> Request[dict[str, Any]]:
    """Rename a session."""
    body = RenameSessionRequest(check.text("title", title, 1, LONGEST_TITLE))
    session = check.identifier("session_id", session_id)
    return chat.rename_chat_session(session, body=body).decoding(_as_dict)


def export(session_id: str, file_format: str, include_metadata: bool) -> Request[bytes]:
    """Get the transcript as a file."""
    return chat.export_chat_session(
        check.identifier("session_id", session_id),
        format=ChatExportChatSessionFormat(check.choice("format", file_format, _FORMATS)),
        include_metadata=_flag("include_metadata", include_metadata),
    )


def all_images(limit: int, offset: int) -> Request[ChatImageList]:
    """List a page of image ids."""
    return chat.get_all_user_images(
        limit=check.whole_number("limit", limit, 1, 5000),
        offset=check.whole_number("offset", offset, 0),
    ).decoding(ChatImageList.from_api_response)


def search_images(query: str, limit: int, offset: int) -> Request[list[ImageReference]]:
    """Search images."""
    body = ImageSearchRequest(
        check.text("query", query, 1, 500),
        limit=check.whole_number("limit", limit, 1, 100),
        offset=check.whole_number("offset", offset, 0),
    )
    return chat.search_images(body=body).decoding(
        lambda data: [ImageReference.from_api_response(hit) for hit in data["results"]]
    )


def plan(session_id: str, plan_id: str, action: str) -> Request[PlanActionResponse]:
    """Approve or cancel a plan."""
    plan = check.identifier("plan_id", plan_id)
    request = chat.execute_plan_action(
        check.identifier("session_id", session_id), plan, body=PlanActionRequest(action)
    )
    # Read as text: the contract does not define the body of a 202, and it may be empty.
    return request.decoding(
        lambda text: PlanActionResponse.from_answer(text, plan_id=plan, action=action), kind="text"
    )


def _message(
    message: str, force_detailed_analysis: bool, expected_image_ids: Sequence[str] | None
) -> SendMessageRequest:
    expected = check.texts("expected_image_ids", expected_image_ids, most=MOST_IMAGES)
    return SendMessageRequest(
        check.text("message", message, 1, LONGEST_MESSAGE),
        force_detailed_analysis=_flag("force_detailed_analysis", force_detailed_analysis),
        expected_image_ids=UNSET if expected is None else expected,
    )


def _ids(field: str, value: Iterable[str], most: int) -> list[str]:
    """Validate ids that replace a selection; an empty list clears it."""
    items = check.texts(field, value, most=most)
    if items is None:
        check.refuse(field, value, f"a list of at most {most} ids")
    return items


def _flag(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        check.refuse(field, value, "True or False")
    return value


def _as_dict(data: Any) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise TypeError("it is not an object")
    return dict(cast("Mapping[str, Any]", data))
