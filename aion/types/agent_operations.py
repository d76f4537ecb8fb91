"""Results of the agents that work on files: reports, analyses, folders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen

from aion.types._agent_run import agent_run
from aion.types._reader import Reader
from aion_api import Model
from aion_api.models.agent_operations import ChunkReference, FolderActionDetail


@frozen(slots=False)
class SynthesizeResult(Model):
    """A report on images and documents.

    Attributes:
        success: Whether the run succeeded.
        report: The report, in Markdown.
        summary: The report in brief.
        image_count: How many images it draws on.
        document_count: How many documents it draws on.
        saved_document_id: The document that it was saved as, if it was saved.
        execution_time_ms: How long the run took, in milliseconds.
        iterations: How many rounds of reasoning it took.
        token_usage: The tokens that were used, by kind, if they were counted.
    """

    success: bool
    report: str
    summary: str
    image_count: int
    document_count: int
    saved_document_id: str | None
    execution_time_ms: int
    iterations: int
    token_usage: dict[str, int] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the response of the report writer."""
        read = Reader(data)
        return cls(
            report=read.get("report") or "",
            image_count=read.get("image_count") or 0,
            document_count=read.get("document_count") or 0,
            saved_document_id=read.get("saved_document_id"),
            **agent_run(read),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentAnalysisResult(Model):
    """The analysis of documents.

    Attributes:
        success: Whether the run succeeded.
        analysis: The analysis, in Markdown.
        summary: The analysis in brief.
        document_count: How many documents were analyzed.
        categorization: The categories that they were sorted into, if any;
            `CategorizationResult.from_dict` reads them.
        chunk_references: The passages that the analysis relies on.
        execution_time_ms: How long the run took, in milliseconds.
        iterations: How many rounds of reasoning it took.
        token_usage: The tokens that were used, by kind, if they were counted.
    """

    success: bool
    analysis: str
    summary: str
    document_count: int
    categorization: dict[str, Any] | None
    chunk_references: list[ChunkReference]
    execution_time_ms: int
    iterations: int
    token_usage: dict[str, int] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the response of the document analyst."""
        read = Reader(data)
        return cls(
            analysis=read.get("analysis") or "",
            document_count=read.get("document_count") or 0,
            categorization=read.get("categorization"),
            chunk_references=read.items(ChunkReference, "chunk_references"),
            **agent_run(read),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class OrganizeResult(Model):
    """The actions that sorted files into folders.

    Attributes:
        success: Whether the run succeeded.
        summary: What was done, in words.
        actions: The actions, in order.
        folders_created: How many folders are new.
        files_moved: How many files were moved.
        execution_time_ms: How long the run took, in milliseconds.
        iterations: How many rounds of reasoning it took.
        token_usage: The tokens that were used, by kind, if they were counted.
    """

    success: bool
    summary: str
    actions: list[FolderActionDetail]
    folders_created: int
    files_moved: int
    execution_time_ms: int
    iterations: int
    token_usage: dict[str, int] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the response of the organizer."""
        read = Reader(data)
        return cls(
            actions=read.items(FolderActionDetail, "actions"),
            folders_created=read.get("folders_created") or 0,
            files_moved=read.get("files_moved") or 0,
            **agent_run(read),
            additional_properties=read.rest(),
        )


__all__ = [
    "ChunkReference",
    "DocumentAnalysisResult",
    "FolderActionDetail",
    "OrganizeResult",
    "SynthesizeResult",
]
