"""Results of the search agents: images, passages of documents, scenes of videos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Self, TypeVar

from attrs import frozen

from aion import _checks as check
from aion.types._agent_run import AgentRun, agent_run
from aion.types._reader import Reader
from aion.types.file_collection import FileCollection, FileRef, document_type
from aion_api import Model
from aion_api.models.agent_search import (
    DocumentChunkResultItem,
    ImageSearchResultItem,
    MatchedSceneItem,
    VideoSearchResultItem,
)

_SEARCH = "search"
T = TypeVar("T")


@frozen(slots=False)
class ResultRefData(Model):
    """A set of results that the markup ``[[ref:KEY]]`` in a text stands for.

    Attributes:
        count: How many there are.
        ids: Their ids.
        image_ids: The same ids if they are images, otherwise empty.
        id_type: The type of the ids: ``image``, ``document``, ``chunk``, ``video`` or ``link``.
        label: A word for the results, such as ``images``.
    """

    count: int
    ids: list[str]
    image_ids: list[str]
    id_type: str
    label: str

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one entry of `result_refs`."""
        read = Reader(data)
        ids: list[str] | None = read.get("ids")
        images: list[str] | None = read.get("image_ids")
        id_type: str = read.get("id_type") or ("image" if images else "")
        if ids is None:
            ids = list(images or ())
        if images is None:
            images = list(ids) if id_type == "image" else []
        return cls(
            count=read.get("count", default=len(ids)),
            ids=ids,
            image_ids=images,
            id_type=id_type,
            label=read.get("label") or "",
            additional_properties=read.rest(),
        )


class _Search(AgentRun, Generic[T]):
    """The fields that the results of all searches have."""

    results: list[T]
    count: int
    summary_raw: str
    result_refs: dict[str, ResultRefData]
    search_strategy: dict[str, Any] | None


def _search(read: Reader, results: list[T]) -> _Search[T]:
    run = agent_run(read)
    refs: Mapping[str, Any] = read.get("result_refs") or {}
    return {
        **run,
        "results": results,
        "count": read.get("count", default=len(results)),
        # Older deployments send no markup and no references.
        "summary_raw": read.get("summary_raw") or run["summary"],
        "result_refs": {key: ResultRefData.from_api_response(ref) for key, ref in refs.items()},
        "search_strategy": read.get("search_strategy"),
    }


@frozen(slots=False)
class ImageSearchAgentResult(Model):
    """Images that match a query, and the agent's summary.

    Attributes:
        success: Whether the run succeeded.
        results: The images, best first.
        count: How many images match, as the agent reports it; there may be fewer in `results`.
        result_ids: The ids of the images.
        summary: A summary of the results.
        summary_raw: The same with its markup: `resolve_content` and `parse_references` read it.
        result_refs: The results behind the markup ``[[ref:KEY]]``, by key.
        execution_time_ms: How long the run took, in milliseconds.
        iterations: How many rounds of reasoning it took.
        search_strategy: The agent's search strategy, if it reports it.
        token_usage: The tokens that were used, by kind, if they were counted.
    """

    success: bool
    results: list[ImageSearchResultItem]
    count: int
    result_ids: list[str]
    summary: str
    summary_raw: str
    result_refs: dict[str, ResultRefData]
    execution_time_ms: int
    iterations: int
    search_strategy: dict[str, Any] | None = None
    token_usage: dict[str, int] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the response of the image search."""
        read = Reader(data)
        results = read.items(ImageSearchResultItem, "results")
        return cls(
            result_ids=read.get("result_ids", default=[one.image_id for one in results]),
            **_search(read, results),
            additional_properties=read.rest(),
        )

    def as_collection(self) -> FileCollection:
        """Return the images as references, with scores, titles and texts as metadata."""
        refs = [
            FileRef(
                one.image_id,
                "image/*",
                one.filename,
                metadata=_known(
                    score=one.score,
                    title=one.title,
                    description=one.description,
                    folder_id=one.folder_id,
                    thumbnail_url=one.thumbnail_url,
                ),
            )
            for one in self.results
        ]
        return FileCollection(refs, "image", _SEARCH)


@frozen(slots=False)
class DocumentSearchAgentResult(Model):
    """Passages of documents that match a query, and the agent's summary.

    Attributes:
        success: Whether the run succeeded.
        results: The passages, best first.
        count: How many passages match, as the agent reports it; there may be fewer in `results`.
        chunk_ids: The ids of the passages.
        document_ids: The documents that they are from, without duplicates.
        summary: A summary of the results.
        summary_raw: The same with its markup: `resolve_content` and `parse_references` read it.
        result_refs: The results behind the markup ``[[ref:KEY]]``, by key.
        search_mode: How it was searched: ``text``, ``vector`` or ``hybrid``.
        execution_time_ms: How long the run took, in milliseconds.
        iterations: How many rounds of reasoning it took.
        search_strategy: The agent's search strategy, if it reports it.
        token_usage: The tokens that were used, by kind, if they were counted.
    """

    success: bool
    results: list[DocumentChunkResultItem]
    count: int
    chunk_ids: list[str]
    document_ids: list[str]
    summary: str
    summary_raw: str
    result_refs: dict[str, ResultRefData]
    search_mode: str
    execution_time_ms: int
    iterations: int
    search_strategy: dict[str, Any] | None = None
    token_usage: dict[str, int] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the response of the document search."""
        read = Reader(data)
        results = read.items(DocumentChunkResultItem, "results")
        documents = dict.fromkeys(one.document_id for one in results)
        return cls(
            chunk_ids=read.get("chunk_ids", default=[one.chunk_id for one in results]),
            document_ids=read.get("document_ids", default=list(documents)),
            search_mode=read.get("search_mode") or "",
            **_search(read, results),
            additional_properties=read.rest(),
        )

    def as_collection(self, by: str = "document") -> FileCollection:
        """Return the results as references, with scores and texts as their metadata.

        Args:
            by: ``document`` for one reference per document, with its best passage; ``chunk`` for
                one per passage, with the id of the passage.

        Raises:
            ValidationError: `by` is neither of them.
        """
        if check.choice("by", by, ("document", "chunk")) == "chunk":
            return FileCollection(
                [_passage(one, one.chunk_id) for one in self.results], "chunk", _SEARCH
            )
        best: dict[str, DocumentChunkResultItem] = {}
        for one in self.results:
            known = best.get(one.document_id)
            if known is None or one.score > known.score:
                best[one.document_id] = one
        return FileCollection(
            [_passage(one, document) for document, one in best.items()], "document", _SEARCH
        )


@frozen(slots=False)
class VideoSearchAgentResult(Model):
    """Videos that match a query, with their matching scenes, and the agent's summary.

    Attributes:
        success: Whether the run succeeded.
        results: The videos, best first.
        count: How many videos match, as the agent reports it; there may be fewer in `results`.
        video_ids: The ids of the videos.
        summary: A summary of the results.
        summary_raw: The same with its markup: `resolve_content` and `parse_references` read it.
        result_refs: The results behind the markup ``[[ref:KEY]]``, by key.
        search_mode: The search mode: ``text``, ``vector``, ``hybrid``, or ``browse`` if the query
            was vague and videos are listed without scenes.
        execution_time_ms: How long the run took, in milliseconds.
        iterations: How many rounds of reasoning it took.
        search_strategy: The agent's search strategy, if it reports it.
        token_usage: The tokens that were used, by kind, if they were counted.
    """

    success: bool
    results: list[VideoSearchResultItem]
    count: int
    video_ids: list[str]
    summary: str
    summary_raw: str
    result_refs: dict[str, ResultRefData]
    search_mode: str
    execution_time_ms: int
    iterations: int
    search_strategy: dict[str, Any] | None = None
    token_usage: dict[str, int] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the response of the video search."""
        read = Reader(data)
        results = read.items(VideoSearchResultItem, "results")
        return cls(
            video_ids=read.get("video_ids", default=[one.video_id for one in results]),
            search_mode=read.get("search_mode") or "",
            **_search(read, results),
            additional_properties=read.rest(),
        )

    def as_collection(self) -> FileCollection:
        """Return the videos of `results` as references; scores and texts are their metadata."""
        refs = [
            FileRef(
                one.video_id,
                "video/*",
                one.video_filename,
                metadata=_known(
                    score=one.score,
                    description=one.video_description or None,
                    duration_seconds=one.duration_seconds,
                    resolution=one.resolution,
                    thumbnail_url=one.thumbnail_url,
                ),
            )
            for one in self.results
        ]
        return FileCollection(refs, "video", _SEARCH)


def _passage(one: DocumentChunkResultItem, ref_id: str) -> FileRef:
    metadata = _known(
        score=one.score,
        text=one.text,
        document_id=one.document_id,
        chunk_id=one.chunk_id,
        chunk_index=one.chunk_index,
        page_numbers=one.page_numbers,
    )
    name = one.document_filename
    return FileRef(ref_id, document_type(name), name, metadata=metadata)


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


__all__ = [
    "DocumentChunkResultItem",
    "DocumentSearchAgentResult",
    "ImageSearchAgentResult",
    "ImageSearchResultItem",
    "MatchedSceneItem",
    "ResultRefData",
    "VideoSearchAgentResult",
    "VideoSearchResultItem",
]
