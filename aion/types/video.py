"""Videos: their uploads in chunks, their analysis, their scenes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import field, frozen

from aion.types._reader import Reader
from aion.types._upload_results import FileResults
from aion_api import Model, OpenEnum
from aion_api.models.video_analysis import (
    VideoAnalysisQueueResult,
    VideoAnalysisRetryResult,
    VideoAnalysisStatusResponse,
)
from aion_api.models.video_uploads import (
    ChunkConfirmResult,
    ChunkRetryResult,
    VideoAbortResult,
    VideoChunkInfo,
    VideoMetadata,
)


class VideoUploadStatus(OpenEnum):
    """The status of the upload of a video."""

    UPLOADING = "uploading"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    ABORTED = "aborted"


class VideoAnalysisStatus(OpenEnum):
    """The status of the analysis of a video."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Return whether it is final. A value that is unknown counts as running."""
        return self in _ENDS


_ENDS = frozenset(
    {VideoAnalysisStatus.COMPLETED, VideoAnalysisStatus.FAILED, VideoAnalysisStatus.CANCELLED}
)


@frozen(slots=False)
class VideoUploadSession(Model):
    """An upload that has begun, and the URLs of its chunks.

    Attributes:
        media_id: The video; it is its file id, too.
        upload_id: Identifies this upload in later calls.
        chunks: The chunks, each with its own presigned URL.
        total_chunks: Number of chunks.
        chunk_size_bytes: Bytes in each chunk except the last one.
        expires_at: When the service abandons the upload.
        storage_path: Where the video is stored.
        concurrent_upload_limit: Most chunks in flight.
        retry_attempts: Number of new URLs that may be requested for one chunk.
    """

    media_id: str
    upload_id: str
    chunks: list[VideoChunkInfo] = field(factory=list[VideoChunkInfo])
    total_chunks: int = 0
    chunk_size_bytes: int = 0
    expires_at: datetime | None = None
    storage_path: str | None = None
    concurrent_upload_limit: int = 3
    retry_attempts: int = 3

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response that begins an upload."""
        read = Reader(data)
        chunks = read.items(VideoChunkInfo, "chunks")
        for name in ("chunk_number", "size_bytes"):
            if any(getattr(one, name) is None for one in chunks):
                # The file is split by these numbers.
                raise KeyError(name)
        return cls(
            media_id=read.identifier("media_id"),
            upload_id=read.identifier("upload_id"),
            chunks=chunks,
            total_chunks=read.get("total_chunks") or len(chunks),
            chunk_size_bytes=read.get("chunk_size_bytes") or 0,
            expires_at=read.date("expires_at"),
            storage_path=read.get("storage_path"),
            concurrent_upload_limit=read.get("concurrent_upload_limit", default=3),
            retry_attempts=read.get("retry_attempts", default=3),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class BatchVideoUploadSession(Model):
    """Several uploads that have begun.

    Attributes:
        batch_id: The id of the batch.
        videos: One upload for each video, in the order of the request.
        total_videos: Number of videos.
        total_size_bytes: Bytes of all videos together.
        estimated_time_seconds: Estimated duration in seconds.
        processing_priority: ``low``, ``normal`` or ``high``.
    """

    batch_id: str
    videos: list[VideoUploadSession] = field(factory=list[VideoUploadSession])
    total_videos: int = 0
    total_size_bytes: int = 0
    estimated_time_seconds: float | None = None
    processing_priority: str = "normal"

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response that begins a batch."""
        read = Reader(data)
        videos = read.items(VideoUploadSession, "videos")
        return cls(
            batch_id=read.need("batch_id"),
            videos=videos,
            total_videos=read.get("total_videos") or len(videos),
            total_size_bytes=read.get("total_size_bytes") or 0,
            estimated_time_seconds=read.get("estimated_time_seconds"),
            processing_priority=read.get("processing_priority") or "normal",
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class VideoUploadProgress(Model):
    """The progress of an upload.

    Attributes:
        media_id: The video.
        upload_id: The upload.
        status: A value of `VideoUploadStatus`, as text.
        chunks_completed: Chunks that are confirmed.
        total_chunks: Chunks altogether.
        bytes_uploaded: Bytes that are confirmed.
        total_bytes: Bytes of the video.
        progress_percent: From 0 to 100.
        failed_chunks: Numbers of the chunks that failed.
        estimated_time_remaining: Seconds that the rest may take.
        current_chunk: Number of the chunk that is being sent.
        last_updated: When it last changed.
    """

    media_id: str
    upload_id: str
    status: str = "uploading"
    chunks_completed: int = 0
    total_chunks: int = 0
    bytes_uploaded: int = 0
    total_bytes: int = 0
    progress_percent: float = 0.0
    failed_chunks: list[int] = field(factory=list[int])
    estimated_time_remaining: float | None = None
    current_chunk: int | None = None
    last_updated: datetime | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the progress of an upload."""
        read = Reader(data)
        return cls(
            media_id=read.identifier("media_id"),
            upload_id=read.get("upload_id") or "",
            status=read.get("status") or "uploading",
            chunks_completed=read.get("chunks_completed") or 0,
            total_chunks=read.get("total_chunks") or 0,
            bytes_uploaded=read.get("bytes_uploaded") or 0,
            total_bytes=read.get("total_bytes") or 0,
            progress_percent=read.get("progress_percent") or 0.0,
            failed_chunks=list(read.get("failed_chunks") or ()),
            estimated_time_remaining=read.get("estimated_time_remaining"),
            current_chunk=read.get("current_chunk"),
            last_updated=read.date("last_updated"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class VideoUploadResult(Model):
    """A stored video.

    Attributes:
        media_id: The video; it is its file id, too.
        status: A value of `VideoUploadStatus`, as text.
        metadata: Its known properties: length, picture size, codecs.
        thumbnail_url: A still image, once it is ready.
        video_url: The video itself.
        analysis_job_id: The job that analyzes it, if one was queued.
        processing_status: Its status: ``pending``, ``queued``, ``processing``,
            ``completed``, ``failed`` or ``cancelled``.
        created_at: When it was stored.
        path: Its path, as passed or as found below the directory that was passed, in the form of
            `pathlib.Path`; None if its chunks were sent one by one.
    """

    media_id: str
    status: str = "completed"
    metadata: VideoMetadata | None = None
    thumbnail_url: str | None = None
    video_url: str | None = None
    analysis_job_id: str | None = None
    processing_status: str | None = None
    created_at: datetime | None = None
    path: str | None = None

    @property
    def is_completed(self) -> bool:
        """Return whether the upload is completed. The analysis may still be pending."""
        return self.status == VideoUploadStatus.COMPLETED.value

    @property
    def is_analyzing(self) -> bool:
        """Return whether an analysis is pending, according to this result."""
        if self.analysis_job_id is None:
            return False
        return not VideoAnalysisStatus(self.processing_status or "pending").is_terminal

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response that completes an upload."""
        read = Reader(data)
        metadata = read.get("metadata")
        return cls(
            media_id=read.identifier("media_id"),
            status=read.get("status") or "completed",
            metadata=None if metadata is None else VideoMetadata.from_api_response(metadata),
            thumbnail_url=read.get("thumbnail_url"),
            video_url=read.get("video_url"),
            analysis_job_id=read.get("analysis_job_id") or None,
            processing_status=read.get("processing_status"),
            created_at=read.date("created_at"),
            path=read.get("path"),
            additional_properties=read.rest(),
        )


class VideoUploadResults(FileResults[VideoUploadResult]):
    """The results of an upload of videos, in the order in which they were given."""

    _files = "videos"

    def _counts(self) -> list[tuple[int, str]]:
        return [(len(self), "stored")]


@frozen(slots=False)
class VideoAnalysisJobStatus(VideoAnalysisStatusResponse):
    """An analysis and its status. `status` is a value of `VideoAnalysisStatus`, as text."""

    @property
    def is_completed(self) -> bool:
        """Return whether it succeeded."""
        return self.status == VideoAnalysisStatus.COMPLETED.value

    @property
    def is_failed(self) -> bool:
        """Return whether it failed."""
        return self.status == VideoAnalysisStatus.FAILED.value

    @property
    def is_pending(self) -> bool:
        """Return whether it has not ended."""
        return not self.is_terminal

    @property
    def is_terminal(self) -> bool:
        """Return whether it has ended. An unknown status counts as running."""
        return VideoAnalysisStatus(self.status).is_terminal


@frozen(slots=False)
class VideoScene(Model):
    """One scene of a video.

    Attributes:
        scene_id: Its id.
        scene_index: Its position in the video, from 0.
        start_time: Seconds from the beginning of the video to its first moment.
        end_time: Seconds from the beginning of the video to its end.
        time_range_formatted: Both as text for people.
        description: A description of what it shows.
        tags: Tags of the scene.
        visible_text: Text that can be read in it.
        confidence_score: The confidence of the model, from 0 to 1.
        embedding_status: ``pending``, or ``completed`` once it can be found by meaning.
        thumbnail_url: A still image, for callers with a key: `VideoScenesResource.get_thumbnail`.
        created_at: When it was found.
    """

    scene_id: str
    scene_index: int = 0
    start_time: float = 0.0
    end_time: float = 0.0
    time_range_formatted: str | None = None
    description: str | None = None
    tags: list[str] = field(factory=list[str])
    visible_text: str | None = None
    confidence_score: float | None = None
    embedding_status: str | None = None
    thumbnail_url: str | None = None
    created_at: datetime | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one scene of a list."""
        read = Reader(data)
        return cls(
            scene_id=read.need("scene_id", "id"),
            scene_index=read.get("scene_index") or 0,
            start_time=read.get("start_time") or 0.0,
            end_time=read.get("end_time") or 0.0,
            time_range_formatted=read.get("time_range_formatted"),
            description=read.get("description"),
            tags=list(read.get("tags") or ()),
            visible_text=read.get("visible_text"),
            confidence_score=read.get("confidence_score"),
            embedding_status=read.get("embedding_status"),
            thumbnail_url=read.get("thumbnail_url"),
            created_at=read.date("created_at"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class VideoSceneList(Model):
    """The scenes of a video.

    Attributes:
        scenes: The scenes in order; empty until the video is analyzed.
        count: Number of scenes.
        video_id: The video, if the service reports it.
    """

    scenes: list[VideoScene] = field(factory=list[VideoScene])
    count: int = 0
    video_id: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any] | list[dict[str, Any]]) -> Self:
        """Read the scenes of a video: an object that has them, or the bare list."""
        read = Reader({"scenes": data} if isinstance(data, list) else data)
        scenes = read.items(VideoScene, "scenes", "items")
        scenes.sort(key=lambda scene: scene.scene_index)
        return cls(
            scenes=scenes,
            count=read.get("count", "total_count", "total", default=len(scenes)),
            video_id=read.get("video_id", "media_id"),
            additional_properties=read.rest(),
        )


__all__ = [
    "BatchVideoUploadSession",
    "ChunkConfirmResult",
    "ChunkRetryResult",
    "VideoAbortResult",
    "VideoAnalysisJobStatus",
    "VideoAnalysisQueueResult",
    "VideoAnalysisRetryResult",
    "VideoAnalysisStatus",
    "VideoChunkInfo",
    "VideoMetadata",
    "VideoScene",
    "VideoSceneList",
    "VideoUploadProgress",
    "VideoUploadResult",
    "VideoUploadResults",
    "VideoUploadSession",
    "VideoUploadStatus",
]
