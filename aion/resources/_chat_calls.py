"""Calls of a chat session by its id, which a session as a context manager uses, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aion._flows.chat_stream import ChatStream
from aion._requests import chat as requests
from aion._runtime import aio as rt
from aion.types.chat import (
    ChatMessage,
    ChatResponse,
    ChatSession,
    ChatSessionDetail,
    PlanActionResponse,
)


class ChatCalls:
    """Opens and closes sessions, sends messages, selects files, and approves or cancels plans."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def send(
        self,
        message: str,
        *,
        session_id: str,
        force_detailed_analysis: bool = False,
        expected_image_ids: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> ChatResponse:
        """Send a message and get the complete response. The message is never sent twice.

        Args:
            message: The message, from 1 to 10000 characters.
            session_id: The session it belongs to.
            force_detailed_analysis: Analyze the images themselves, in high resolution.
            expected_image_ids: The images that should be selected, at most 1000; if others are
                selected, the service selects these first.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The response: its text is in `content`, with its references resolved in
            `resolved_content`.

        Raises:
            QuotaExceededError: The quota is used up.
            ResourceNotFoundError: The session does not exist.
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
        """Send a message and stream the response as it is written.

        Args:
            message: The message, from 1 to 10000 characters.
            session_id: The session it belongs to.
            force_detailed_analysis: Analyze the images themselves, in high resolution.
            expected_image_ids: The images that should be selected, at most 1000; if others are
                selected, the service selects these first.
            debug_reasoning: Include the reasoning of the agents in ``thinking_step`` events.
            timeout: Seconds of silence that end the stream, instead of the client's.

        Returns:
            The events: an iterator, and a context manager that closes the connection. Nothing is
            sent before the first event is requested.

        Raises:
            ValidationError: An argument is out of range; nothing is sent. `ChatStream` documents
                what iterating raises.

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
            title: Its title, from 1 to 255 characters; by default, the service chooses one.
            image_ids: The images to select, at most 1000.
            use_all_images: Use the whole library, whatever is selected. Pass False for the selected
                images alone.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions``
        """
        request = requests.create(title, image_ids, use_all_images)
        return await self._engine.call(request, timeout=timeout)

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
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /chat/sessions/{session_id}``
        """
        return await self._engine.call(requests.close(session_id), timeout=timeout)

    async def get_session(
        self,
        session_id: str,
        *,
        include_messages: bool = True,
        message_limit: int | None = None,
        timeout: float | None = None,
    ) -> ChatSessionDetail:
        """Get a session with its messages and its selected files.

        Args:
            session_id: The session.
            include_messages: Include the messages.
            message_limit: Most messages to return, from 1 to 1000: the latest.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/sessions/{session_id}``
        """
        request = requests.get(
            session_id, include_messages=include_messages, message_limit=message_limit
        )
        return await self._engine.call(request, timeout=timeout)

    async def get_messages(
        self, session_id: str, *, limit: int | None = None, timeout: float | None = None
    ) -> list[ChatMessage]:
        """Get the messages of a session, oldest first.

        Args:
            session_id: The session.
            limit: Most messages to return, from 1 to 1000: the latest.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/sessions/{session_id}``
        """
        return (await self.get_session(session_id, message_limit=limit, timeout=timeout)).messages

    async def update_images(self, session_id: str, image_ids: Sequence[str]) -> dict[str, Any]:
        """Select the images to talk about, instead of those selected before.

        Args:
            session_id: The session.
            image_ids: At most 1000; an empty list clears the selection.

        Returns:
            The new selection as the service sends it: `selected_image_ids`, `estimated_tokens`.

        Raises:
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/images``
        """
        return await self._engine.call(requests.images(session_id, image_ids))

    async def update_documents(
        self, session_id: str, document_ids: Sequence[str]
    ) -> dict[str, Any]:
        """Select the documents to talk about, instead of those selected before.

        Args:
            session_id: The session.
            document_ids: At most 100; an empty list clears the selection.

        Returns:
            The new selection as the service sends it: `selected_document_ids`, `document_count`.

        Raises:
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/documents``
        """
        return await self._engine.call(requests.documents(session_id, document_ids))

    async def update_videos(self, session_id: str, video_ids: Sequence[str]) -> dict[str, Any]:
        """Select the videos to talk about, instead of those selected before.

        Args:
            session_id: The session.
            video_ids: At most 100; an empty list clears the selection.

        Returns:
            The new selection as the service sends it: `selected_video_ids`, `video_count`.

        Raises:
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/videos``
        """
        return await self._engine.call(requests.videos(session_id, video_ids))

    async def approve_plan(self, session_id: str, plan_id: str) -> PlanActionResponse:
        """Approve a plan that the assistant proposed in a ``plan_pending_approval`` event.

        Args:
            session_id: The session.
            plan_id: The plan.

        Returns:
            The result, or the status ``accepted`` if the plan continues in the background.

        Raises:
            ResourceNotFoundError: The plan does not exist anymore.
            ValidationError: Another request is approving or cancelling it right now (409).
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions/{session_id}/plans/{plan_id}/action``
        """
        return await self._engine.call(requests.plan(session_id, plan_id, "approve"))

    async def cancel_plan(self, session_id: str, plan_id: str) -> PlanActionResponse:
        """Cancel a plan.

        Args:
            session_id: The session.
            plan_id: The plan.

        Returns:
            The result, or the status ``accepted`` if the plan continues in the background.

        Raises:
            ResourceNotFoundError: The plan does not exist anymore.
            ValidationError: Another request is approving or cancelling it right now (409).
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions/{session_id}/plans/{plan_id}/action``
        """
        return await self._engine.call(requests.plan(session_id, plan_id, "cancel"))


__all__ = ["ChatCalls"]
