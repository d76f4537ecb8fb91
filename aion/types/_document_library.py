"""Documents in the library: lists, details, chunks, search hits, outcomes of a deletion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import field, frozen

from aion.types._reader import Reader
from aion_api import Model


@frozen(slots=False)
class DocumentItem(Model):
    """One document of a listing.

    Attributes:
        id: The id of the document, which is also its id among the files.
        filename: The name under which it was uploaded.
        content_type: Its media type; empty if the service does not report it.
        size_bytes: Its size in bytes; 0 if the service does not report it.
        text_extraction_status: ``pending``, ``processing``, ``completed`` or ``failed``.
        title: Its title. Listings of the newer service leave it out; `client.files.get` has it.
        page_count: Number of its pages, once they are counted.
        embedding_status: The status of its search index, if the service reports it.
        created_at: When it was uploaded.
        updated_at: When it last changed, if the service reports it.
        folder_id: Its folder, if the service reports it.
        tags: Its tags. Listings of the newer service leave them out.
        chunk_count: Number of passages of its text, once it is split.
    """

    id: str
    filename: str
    content_type: str
    size_bytes: int
    text_extraction_status: str
    title: str | None = None
    page_count: int | None = None
    embedding_status: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    folder_id: str | None = None
    tags: list[str] | None = None
    chunk_count: int | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one document of a listing."""
        read = Reader(data)
        return cls(**_described(read), additional_properties=read.rest())


@frozen(slots=False)
class DocumentDetails(Model):
    """One document.

    Attributes:
        id: The id of the document, which is also its id among the files.
        filename: The name under which it was uploaded.
        content_type: Its media type; empty if the service does not report it.
        size_bytes: Its size in bytes; 0 if the service does not report it.
        text_extraction_status: ``pending``, ``processing``, ``completed`` or ``failed``.
        title: Its title, if the service reports it; `client.files.get` has it.
        page_count: Number of its pages, once they are counted.
        embedding_status: The status of its search index, if the service reports it.
        chunk_count: Number of passages of its text, once it is split.
        extracted_text_preview: The beginning of its text, if the service reports it.
        created_at: When it was uploaded.
        updated_at: When it last changed, if the service reports it.
        folder_id: Its folder, if the service reports it.
        tags: Its tags, if the service reports it; `client.files.get` has them.
        object_key: Where it is stored, if the service reports it.
        download_url: A presigned URL, if the service reports it; `client.documents.download` makes
            a fresh one.
    """

    id: str
    filename: str
    content_type: str
    size_bytes: int
    text_extraction_status: str
    title: str | None = None
    page_count: int | None = None
    embedding_status: str | None = None
    chunk_count: int | None = None
    extracted_text_preview: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    folder_id: str | None = None
    tags: list[str] | None = None
    object_key: str | None = None
    download_url: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response about one document."""
        read = Reader(data)
        return cls(
            **_described(read),
            extracted_text_preview=read.get("extracted_text_preview"),
            object_key=read.get("object_key"),
            download_url=read.get("download_url", "document_url"),
            additional_properties=read.rest(),
        )


def _described(read: Reader) -> dict[str, Any]:
    """Read the fields that items and details share."""
    return {
        "id": read.need("id", "document_id"),
        "filename": read.need("filename"),
        "content_type": read.get("content_type") or "",
        "size_bytes": read.get("size_bytes") or 0,
        "text_extraction_status": read.get("text_extraction_status", "extraction_status")
        or "pending",
        "title": read.get("title"),
        "page_count": read.get("page_count"),
        "embedding_status": read.get("embedding_status"),
        "chunk_count": read.get("chunk_count"),
        "created_at": read.date("created_at"),
        "updated_at": read.date("updated_at"),
        "folder_id": read.get("folder_id"),
        "tags": read.get("tags"),
    }


@frozen(slots=False)
class DocumentList(Model):
    """One page of documents.

    Attributes:
        documents: The documents of the page.
        total_count: How many there are on all pages.
        page: The number of the page, from 1.
        page_size: The most documents that a page holds.
        has_more: Whether there are pages after this one.
    """

    documents: list[DocumentItem]
    total_count: int
    page: int
    page_size: int
    has_more: bool

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a page. If it does not say whether more follow, its numbers decide."""
        read = Reader(data)
        documents = read.items(DocumentItem, "documents")
        page, size = read.get("page") or 1, read.get("page_size") or len(documents)
        total = read.get("total_count", "total") or 0
        return cls(
            documents=documents,
            total_count=total,
            page=page,
            page_size=size,
            has_more=read.get("has_more", default=page * size < total),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentChunk(Model):
    """One passage of a document, which is the unit of search.

    Attributes:
        id: The id of the passage.
        document_id: The document that it is part of.
        content: Its text.
        chunk_index: Its place in the document, from 0.
        page_numbers: The pages that it covers, if known.
        token_count: Its length in tokens, if known.
        embedding: Its vector, if the service sends it.
        heading_hierarchy: The headings above it, outermost first, if known.
    """

    id: str
    document_id: str
    content: str
    chunk_index: int
    page_numbers: list[int] | None = None
    token_count: int | None = None
    embedding: list[float] | None = None
    heading_hierarchy: list[str] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any], *, document_id: str | None = None) -> Self:
        """Read one passage.

        Args:
            data: The passage.
            document_id: Its document, for passages that do not name theirs.
        """
        read = Reader(data)
        metadata: dict[str, Any] = read.get("metadata") or {}
        extra = {name: value for name, value in metadata.items() if name != "token_count"}
        return cls(
            id=read.need("id", "chunk_id"),
            document_id=read.get("document_id") or document_id or "",
            content=read.need("content"),
            chunk_index=read.get("chunk_index") or 0,
            page_numbers=read.get("page_numbers"),
            token_count=read.get("token_count", default=metadata.get("token_count")),
            embedding=read.get("embedding"),
            heading_hierarchy=read.get("heading_hierarchy"),
            additional_properties=read.rest() | ({"metadata": extra} if extra else {}),
        )


@frozen(slots=False)
class DocumentChunksResponse(Model):
    """All passages of one document.

    Attributes:
        document_id: The document.
        chunks: Its passages, in their order.
        total_chunks: How many it has.
        status_counts: Passages by the status of their index: ``completed``, ``pending``,
            ``failed``.
    """

    document_id: str
    chunks: list[DocumentChunk]
    total_chunks: int
    status_counts: dict[str, int] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the passages of a document."""
        read = Reader(data)
        document_id = read.need("document_id")
        chunks = [
            DocumentChunk.from_api_response(one, document_id=document_id)
            for one in read.get("chunks") or ()
        ]
        return cls(
            document_id=document_id,
            chunks=chunks,
            total_chunks=read.get("total_chunks", default=len(chunks)),
            status_counts=read.get("status_counts"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentSearchResult(Model):
    """One passage that a search found.

    Attributes:
        chunk_id: The id of the passage.
        document_id: The document that it is part of.
        document_filename: The name of that document.
        content: Its text.
        score: How well it matches, from 0 to 1; higher is better.
        page_numbers: The pages that it covers, if known.
        chunk_index: Its place in the document, from 0, if known.
        heading_hierarchy: The headings above it, outermost first, if known.
    """

    chunk_id: str
    document_id: str
    document_filename: str
    content: str
    score: float
    page_numbers: list[int] | None = None
    chunk_index: int | None = None
    heading_hierarchy: list[str] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one hit."""
        read = Reader(data)
        return cls(
            chunk_id=read.need("chunk_id", "id"),
            document_id=read.need("document_id"),
            document_filename=read.get("document_filename", "filename") or "",
            content=read.need("content"),
            score=read.get("score", "similarity_score", "relevance_score") or 0.0,
            page_numbers=read.get("page_numbers"),
            chunk_index=read.get("chunk_index"),
            heading_hierarchy=read.get("heading_hierarchy"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentSearchResponse(Model):
    """The results of a search.

    Attributes:
        results: The passages, best first.
        total_count: How many there are.
        search_time_ms: How long the search took, in milliseconds.
        query: The search text.
    """

    results: list[DocumentSearchResult]
    total_count: int
    search_time_ms: int
    query: str

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response of a search."""
        read = Reader(data)
        results = read.items(DocumentSearchResult, "results")
        return cls(
            results=results,
            total_count=read.get("total_count", "total", default=len(results)),
            search_time_ms=read.get("search_time_ms") or 0,
            query=read.get("query") or "",
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentDeleteResult(Model):
    """The outcome of one document of a deletion.

    Attributes:
        id: The document.
        status: ``deleted``, ``skipped`` or ``failed``.
        message: The reason, if it was not deleted.
        deleted_at: When it was deleted; None if it was not.
    """

    id: str
    status: str
    message: str = ""
    deleted_at: datetime | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one outcome."""
        read = Reader(data)
        return cls(
            id=read.need("id", "document_id"),
            status=read.get("status") or "",
            message=read.get("message") or "",
            deleted_at=read.date("deleted_at"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentBatchDeleteResponse(Model):
    """The outcome of the documents of a deletion.

    Attributes:
        deleted: Documents that are deleted.
        failed: Documents that could not be deleted.
        summary: How many: ``total``, ``deleted``, ``skipped``, ``failed``.
        skipped: Documents that were skipped because they are still being processed.
    """

    deleted: list[DocumentDeleteResult]
    failed: list[DocumentDeleteResult]
    summary: dict[str, int]
    skipped: list[DocumentDeleteResult] = field(factory=list[DocumentDeleteResult])

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the groups; one that is missing is empty."""
        read = Reader(data)
        groups = {
            name: read.items(DocumentDeleteResult, name)
            for name in ("deleted", "failed", "skipped")
        }
        return cls(**groups, summary=read.get("summary") or {}, additional_properties=read.rest())
