"""Chat sessions, in lists and with their messages; available images; results of plans."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import frozen

from aion.types._chat_messages import CAPABILITY, ChatMessage
from aion.types._reader import Reader
from aion_api import Model
from aion_api.models.chat import GetAllUserImagesResponse

if TYPE_CHECKING:
    from aion.types.file_collection import FileCollection

_ACCEPTED = "accepted"


@frozen(slots=False)
class ChatSession(Model):
    """A chat session and its counters.

    Attributes:
        id: The id of the session.
        title: Its title.
        total_messages: Messages so far, yours and the assistant's.
        total_tokens: Tokens used so far.
        remaining_tokens: Tokens left.
        remaining_messages: Messages left.
        is_active: Whether it is open.
        use_all_images: Whether it talks about the whole library, not only selected images.
        selected_image_count: How many images are selected.
        created_at: When it was opened.
        updated_at: When it last changed.
        last_message_at: When its last message was written; None while there is none.
        last_message_preview: The beginning of that message.
        last_user_message: The last message you sent.
    """

    id: str
    title: str
    total_messages: int = 0
    total_tokens: int = 0
    remaining_tokens: int = 0
    remaining_messages: int = 0
    is_active: bool = True
    use_all_images: bool = True
    selected_image_count: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_message_at: datetime | None = None
    last_message_preview: str | None = None
    last_user_message: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a session of a listing, or the short response that created one."""
        read = Reader(data)
        return cls(
            id=read.need("id", "session_id"),
            title=read.get("title") or "",
            total_messages=read.get("total_messages") or 0,
            total_tokens=read.get("total_tokens") or 0,
            remaining_tokens=read.get("remaining_tokens") or 0,
            remaining_messages=read.get("remaining_messages") or 0,
            is_active=read.get("is_active", default=True),
            use_all_images=read.get("use_all_images", default=True),
            selected_image_count=read.get("selected_image_count") or 0,
            created_at=read.date("created_at"),
            updated_at=read.date("updated_at"),
            last_message_at=read.date("last_message_at"),
            last_message_preview=read.get("last_message_preview"),
            last_user_message=read.get("last_user_message"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class ChatSessionDetail(Model):
    """A session with its messages and its selection.

    Attributes:
        session: The session; its title is here.
        messages: Its requested messages, oldest first.
        selected_image_ids: The images it talks about.
        selected_video_ids: The videos it talks about.
        current_search_result_ids: The results of its last search, if the service reports them.
        context_summary: A summary of the selection, if the service reports it.
    """

    session: ChatSession
    messages: list[ChatMessage]
    selected_image_ids: list[str] | None = None
    selected_video_ids: list[str] | None = None
    current_search_result_ids: list[str] | None = None
    context_summary: str | None = None

    def as_collection(self) -> FileCollection:
        """Return the results of its last search, or the selected images and videos, as files."""
        from aion.types.file_collection import FileCollection, FileRef

        found = self.current_search_result_ids
        images = [FileRef(one, "image/*") for one in found or self.selected_image_ids or ()]
        videos = [FileRef(one, "video/*") for one in (not found and self.selected_video_ids) or ()]
        kind = "mixed" if images and videos else "video" if videos else "image"
        return FileCollection([*images, *videos], kind, CAPABILITY)

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the details of a session."""
        read = Reader(data)
        session = read.need("session")
        return cls(
            session=ChatSession.from_api_response(session),
            messages=read.items(ChatMessage, "messages"),
            selected_image_ids=read.get("selected_image_ids"),
            selected_video_ids=read.get("selected_video_ids"),
            current_search_result_ids=read.get("current_search_result_ids"),
            context_summary=read.get("context_summary") or session.get("context_summary"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class SessionList(Model):
    """One page of sessions.

    Attributes:
        items: The sessions.
        total: How many there are on all pages.
        has_more: Whether more pages follow.
    """

    items: list[ChatSession]
    total: int = 0
    has_more: bool = False

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a page of the listing."""
        read = Reader(data)
        sessions = read.need("sessions", "items")
        return cls(
            items=[ChatSession.from_api_response(one) for one in sessions],
            total=read.get("total_count", "total") or 0,
            has_more=bool(read.get("has_more")),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class ChatImageList(GetAllUserImagesResponse):
    """One page of the ids of the images that a chat can use.

    Attributes:
        image_ids: The ids.
        total_count: How many there are on all pages.
        has_more: Whether more pages follow.
    """

    def as_collection(self) -> FileCollection:
        """Return the images of this page as a collection of files."""
        from aion.types.file_collection import FileCollection

        return FileCollection.from_ids(self.image_ids, "image", CAPABILITY)


@frozen(slots=False)
class PlanActionResponse(Model):
    """The outcome of a plan that was approved or canceled.

    Attributes:
        success: Whether the service did what was requested.
        plan_id: The plan.
        message: The outcome in words.
        action_taken: ``approve`` or ``cancel``, or the service's word for it.
        results: The results of the plan, once it is done.
        agent_results: The results by agent.
        pending_actions: Actions that need another approval.
        status: ``accepted`` for a plan that continues in the background; None for one that is done,
            unless the service sends another status.
    """

    success: bool
    plan_id: str
    message: str
    action_taken: str
    results: dict[str, Any] | None = None
    agent_results: list[dict[str, Any]] | None = None
    pending_actions: list[dict[str, Any]] | None = None
    status: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response of a plan that is done."""
        read = Reader(data)
        return cls(
            success=read.need("success"),
            plan_id=read.need("plan_id"),
            message=read.get("message") or "",
            action_taken=read.get("action_taken") or "",
            results=read.get("results"),
            agent_results=read.get("agent_results"),
            pending_actions=read.get("pending_actions"),
            status=read.get("status"),
            additional_properties=read.rest(),
        )

    _unlisted = frozenset({"from_answer"})

    @classmethod
    def from_answer(cls, text: str, *, plan_id: str, action: str) -> Self:
        """Read the text of a successful response, whether the plan is done or continues.

        The contract does not define the body for a plan that continues; it may be empty.

        Raises:
            ValueError: It is neither empty nor JSON.
        """
        data: Any = json.loads(text) if text.strip() else None
        given = dict(cast("Mapping[str, Any]", data)) if isinstance(data, Mapping) else {}
        if given.get("success") is not None:
            return cls.from_api_response({"plan_id": plan_id, "action_taken": action, **given})
        accepted = {
            "success": True,
            "plan_id": plan_id,
            "message": "The plan continues in the background.",
            "action_taken": action,
            "status": _ACCEPTED,
        }
        return cls.from_api_response(accepted | {k: v for k, v in given.items() if v is not None})


__all__ = ["ChatImageList", "ChatSession", "ChatSessionDetail", "PlanActionResponse", "SessionList"]
