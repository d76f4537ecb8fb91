"""`client.agent_search`: search with an agent, without a chat session."""

from __future__ import annotations

from collections.abc import Sequence

from aion import _checks as check
from aion._requests.agents import folder, request_text, some_ids
from aion._runtime import aio as rt
from aion.types.agent_search import (
    DocumentSearchAgentResult,
    ImageSearchAgentResult,
    VideoSearchAgentResult,
)
from aion_api import UNSET
from aion_api.api import agent_search
from aion_api.models.agent_search import (
    DocumentSearchAgentRequest,
    ImageSearchAgentRequest,
    VideoSearchAgentRequest,
)

_MOST_RESULTS = 500
_DOCUMENT_TYPES = ("pdf", "docx", "txt", "md")


class AgentSearchResource:
    """Searches images, documents and videos by a sentence.

    Each call is independent. A run that fails is a result, too: its `success` is false.
    """

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def images(
        self,
        query: str,
        *,
        limit: int = 50,
        folder_id: str | None = None,
        image_ids: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> ImageSearchAgentResult:
        """Search images.

        Args:
            query: The search text, in plain words, from 1 to 2000 characters.
            limit: Target number of images, from 1 to 500. For the agent it is advice.
            folder_id: Only images in this folder.
            image_ids: Only these images, at least one.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The images, best first, and a summary.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /agents/search/images``
        """
        body = ImageSearchAgentRequest(
            query=request_text("query", query),
            limit=check.whole_number("limit", limit, 1, _MOST_RESULTS),
            folder_id=folder("folder_id", folder_id),
            image_ids=some_ids("image_ids", image_ids),
        )
        request = agent_search.search_images_with_agent(body=body)
        return await self._engine.call(
            request.decoding(ImageSearchAgentResult.from_api_response), timeout=timeout
        )

    async def documents(
        self,
        query: str,
        *,
        limit: int = 50,
        document_types: Sequence[str] | None = None,
        document_ids: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> DocumentSearchAgentResult:
        """Search the text of documents.

        Args:
            query: The search text, in plain words, from 1 to 2000 characters.
            limit: Target number of passages, from 1 to 500. For the agent it is advice.
            document_types: Only documents of these types: ``pdf``, ``docx``, ``txt``, ``md``.
            document_ids: Only these documents, at least one.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The passages, best first, their documents, and a summary.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /agents/search/documents``
        """
        types = check.texts("document_types", document_types, most=len(_DOCUMENT_TYPES))
        for number, one in enumerate(types or ()):
            check.choice(f"document_types[{number}]", one, _DOCUMENT_TYPES)
        body = DocumentSearchAgentRequest(
            query=request_text("query", query),
            limit=check.whole_number("limit", limit, 1, _MOST_RESULTS),
            document_types=types or UNSET,
            document_ids=some_ids("document_ids", document_ids),
        )
        request = agent_search.search_documents_with_agent(body=body)
        return await self._engine.call(
            request.decoding(DocumentSearchAgentResult.from_api_response), timeout=timeout
        )

    async def videos(
        self,
        query: str,
        *,
        limit: int = 50,
        folder_id: str | None = None,
        video_ids: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> VideoSearchAgentResult:
        """Search videos and their scenes. Deployments of the older contract do not support it.

        Args:
            query: The search text, in plain words, from 1 to 2000 characters. A vague one lists
                videos without scenes.
            limit: Target number of videos, from 1 to 500. For the agent it is advice.
            folder_id: Only videos in this folder.
            video_ids: Only these videos, at least one.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The videos, best first, with their matching scenes, and a summary.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /agents/search/videos``
        """
        body = VideoSearchAgentRequest(
            query=request_text("query", query),
            limit=check.whole_number("limit", limit, 1, _MOST_RESULTS),
            folder_id=folder("folder_id", folder_id),
            video_ids=some_ids("video_ids", video_ids),
        )
        request = agent_search.search_videos_with_agent(body=body)
        return await self._engine.call(
            request.decoding(VideoSearchAgentResult.from_api_response), timeout=timeout
        )
