"""`client.agent_operations`: reports, analyses and sorted files, made by an agent."""

from __future__ import annotations

from collections.abc import Sequence

from aion import _checks as check
from aion._requests.agents import folder, id_list, ids, request_text
from aion._runtime import aio as rt
from aion.types.agent_operations import DocumentAnalysisResult, OrganizeResult, SynthesizeResult
from aion_api.api import agent_operations
from aion_api.models.agent_operations import (
    DocumentAnalysisAgentRequest,
    OrganizeAgentRequest,
    SynthesizeAgentRequest,
)


class AgentOperationsResource:
    """Lets agents write reports, analyze documents and sort files.

    Each call is independent. A run that fails is a result, too: its `success` is false.
    """

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def synthesize(
        self,
        intent: str,
        *,
        image_ids: Sequence[str] | None = None,
        document_ids: Sequence[str] | None = None,
        auto_save: bool = False,
        timeout: float | None = None,
    ) -> SynthesizeResult:
        """Write a report on images and documents.

        Args:
            intent: What the report should cover, in plain words, from 1 to 2000 characters.
            image_ids: The images to use.
            document_ids: The documents to use.
            auto_save: Save the report as a document of the library.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The report in Markdown, its summary, and the id of the saved document.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /agents/synthesize``
        """
        body = SynthesizeAgentRequest(
            intent=request_text("intent", intent),
            image_ids=ids("image_ids", image_ids),
            document_ids=ids("document_ids", document_ids),
            auto_save=auto_save,
        )
        request = agent_operations.synthesize_report(body=body)
        return await self._engine.call(
            request.decoding(SynthesizeResult.from_api_response), timeout=timeout
        )

    async def analyze_documents(
        self, intent: str, document_ids: Sequence[str], *, timeout: float | None = None
    ) -> DocumentAnalysisResult:
        """Analyze and compare documents.

        Args:
            intent: What to find out, in plain words, from 1 to 2000 characters.
            document_ids: The documents, at least one.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The analysis, and the passages that support it.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /agents/analyze/documents``
        """
        documents = id_list("document_ids", document_ids)
        if not documents:
            check.refuse("document_ids", document_ids, "a list of at least one id")
        body = DocumentAnalysisAgentRequest(
            intent=request_text("intent", intent), document_ids=documents
        )
        request = agent_operations.analyze_documents(body=body)
        return await self._engine.call(
            request.decoding(DocumentAnalysisResult.from_api_response), timeout=timeout
        )

    async def organize(
        self,
        intent: str,
        *,
        image_ids: Sequence[str] | None = None,
        document_ids: Sequence[str] | None = None,
        parent_folder_id: str | None = None,
        video_ids: Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> OrganizeResult:
        """Move files into folders, which are created as needed.

        Args:
            intent: How to sort them, in plain words, from 1 to 2000 characters.
            image_ids: Images to sort.
            document_ids: Documents to sort.
            parent_folder_id: The folder below which to sort them.
            video_ids: Videos to sort. Deployments of the older contract ignore them.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The actions that were done: folders created and files moved, in order.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The parent folder does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /agents/organize``
        """
        body = OrganizeAgentRequest(
            intent=request_text("intent", intent),
            image_ids=ids("image_ids", image_ids),
            document_ids=ids("document_ids", document_ids),
            video_ids=ids("video_ids", video_ids),
            parent_folder_id=folder("parent_folder_id", parent_folder_id),
        )
        request = agent_operations.organize_files(body=body)
        return await self._engine.call(
            request.decoding(OrganizeResult.from_api_response), timeout=timeout
        )
