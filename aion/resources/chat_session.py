"""A chat session as a context manager: `client.chat_session()`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

from aion._flows.chat_stream import ChatStream
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError, NotOpenError
from aion.resources._chat_calls import ChatCalls
from aion.types.chat import ChatMessage, ChatResponse, ChatSession, PlanActionResponse


@dataclass
class ChatSessionConfig:
    """How a session is opened and closed.

    Attributes:
        title: Its title, at most 255 characters; by default, the service chooses one.
        image_ids: The images to talk about, at most 1000.
        use_all_images: Use the whole library instead.
        auto_close: Close the session at the end of the block.
    """

    title: str | None = None
    image_ids: list[str] | None = None
    use_all_images: bool = True
    auto_close: bool = True


class ChatSessionContext:
    """Opens a session on entry and closes it on exit.

    `open` and `close` do the same without a ``with`` block. Streams that are still open are
    closed at the end of the block too.

    The session is closed as well when the block is cancelled (a timeout, a task group, a browser
    that disconnects) or interrupted by Ctrl-C, within two seconds. With the asynchronous client,
    this does not delay the cancellation: the request continues in the background, and closing the
    client waits for it. If opening the session is cancelled and the service opens it nevertheless,
    it is closed, too. If the event loop itself is stopped before, that is best effort.

    Args:
        chats: Makes the calls.
        config: The settings of the session.
        engine: The engine of the client, which waits for requests in the background.
    """

    def __init__(
        self, chats: ChatCalls, config: ChatSessionConfig, *, engine: rt.Engine | None = None
    ) -> None:
        self._chats = chats
        self._config = config
        self._engine = engine
        self._session: ChatSession | None = None
        self._closed = False
        self._lock = rt.Lock()
        self._streams: WeakSet[ChatStream] = WeakSet()

    @property
    def session(self) -> ChatSession:
        """The session as the service opened it.

        Raises:
            NotOpenError: It is not open yet.
        """
        if self._session is None:
            raise NotOpenError("this session is not open yet: use it in a with block, or open() it")
        return self._session

    @property
    def session_id(self) -> str:
        """The id of the session.

        Raises:
            NotOpenError: It is not open yet.
        """
        return self.session.id

    @property
    def is_closed(self) -> bool:
        """Whether this object closed it."""
        return self._closed

    async def open(self) -> Self:
        """Open the session, unless it is open already.

        Returns:
            This object.

        Raises:
            NotOpenError: It was closed already.
            ValidationError: Title or images are not acceptable.
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions``
        """
        async with self._lock:
            if self._session is None:
                self._session = await rt.acquire(self._engine, self._create, self._discard)
        self._require_open()
        return self

    async def _create(self) -> ChatSession:
        config = self._config
        return await self._chats.create_session(
            title=config.title,
            image_ids=config.image_ids,
            use_all_images=config.use_all_images,
        )

    async def _discard(self, session: ChatSession) -> None:
        """Close a session whose opening was cancelled."""
        await self._chats.close_session(session.id)

    async def close(self) -> None:
        """Close the session. Closing twice is harmless; a failed call can be retried.

        If this is cancelled, the request continues in the background.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``DELETE /chat/sessions/{session_id}``
        """
        await rt.finish(self._engine, self._close)

    async def _close(self, timeout: float | None) -> None:
        await self._close_streams(timeout)
        async with self._lock:
            if self._session is not None and not self._closed:
                await self._chats.close_session(self._session.id, timeout=timeout)
                self._closed = True

    async def _close_streams(self, timeout: float | None) -> None:
        del timeout
        for stream in list(self._streams):
            await stream.close()

    async def send(
        self,
        message: str,
        *,
        force_detailed_analysis: bool = False,
        expected_image_ids: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> ChatResponse:
        """Send a message and get the complete response: `chats.send`.

        Args:
            message: The message, from 1 to 10000 characters.
            force_detailed_analysis: Analyze the images themselves, in high resolution.
            expected_image_ids: The images that should be selected, at most 1000; if others are
                selected, the service selects these first.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The response: its text is in `content`, with its references resolved in
            `resolved_content`.

        Raises:
            NotOpenError: The session is not open.
            QuotaExceededError: The quota is used up.
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions/{session_id}/messages``
        """
        return await self._chats.send(
            message,
            session_id=self._require_open(),
            force_detailed_analysis=force_detailed_analysis,
            expected_image_ids=expected_image_ids,
            timeout=timeout,
        )

    def send_stream(
        self,
        message: str,
        *,
        force_detailed_analysis: bool = False,
        expected_image_ids: Sequence[str] | None = None,
        debug_reasoning: bool = False,
        timeout: float | None = None,
    ) -> ChatStream:
        """Send a message and stream the response as it is written: `chats.send_stream`.

        Args:
            message: The message, from 1 to 10000 characters.
            force_detailed_analysis: Analyze the images themselves, in high resolution.
            expected_image_ids: The images that should be selected, at most 1000; if others are
                selected, the service selects these first.
            debug_reasoning: Include the reasoning of the agents in ``thinking_step`` events.
            timeout: Seconds of silence that end the stream, instead of the client's.

        Returns:
            The events: an iterator, and a context manager that closes the connection. Nothing is
            sent before the first event is requested.

        Raises:
            NotOpenError: The session is not open.
            ValidationError: An argument is out of range; nothing is sent. `ChatStream` documents
                what iterating raises.

        Endpoint: ``POST /chat/sessions/{session_id}/messages/stream``
        """
        stream = self._chats.send_stream(
            message,
            session_id=self._require_open(),
            force_detailed_analysis=force_detailed_analysis,
            expected_image_ids=expected_image_ids,
            debug_reasoning=debug_reasoning,
            timeout=timeout,
        )
        self._streams.add(stream)
        return stream

    async def update_images(self, image_ids: Sequence[str]) -> dict[str, Any]:
        """Select the images to talk about: `chats.update_images`.

        Args:
            image_ids: At most 1000; an empty list clears the selection.

        Returns:
            The new selection as the service sends it: `selected_image_ids`, `estimated_tokens`.

        Raises:
            NotOpenError: The session is not open.
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/images``
        """
        return await self._chats.update_images(self._require_open(), image_ids)

    async def update_documents(self, document_ids: Sequence[str]) -> dict[str, Any]:
        """Select the documents to talk about: `chats.update_documents`.

        Args:
            document_ids: At most 100; an empty list clears the selection.

        Returns:
            The new selection as the service sends it: `selected_document_ids`, `document_count`.

        Raises:
            NotOpenError: The session is not open.
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/documents``
        """
        return await self._chats.update_documents(self._require_open(), document_ids)

    async def update_videos(self, video_ids: Sequence[str]) -> dict[str, Any]:
        """Select the videos to talk about: `chats.update_videos`.

        Args:
            video_ids: At most 100; an empty list clears the selection.

        Returns:
            The new selection as the service sends it: `selected_video_ids`, `video_count`.

        Raises:
            NotOpenError: The session is not open.
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PUT /chat/sessions/{session_id}/videos``
        """
        return await self._chats.update_videos(self._require_open(), video_ids)

    async def approve_plan(self, plan_id: str) -> PlanActionResponse:
        """Approve a plan: `chats.approve_plan`.

        Args:
            plan_id: The plan.

        Returns:
            The result, or the status ``accepted`` if the plan continues in the background.

        Raises:
            NotOpenError: The session is not open.
            ResourceNotFoundError: The plan does not exist anymore.
            ValidationError: Another request is approving or cancelling it right now (409).
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions/{session_id}/plans/{plan_id}/action``
        """
        return await self._chats.approve_plan(self._require_open(), plan_id)

    async def cancel_plan(self, plan_id: str) -> PlanActionResponse:
        """Cancel a plan: `chats.cancel_plan`.

        Args:
            plan_id: The plan.

        Returns:
            The result, or the status ``accepted`` if the plan continues in the background.

        Raises:
            NotOpenError: The session is not open.
            ResourceNotFoundError: The plan does not exist anymore.
            ValidationError: Another request is approving or cancelling it right now (409).
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions/{session_id}/plans/{plan_id}/action``
        """
        return await self._chats.cancel_plan(self._require_open(), plan_id)

    async def get_messages(self, limit: int | None = None) -> list[ChatMessage]:
        """Get the messages so far: `chats.get_messages`. This also works after closing.

        Args:
            limit: Most messages to return, from 1 to 1000: the latest.

        Raises:
            NotOpenError: The session was never open.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/sessions/{session_id}``
        """
        return await self._chats.get_messages(self.session_id, limit=limit)

    def _require_open(self) -> str:
        session = self.session
        if self._closed:
            raise NotOpenError(
                "this session is closed: open another one with client.chat_session()"
            )
        return session.id

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        end = self._close if self._config.auto_close else self._close_streams
        try:
            await rt.finish(self._engine, end, error)
        except AionvisionError:
            # The error of the block is raised rather than that of closing.
            if error is None:
                raise


__all__ = ["ChatSessionConfig", "ChatSessionContext"]
