"""Uploads videos in separate steps: initiate, send each chunk, confirm it, complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aion import _checks as check
from aion._flows.video_upload import PLACEHOLDER
from aion._requests import videos as requests
from aion._runtime import aio as rt
from aion.types.video import (
    BatchVideoUploadSession,
    ChunkConfirmResult,
    ChunkRetryResult,
    VideoAbortResult,
    VideoUploadProgress,
    VideoUploadResult,
    VideoUploadSession,
)
from aion.uploads import _video_file
from aion_api import UNSET
from aion_api.api import user_files, video_uploads
from aion_api.models import video_uploads as wire
from aion_api.models.shared import UpdateFileRequest

_LONGEST = 1024


class VideoUploadSteps:
    """Makes the calls of an upload, one method for each step."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def initiate(
        self,
        filename: str,
        content_type: str,
        size_bytes: int,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> VideoUploadSession:
        """Begin an upload, and get the URLs of its chunks.

        Send each chunk to its URL with ``Content-Type: application/octet-stream`` and without the
        API key, and pass the ``ETag`` header of the response to `confirm_chunk`. When all
        are confirmed, call `complete`. `upload_one` does all of that.

        Args:
            filename: The name to store, from 1 to 255 characters.
            content_type: ``video/mp4``, ``video/quicktime``, ``video/x-m4v``, ``video/webm`` or
                ``video/x-msvideo``.
            size_bytes: The size of the video, at most 4 GiB; less on some plans.
            title: Its title, at most 255 characters.
            tags: At most 20, each of 1 to 50 letters, digits, spaces, ``-`` or ``_``.
            metadata: Your own keys and values. Values are sent as text.

        Returns:
            The upload, with a URL for each chunk.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /video-uploads/initiate``
        """
        body = requests.announcement(
            filename, content_type, size_bytes, title=title, tags=tags, metadata=metadata
        )
        request = video_uploads.initiate_video_upload(body=body)
        return await self._engine.call(request.decoding(VideoUploadSession.from_api_response))

    async def batch_initiate(
        self,
        videos: Sequence[Mapping[str, Any]],
        *,
        auto_process: bool = True,
        processing_priority: str = "normal",
    ) -> BatchVideoUploadSession:
        """Begin several uploads, each of which then proceeds independently.

        Args:
            videos: From 1 to 10 dictionaries of ``filename``, ``content_type``, ``size_bytes`` and,
                optionally, ``title``, ``tags`` and ``metadata``: the arguments of `initiate`.
            auto_process: Process the videos as soon as they are uploaded.
            processing_priority: ``low``, ``normal`` or ``high``.

        Returns:
            The uploads in the same order.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /video-uploads/batch/initiate``
        """
        body = wire.BatchVideoUploadRequestDTO(
            requests.announcements(videos),
            auto_process=auto_process,
            processing_priority=check.choice(
                "processing_priority", processing_priority, _video_file.PRIORITIES
            ),
        )
        request = video_uploads.batch_initiate_video_uploads(body=body)
        return await self._engine.call(request.decoding(BatchVideoUploadSession.from_api_response))

    async def confirm_chunk(
        self, media_id: str, upload_id: str, chunk_number: int, etag: str, size_bytes: int
    ) -> ChunkConfirmResult:
        """Confirm that a chunk was sent.

        Args:
            media_id: The video.
            upload_id: The upload.
            chunk_number: The chunk, from 1.
            etag: The ``ETag`` header in the response of storage, unchanged.
            size_bytes: Number of bytes sent.

        Returns:
            The progress of the upload.

        Raises:
            ValidationError: An argument is out of range, or the chunk was not sent.
            ResourceNotFoundError: The upload does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /video-uploads/chunks/confirm``
        """
        body = wire.ConfirmVideoChunkRequestDTO(
            media_id=check.identifier("media_id", media_id),
            upload_id=check.identifier("upload_id", upload_id),
            chunk_number=_number(chunk_number),
            etag=check.text("etag", etag, 1, _LONGEST),
            size_bytes=check.whole_number("size_bytes", size_bytes, 1, _video_file.LARGEST),
        )
        return await self._engine.call(video_uploads.confirm_video_chunk(body=body))

    async def complete(
        self,
        media_id: str,
        upload_id: str,
        *,
        duration_seconds: float | None = None,
        duration_extraction_failed: bool | None = None,
        auto_analyze: bool = True,
        analysis_type: str = "full_vlm",
        title: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        analysis_provider: str | None = None,
        analysis_model: str | None = None,
    ) -> VideoUploadResult:
        """Complete an upload, once all its chunks are confirmed.

        Args:
            media_id: The video.
            upload_id: The upload.
            duration_seconds: Its length, above 0 and at most 7200 seconds, which is billed. By
                default, the service measures it.
            duration_extraction_failed: Let the service measure the length even if one is passed.
            auto_analyze: Analyze the video.
            analysis_type: ``full_vlm``, ``frame_sample``, ``scene_detection`` or ``transcript``.
            title: A new title, at most 255 characters.
            tags: New tags: at most 20, each of 1 to 50 letters, digits, spaces, ``-`` or ``_``.
            metadata: Not possible here: the service takes metadata with `initiate` only.
            analysis_provider: ``google``, ``openai`` or ``anthropic``; by default, the service
                chooses.
            analysis_model: A model of that provider.

        Returns:
            The stored video, and the job that analyzes it.

        Raises:
            ValidationError: An argument is out of range, or chunks are missing.
            ResourceNotFoundError: The upload does not exist.
            AionvisionError: The call failed. With `title` or `tags`, the video may be completed
                nevertheless, without these.

        Endpoint: ``POST /video-uploads/complete``, then ``PATCH /user-files/{image_id}`` for
            `title` and `tags`
        """
        if metadata is not None:
            check.refuse("metadata", metadata, "None: pass it to initiate() instead")
        change = UpdateFileRequest(title=requests.title_of(title), tags=requests.tags_of(tags))
        measure = duration_seconds is None
        seconds = PLACEHOLDER if duration_seconds is None else _seconds(duration_seconds)
        if duration_extraction_failed is not None:
            measure = measure or duration_extraction_failed
        body = wire.CompleteVideoUploadRequestDTO(
            media_id=check.identifier("media_id", media_id),
            upload_id=check.identifier("upload_id", upload_id),
            duration_seconds=seconds,
            auto_analyze=auto_analyze,
            analysis_provider=(
                UNSET
                if analysis_provider is None
                else check.choice("analysis_provider", analysis_provider, _video_file.PROVIDERS)
            ),
            analysis_model=(
                UNSET
                if analysis_model is None
                else check.text("analysis_model", analysis_model, 1, _LONGEST)
            ),
            analysis_type=check.choice("analysis_type", analysis_type, _video_file.ANALYSES),
            duration_extraction_failed=measure,
        )
        request = video_uploads.complete_video_upload(body=body)
        result = await self._engine.call(request.decoding(VideoUploadResult.from_api_response))
        if change.to_dict():
            await self._engine.call(user_files.update_user_file(result.media_id, body=change))
        return result

    async def abort(
        self, media_id: str, upload_id: str, *, reason: str | None = None
    ) -> VideoAbortResult:
        """Abort an upload that is not completed, and remove its chunks.

        Args:
            media_id: The video.
            upload_id: The upload.
            reason: Why, at most 500 characters.

        Raises:
            ValidationError: The reason is too long, or the upload has ended already.
            ResourceNotFoundError: The upload does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /video-uploads/abort``
        """
        body = wire.AbortVideoUploadRequestDTO(
            media_id=check.identifier("media_id", media_id),
            upload_id=check.identifier("upload_id", upload_id),
            reason=(
                UNSET
                if reason is None
                else check.text("reason", reason, 0, _video_file.LONGEST_REASON)
            ),
        )
        return await self._engine.call(video_uploads.abort_video_upload(body=body))

    async def get_progress(self, media_id: str) -> VideoUploadProgress:
        """Get the progress of an upload.

        Args:
            media_id: The video.

        Raises:
            ResourceNotFoundError: The upload does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /video-uploads/progress/{media_id}``
        """
        request = video_uploads.get_upload_progress(check.identifier("media_id", media_id))
        return await self._engine.call(request.decoding(VideoUploadProgress.from_api_response))

    async def retry_chunk(
        self, media_id: str, upload_id: str, chunk_number: int
    ) -> ChunkRetryResult:
        """Request a new URL for a chunk that could not be sent.

        Args:
            media_id: The video.
            upload_id: The upload.
            chunk_number: The chunk, from 1.

        Returns:
            The URL, and how often the chunk may be retried: by plan 1, 2, 3 or 5 times.

        Raises:
            ValidationError: The chunk does not exist, or it was retried too often.
            ResourceNotFoundError: The upload does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /video-uploads/chunks/retry``
        """
        body = wire.RetryVideoChunkRequestDTO(
            media_id=check.identifier("media_id", media_id),
            upload_id=check.identifier("upload_id", upload_id),
            chunk_number=_number(chunk_number),
        )
        return await self._engine.call(video_uploads.retry_video_chunk(body=body))


def _number(chunk_number: Any) -> int:
    return check.whole_number("chunk_number", chunk_number, 1, _video_file.MOST_CHUNKS)


def _seconds(duration: Any) -> float:
    seconds = check.seconds("duration_seconds", duration)
    return check.number("duration_seconds", seconds, 0, _video_file.LONGEST)
