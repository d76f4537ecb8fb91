"""`client.chats`: chat about the library, in sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from aion import _checks as check
from aion._flows.chat_stream import ChatStream
from aion._flows.paging import Pages
from aion._requests import chat as requests
from aion._requests.page import Page
from aion.resources._chat_calls import ChatCalls
from aion.resources.chat_session import ChatSessionConfig, ChatSessionContext
from aion.types.chat import (
    ChatImageList,
    ChatSession,
    ImageReference,
    SessionList,
)


class ChatResource(ChatCalls):
    """Opens sessions, sends messages, and approves or cancels plans.

    Every method raises `ValidationError` before anything is sent when an argument is out of range,
    `ResourceNotFoundError` when the session does not exist, and `AionvisionError` when the call
    fails in another way. Each method documents what else it raises.
    """

    def session(
        self,
        *,
        title: str | None = None,
        image_ids: Sequence[str] | None = None,
        use_all_images: bool = True,
        auto_close: bool = True,
    ) -> ChatSessionContext:
        """Create a context manager that opens a session on entry.

        Args:
            title: Its title, at most 255 characters; by default, the service chooses one.
            image_ids: The images to select, at most 1000.
            use_all_images: Use the whole library, whatever is selected. Pass False for the selected
                images alone.
            auto_close: Close the session at the end of the block.

        Raises:
            ValidationError: There are too many images, or a value is not an id.

        Endpoint: ``POST /chat/sessions``, on entry
        """
        ids = check.texts("image_ids", image_ids, most=requests.MOST_IMAGES)
        config = ChatSessionConfig(title, ids, use_all_images, auto_close)
        return ChatSessionContext(self, config, engine=self._engine)

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
        """Get one page of sessions.

        Args:
            limit: Sessions in the page, from 1 to 100.
            offset: Sessions to skip.
            active_only: Only open sessions.
            search: Only sessions with this text in title or messages, at most 200 characters.
            min_messages: Only sessions with at least this number of messages.
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
        """Iterate over all sessions; pages are fetched as needed.

        Deleting sessions while iterating is safe: each that exists from the beginning to the end
        is yielded once. Items added or deleted meanwhile may or may not be yielded. One case
        cannot be detected: a session may be missed if, between two requests, as many are added
        as are deleted.

        Args:
            page_size: Sessions in a page, from 1 to 100.
            active_only: Only open sessions.
            search: Only sessions with this text in title or messages, at most 200 characters.
            min_messages: Only sessions with at least this number of messages.

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

    async def update_mode(self, session_id: str, use_all_images: bool) -> dict[str, Any]:
        """Switch between the whole library and the selected images.

        Args:
            session_id: The session.
            use_all_images: Use the whole library.

        Returns:
            The mode as the service sends it: `use_all_images`, `selected_image_count`.

        Raises:
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``PATCH /chat/sessions/{session_id}/mode``
        """
        return await self._engine.call(requests.mode(session_id, use_all_images))

    async def rename_session(self, session_id: str, title: str) -> dict[str, Any]:
        """Change the title of a session.

        Args:
            session_id: The session.
            title: The title, from 1 to 255 characters.

        Returns:
            The session as the service sends it: `session_id`, `title`, `updated_at`.

        Raises:
            ResourceNotFoundError: The session does not exist.
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
        """Export the transcript of a session as the bytes of a file.

        Args:
            session_id: The session.
            format: ``markdown``, ``json`` or ``text``.
            include_metadata: Include the metadata of each message.

        Raises:
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /chat/sessions/{session_id}/export``
        """
        return await self._engine.call(requests.export(session_id, format, include_metadata))

    async def get_all_images(self, *, limit: int = 1000, offset: int = 0) -> ChatImageList:
        """Get one page of the ids of all images that a session can use.

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
            query: The search text, from 1 to 500 characters.
            limit: Hits in the page, from 1 to 100.
            offset: Hits to skip.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/images/search``
        """
        return await self._engine.call(requests.search_images(query, limit, offset))


__all__ = ["ChatResource", "ChatSessionConfig", "ChatSessionContext", "ChatStream"]
