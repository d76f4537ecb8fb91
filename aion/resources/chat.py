"""`client.chats`: talk with the library, in sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from aion import _checks as check
from aion._flows.chat_stream import ChatStream
from aion._flows.paging import Pages
from aion._requests import chat as requests
from aion._requests.page import Page
from aion._runtime import aio as rt
from aion.resources.chat_session import ChatSessionConfig, ChatSessionContext
from aion.types.chat import (
    ChatImageList,
    ChatMessage,
    ChatResponse,
    ChatSession,
    ChatSessionDetail,
    ImageReference,
    PlanActionResponse,
    SessionList,
)


class ChatResource:
    """Opens sessions, sends messages, and decides plans.

    Every method raises `ValidationError` before anything is sent when an argument is out of range,
    `ResourceNotFoundError` when there is no such session, and `AionvisionError` when the call
    fails in another way. What else a method raises is said there.
    """

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    def session(
        self,
        *,
        title: str | None = None,
        image_ids: Sequence[str] | None = None,
        use_all_images: bool = True,
        auto_close: bool = True,
    ) -> ChatSessionContext:
        """A session as a context manager, opened on entry.

        Args:
            title: Its title, at most 255 characters; the service makes one otherwise.
            image_ids: The images that are selected, at most 1000.
            use_all_images: Talk about the whole library, whatever is selected. For the selected
                images alone it has to be False.
            auto_close: Close the session at the end of the block.

        Raises:
            ValidationError: There are too many images, or what is given are no ids.

        Endpoint: ``POST /chat/sessions``, on entry
        """
        ids = check.texts("image_ids", image_ids, most=requests.MOST_IMAGES)
        config = ChatSessionConfig(title, ids, use_all_images, auto_close)
        return ChatSessionContext(self, config, engine=self._engine)

    async def send(
        self,
        message: str,
        *,
        session_id: str,
        force_detailed_analysis: bool = False,
        expected_image_ids: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> ChatResponse:
        """Send a message and get the whole answer. The message is never sent twice.

        Args:
            message: The message, from 1 to 10000 characters.
            session_id: The session it belongs to.
            force_detailed_analysis: Look at the images themselves, in high resolution.
            expected_image_ids: The images that the session should have, at most 1000; if it has
                others, the service selects these first.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            QuotaExceededError: The allowance is used up.
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions/{session_id}/messages``
        """
        request = requests.send(
            message,
            session_id,
            force_detailed_analysis=force_detailed_analysis,
            expected_image_ids=expected_image_ids,
        )
        return await self._engine.call(request, timeout=timeout)

    def send_stream(
        self,
        message: str,
        *,
        session_id: str,
        force_detailed_analysis: bool = False,
        expected_image_ids: Sequence[str] | None = None,
        debug_reasoning: bool = False,
        timeout: float | None = None,
    ) -> ChatStream:
        """Send a message and get the answer as it is written.

        Args:
            message: The message, from 1 to 10000 characters.
            session_id: The session it belongs to.
            force_detailed_analysis: Look at the images themselves, in high resolution.
            expected_image_ids: As for `send`.
            debug_reasoning: Let ``thinking_step`` events carry the reasoning of the agents.
            timeout: Seconds of silence that end the stream, instead of the client's.

        Returns:
            The events: an iterator, and a context manager that closes the connection. Nothing is
            sent before the first event is asked for.

        Raises:
            ValidationError: An argument is out of range; nothing is sent. What iterating raises
                is said at `ChatStream`.

        Endpoint: ``POST /chat/sessions/{session_id}/messages/stream``
        """
        request = requests.stream(
            message,
            session_id,
            force_detailed_analysis=force_detailed_analysis,
            expected_image_ids=expected_image_ids,
            debug_reasoning=debug_reasoning,
        )
        return ChatStream(self._engine, request, session_id.strip(), timeout)

    async def create_session(
        self,
        *,
        title: str | None = None,
        image_ids: Sequence[str] | None = None,
        use_all_images: bool = True,
        timeout: float | None = None,
    ) -> ChatSession:
        """Open a session. `session` does so in a ``with`` block.

        Args:
            title: Its title, from 1 to 255 characters; the service makes one otherwise.
            image_ids: The images that are selected, at most 1000.
            use_all_images: Talk about the whole library, whatever is selected. For the selected
                images alone it has to be False.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions``
        """
        request = requests.create(title, image_ids, use_all_images)
        return await self._engine.call(request, timeout=timeout)

    async def get_session(
        self,
        session_id: str,
        *,
        include_messages: bool = True,
        message_limit: int | None = None,
        timeout: float | None = None,
    ) -> ChatSessionDetail:
        """A session with its messages and what is selected for it.

        Args:
            session_id: The session.
            include_messages: Read the messages too.
            message_limit: At most so many messages, from 1 to 1000; the latest.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/sessions/{session_id}``
        """
        request = requests.get(
            session_id, include_messages=include_messages, message_limit=message_limit
        )
        return await self._engine.call(request, timeout=timeout)

    async def list_sessions(
        self,
        *,
        limit: int = 20,
        offset: int = 0,
        active_only: bool = False,
        search: str | None = None,
        min_messages: int | None = None,
        timeout: float | None = None,
    ) -> SessionList:
        """One page of sessions.

        Args:
            limit: Sessions in the page, from 1 to 100.
            offset: Sessions to skip.
            active_only: Only those that are open.
            search: Only those whose title or messages have this text, at most 200 characters.
            min_messages: Only those with at least so many messages.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/sessions``
        """
        request = requests.sessions(
            limit=limit,
            offset=offset,
            active_only=active_only,
            search=search,
            min_messages=min_messages,
        )
        return await self._engine.call(request, timeout=timeout)

    def iter_sessions(
        self,
        *,
        page_size: int = 20,
        active_only: bool = False,
        search: str | None = None,
        min_messages: int | None = None,
    ) -> AsyncIterator[ChatSession]:
        """All sessions, one after the other; pages are fetched as they are needed.

        Deleting sessions while iterating is safe: each that is there from the beginning to the end
        is given, once. What is added or deleted meanwhile may be given or not. One case
        cannot be noticed: a session may be missed where, between two requests, as many are added as
        are deleted.

        Args:
            page_size: Sessions in a page, from 1 to 100.
            active_only: Only those that are open.
            search: As for `list_sessions`.
            min_messages: As for `list_sessions`.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: While iterating, a call failed.

        Endpoint: ``GET /chat/sessions``
        """
        page = requests.session_pages(page_size, active_only, search, min_messages)

        async def fetch(offset: int) -> Page[ChatSession]:
            found = await self._engine.call(page(offset))
            return Page(found.items, found.has_more, found.total)

        return Pages(fetch, lambda session: session.id)

    async def get_messages(
        self, session_id: str, *, limit: int | None = None, timeout: float | None = None
    ) -> list[ChatMessage]:
        """The messages of a session, oldest first.

        Args:
            session_id: The session.
            limit: At most so many, from 1 to 1000; the latest.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/sessions/{session_id}``
        """
        return (await self.get_session(session_id, message_limit=limit, timeout=timeout)).messages

    async def update_images(self, session_id: str, image_ids: Sequence[str]) -> dict[str, Any]:
        """Select the images to talk about, in place of those selected before.

        Args:
            session_id: The session.
            image_ids: At most 1000; none of them empties the selection.

        Returns:
            The new selection as the service sends it: `selected_image_ids`, `estimated_tokens`.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/images``
        """
        return await self._engine.call(requests.images(session_id, image_ids))

    async def update_documents(
        self, session_id: str, document_ids: Sequence[str]
    ) -> dict[str, Any]:
        """Select the documents to talk about, in place of those selected before.

        Args:
            session_id: The session.
            document_ids: At most 100; none of them empties the selection.

        Returns:
            The new selection as the service sends it: `selected_document_ids`, `document_count`.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/documents``
        """
        return await self._engine.call(requests.documents(session_id, document_ids))

    async def update_videos(self, session_id: str, video_ids: Sequence[str]) -> dict[str, Any]:
        """Select the videos to talk about, in place of those selected before.

        Args:
            session_id: The session.
            video_ids: At most 100; none of them empties the selection.

        Returns:
            The new selection as the service sends it: `selected_video_ids`, `video_count`.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/videos``
        """
        return await self._engine.call(requests.videos(session_id, video_ids))

    async def update_mode(self, session_id: str, use_all_images: bool) -> dict[str, Any]:
        """Switch between the whole library and the selected images.

        Args:
            session_id: The session.
            use_all_images: Talk about the whole library.

        Returns:
            The mode as the service sends it: `use_all_images`, `selected_image_count`.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PATCH /chat/sessions/{session_id}/mode``
        """
        return await self._engine.call(requests.mode(session_id, use_all_images))

    async def approve_plan(self, session_id: str, plan_id: str) -> PlanActionResponse:
        """Let a plan run that the assistant proposed in a ``plan_pending_approval`` event.

        Args:
            session_id: The session.
            plan_id: The plan.

        Returns:
            What it brought, or the status ``accepted`` when it goes on in the background.

        Raises:
            ResourceNotFoundError: There is no such plan any more.
            ValidationError: Another request is deciding it right now (409).

        Endpoint: ``POST /chat/sessions/{session_id}/plans/{plan_id}/action``
        """
        return await self._engine.call(requests.plan(session_id, plan_id, "approve"))

    async def cancel_plan(self, session_id: str, plan_id: str) -> PlanActionResponse:
        """Drop a plan.

        The arguments, the results and the errors are those of `approve_plan`.

        Endpoint: ``POST /chat/sessions/{session_id}/plans/{plan_id}/action``
        """
        return await self._engine.call(requests.plan(session_id, plan_id, "cancel"))

    async def close_session(
        self, session_id: str, *, timeout: float | None = None
    ) -> dict[str, Any]:
        """Close a session. It can still be read and listed.

        Args:
            session_id: The session.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            Its totals as the service sends them: `closed_at`, `total_messages`, `total_tokens`.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /chat/sessions/{session_id}``
        """
        return await self._engine.call(requests.close(session_id), timeout=timeout)

    async def rename_session(self, session_id: str, title: str) -> dict[str, Any]:
        """Give a session another title.

        Args:
            session_id: The session.
            title: The title, from 1 to 255 characters.

        Returns:
            The session as the service sends it: `session_id`, `title`, `updated_at`.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PATCH /chat/sessions/{session_id}/title``
        """
        return await self._engine.call(requests.rename(session_id, title))

    async def export_session(
        self,
        session_id: str,
        *,
        format: str = "markdown",  # noqa: A002 - the documented name
        include_metadata: bool = False,
    ) -> bytes:
        """The transcript of a session as the bytes of a file.

        Args:
            session_id: The session.
            format: ``markdown``, ``json`` or ``text``.
            include_metadata: Add what the service knows of each message.

        Raises:
            ResourceNotFoundError: There is no such session.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/sessions/{session_id}/export``
        """
        return await self._engine.call(requests.export(session_id, format, include_metadata))

    async def get_all_images(self, *, limit: int = 1000, offset: int = 0) -> ChatImageList:
        """One page of the ids of all images that a session can talk about.

        Args:
            limit: Ids in the page, from 1 to 5000.
            offset: Ids to skip.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/images/all``
        """
        return await self._engine.call(requests.all_images(limit, offset))

    async def search_images(
        self, query: str, *, limit: int = 50, offset: int = 0
    ) -> list[ImageReference]:
        """Search images to talk about.

        Args:
            query: What to look for, from 1 to 500 characters.
            limit: Hits in the page, from 1 to 100.
            offset: Hits to skip.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/images/search``
        """
        return await self._engine.call(requests.search_images(query, limit, offset))


__all__ = ["ChatResource", "ChatSessionConfig", "ChatSessionContext", "ChatStream"]
