"""One video on its way: begun, sent in chunks, completed; given up when a chunk cannot be sent."""

from __future__ import annotations

from contextlib import suppress

from aion._rt import aio as rt
from aion._transport.content import FileRange
from aion._videos import Video, VideoCallbacks, VideoWishes
from aion.exceptions import (
    AionvisionError,
    AionvisionPermissionError,
    AuthenticationError,
    QuotaExceededError,
    RateLimitError,
    UploadError,
    ValidationError,
    VideoUploadError,
)
from aion.types.callbacks import VideoChunkProgressEvent, VideoUploadCompleteEvent
from aion.types.video import VideoChunkInfo, VideoUploadResult, VideoUploadSession
from aion_api.api import video_uploads
from aion_api.models import video_uploads as wire

CHUNK_HEADERS = {"Content-Type": "application/octet-stream"}
PLACEHOLDER = 1.0
"""Seconds to state for a video whose length is not known: the service measures it then."""

_CLEAR = (
    AuthenticationError,
    AionvisionPermissionError,
    QuotaExceededError,
    RateLimitError,
    ValidationError,
)
_AGAIN = frozenset({408, 425, 429})
_CLEANED = "What was sent of it is removed."
_LEFT = "What was sent of it could not be removed; the service gives it up later."


class VideoUpload:
    """Uploads one video.

    Args:
        engine: Makes the calls.
        video: The video.
        wishes: What is asked for with it.
        callbacks: Who is told of its progress.
    """

    def __init__(
        self, engine: rt.Engine, video: Video, wishes: VideoWishes, callbacks: VideoCallbacks
    ) -> None:
        self._engine = engine
        self._video = video
        self._wishes = wishes
        self._callbacks = callbacks
        self._confirmed = 0
        self._bytes = 0

    async def run(self) -> VideoUploadResult:
        """Send everything.

        Raises:
            VideoUploadError: It did not arrive; nothing of it is kept, where `stage` is not
                ``complete``.
            AionvisionError: The service refused to begin; nothing was stored.
        """
        session = await self._begin()
        try:
            await self._send(session)
        except Exception as error:
            note = await self._give_up(session)
            if isinstance(error, VideoUploadError):
                error.message = f"{error.message.rstrip('.')}. {note}"
            raise
        result = await self._complete(session)
        done = VideoUploadCompleteEvent(result.media_id, result)
        await rt.notify(self._callbacks.on_upload_complete, done)
        return result

    async def _begin(self) -> VideoUploadSession:
        video, wishes = self._video, self._wishes
        body = wire.InitiateVideoUploadRequestDTO(
            video.filename, video.content_type, video.size, wishes.title, wishes.tags
        )
        request = video_uploads.initiate_video_upload(body=body)
        try:
            return await self._engine.call(request.decoding(VideoUploadSession.from_api_response))
        except _CLEAR:
            raise
        except AionvisionError as error:
            raise self._failed("initiate", error.message, None, error) from error

    async def _send(self, session: VideoUploadSession) -> None:
        chunks = sorted(session.chunks, key=lambda chunk: chunk.chunk_number)
        planned = sum(chunk.size_bytes for chunk in chunks)
        if planned != self._video.size:
            reason = f"the service planned chunks of {planned:,} bytes, it has {self._video.size:,}"
            raise self._failed("initiate", reason, session)
        offsets: list[tuple[VideoChunkInfo, int]] = []
        offset = 0
        for chunk in chunks:
            offsets.append((chunk, offset))
            offset += chunk.size_bytes

        async def one(place: tuple[VideoChunkInfo, int]) -> None:
            etag = await self._put(session, *place)
            await self._confirm(session, place[0], etag)

        at_once = max(1, session.concurrent_upload_limit)
        if self._wishes.chunk_concurrency is not None:
            at_once = min(at_once, self._wishes.chunk_concurrency)
        await rt.each(one, offsets, at_once=at_once)

    async def _put(self, session: VideoUploadSession, chunk: VideoChunkInfo, offset: int) -> str:
        """Send a chunk, with new URLs as long as that may help; the ETag that storage gave."""
        video = self._video
        content = FileRange(video.path, offset, chunk.size_bytes, video.version)
        what = f"chunk {chunk.chunk_number} of {len(session.chunks)}"
        retries = min(self._wishes.chunk_retries, session.retry_attempts)
        method, url = chunk.upload_method, chunk.upload_url
        while True:
            try:
                reply = await self._engine.write_object(method, url, CHUNK_HEADERS, content)
                break
            except UploadError as error:
                # The file on disk is at fault: another URL does not help.
                raise self._failed("chunk_upload", error.message, session, error) from error
            except AionvisionError as error:
                if retries <= 0:
                    reason = f"{what}: {error.message}"
                    raise self._failed("chunk_upload", reason, session, error) from error
            retries -= 1
            url = await self._new_url(session, chunk, what)
        etag = reply.header("etag")
        if not etag:
            raise self._failed("chunk_upload", f"{what}: storage sent no ETag", session)
        return etag

    async def _new_url(self, session: VideoUploadSession, chunk: VideoChunkInfo, what: str) -> str:
        body = wire.RetryVideoChunkRequestDTO(
            session.media_id, session.upload_id, chunk.chunk_number
        )
        try:
            answer = await self._engine.call(video_uploads.retry_video_chunk(body=body))
        except AionvisionError as error:
            reason = f"{what} cannot be sent again: {error.message}"
            raise self._failed("chunk_upload", reason, session, error) from error
        return answer.upload_url

    async def _confirm(self, session: VideoUploadSession, chunk: VideoChunkInfo, etag: str) -> None:
        number, total = chunk.chunk_number, len(session.chunks)
        body = wire.ConfirmVideoChunkRequestDTO(
            session.media_id, session.upload_id, number, etag, chunk.size_bytes
        )
        try:
            await self._engine.call(video_uploads.confirm_video_chunk(body=body))
        except AionvisionError as error:
            reason = f"chunk {number} of {total}: {error.message}"
            raise self._failed("confirm", reason, session, error) from error
        self._confirmed += 1
        self._bytes += chunk.size_bytes
        event = VideoChunkProgressEvent(
            number, total, self._bytes, self._video.size, session.media_id, self._video.filename
        )
        await rt.notify(self._callbacks.on_chunk_progress, event)

    async def _complete(self, session: VideoUploadSession) -> VideoUploadResult:
        duration = self._video.duration
        body = wire.CompleteVideoUploadRequestDTO(
            session.media_id,
            session.upload_id,
            PLACEHOLDER if duration is None else duration,
            auto_analyze=self._wishes.auto_analyze,
            analysis_type=self._wishes.analysis_type,
            duration_extraction_failed=duration is None,
        )
        request = video_uploads.complete_video_upload(body=body)
        try:
            return await self._engine.call(request.decoding(VideoUploadResult.from_api_response))
        except AionvisionError as error:
            status = error.status_code
            if status is not None and status < 500 and status not in _AGAIN:
                note = await self._give_up(session)
            else:
                # It may have been completed all the same: nothing is thrown away.
                note = (
                    "All its chunks are stored: see client.video_uploads.get_progress("
                    f"{session.media_id!r}), and finish with client.video_uploads.complete("
                    f"{session.media_id!r}, {session.upload_id!r}), do not upload it again"
                )
            reason = f"{error.message.rstrip('.')}. {note}"
            raise self._failed("complete", reason, session, error) from error

    async def _give_up(self, session: VideoUploadSession) -> str:
        """Have the service forget the upload; what to say about that."""
        body = wire.AbortVideoUploadRequestDTO(
            session.media_id, session.upload_id, "the client could not send it"
        )
        # The error that led here is the one to tell.
        with suppress(AionvisionError):
            await self._engine.call(video_uploads.abort_video_upload(body=body))
            return _CLEANED
        return _LEFT

    def _failed(
        self,
        stage: str,
        reason: str,
        session: VideoUploadSession | None,
        cause: AionvisionError | None = None,
    ) -> VideoUploadError:
        error = VideoUploadError(
            f"{self._video.filename} was not uploaded: {reason}",
            media_id=session.media_id if session else None,
            stage=stage,
            partial_chunks=self._confirmed,
        )
        if session is not None:
            error.details["upload_id"] = session.upload_id
        if cause is None:
            return error
        error.details["cause"] = cause.code
        return error.at(
            status_code=cause.status_code,
            request_id=cause.request_id,
            method=cause.method,
            path=cause.path,
        )
