"""Uploads one video: begins it, sends its chunks, completes it.

Without a journal, a failed upload is aborted. With one it stays, and the next call gets its status
and sends the missing chunks. Only an upload that has expired at the service, or that it refuses to
resume, starts over, so that no video is stored twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress

from attrs import evolve

from aion._callbacks import CallbackRaised, raised_error
from aion._engine.observe import logger
from aion._engine.transient import is_refusal
from aion._flows.video_status import upload_status
from aion._hints import Hint, hint
from aion._http.content import version_of
from aion._runtime import aio as rt
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
from aion.types.video import VideoUploadResult, VideoUploadSession
from aion.uploads._video_chunks import Chunk, ChunkedUpload, ETagCheck, HashedRange
from aion.uploads._video_file import Video, VideoCallbacks, VideoOptions
from aion.uploads._video_record import NO_VIDEO_RECORD, VideoRecord
from aion_api.api import video_uploads
from aion_api.models import video_uploads as wire

CHUNK_HEADERS = {"Content-Type": "application/octet-stream"}
PLACEHOLDER = 1.0
"""Seconds to send for a video of unknown length: the service then measures it."""

_CLEAR = (
    AuthenticationError,
    AionvisionPermissionError,
    QuotaExceededError,
    RateLimitError,
    ValidationError,
)
_NOT_ALLOWED = frozenset({401, 402, 403})
_CLEANED = "The chunks that were sent are removed."
_LEFT = "The chunks that were sent could not be removed; the service removes them later."


class VideoUpload:
    """Uploads one video.

    Args:
        engine: Sends the requests.
        video: The video.
        options: The options of the call.
        callbacks: The callbacks of the caller.
        record: The journal, with the state of an earlier call.
        index: Its position there.
    """

    def __init__(
        self,
        engine: rt.Engine,
        video: Video,
        options: VideoOptions,
        callbacks: VideoCallbacks,
        record: VideoRecord = NO_VIDEO_RECORD,
        index: int = 0,
    ) -> None:
        self._engine = engine
        self._video = video
        self._options = options
        self._callbacks = callbacks
        self._record = record
        self._index = index
        self._check = ETagCheck()
        self._unfit = False
        self._reason = ""

    async def run(self, keep: Callable[[VideoUploadResult], object]) -> None:
        """Send the missing chunks.

        Args:
            keep: Called with the result once the video is stored, before the callbacks.

        Raises:
            VideoUploadError: The upload failed. Without a journal its chunks are removed, unless
                `stage` is ``complete``.
            AionvisionError: The service refused to begin the upload; nothing was stored.
        """
        path = str(self._video.path)
        known = self._record.result(self._index)
        if known is not None:
            keep(evolve(known, path=path))
            return
        old = self._record.replaced(self._index)
        if old is not None:
            await self._give_up(old)
        begun = self._record.begun(self._index)
        result = None if begun is None else await self._resume(begun)
        if result is None:
            result = await self._whole(await self._begin())
        result = evolve(result, path=path)
        self._record.stored(self._index, result)
        keep(result)
        done = VideoUploadCompleteEvent(result.media_id, result)
        await rt.notify(self._callbacks.on_upload_complete, done)

    async def _resume(self, upload: ChunkedUpload) -> VideoUploadResult | None:
        """Resume the upload of an earlier call; return None if it has to start over."""
        found = await upload_status(self._engine, upload.media_id)
        if found.result is not None:
            return found.result
        reason = found.ended
        if reason is None:
            try:
                return await self._whole(upload)
            except VideoUploadError as error:
                if not _is_refused(error):
                    raise
                reason = self._reason
            if not self._unfit:
                # The service may refuse because the video is stored by now.
                found = await upload_status(self._engine, upload.media_id)
                if found.result is not None:
                    return found.result
            await self._give_up(upload)
        logger.warning(
            "the upload %s of %s cannot be resumed and starts over: %s",
            upload.upload_id,
            self._video.filename,
            reason,
        )
        self._check, self._unfit = ETagCheck(), False
        return None

    async def _whole(self, upload: ChunkedUpload) -> VideoUploadResult:
        try:
            await self._send(upload)
        except (Exception, CallbackRaised) as error:
            note = await self._stop(upload, raised_error(error))
            if isinstance(error, VideoUploadError):
                error.message = f"{error.message.rstrip('.')}. {note}"
            raise
        return await self._complete(upload)

    async def _stop(self, upload: ChunkedUpload, error: Exception) -> str:
        """Keep or remove the chunks that were sent; return the sentence that says so."""
        reason = error.message if isinstance(error, AionvisionError) else repr(error)
        self._reason = reason
        if self._record.resumes and not self._unfit:
            self._record.stopped(self._index, reason)
            return f"The chunks that were sent are kept: {hint(Hint.SEND_REST)}."
        note = await self._give_up(upload)
        self._record.given_up(self._index, reason)
        return note

    async def _begin(self) -> ChunkedUpload:
        video, options = self._video, self._options
        body = wire.InitiateVideoUploadRequestDTO(
            video.filename, video.content_type, video.size, options.title, options.tags
        )
        request = video_uploads.initiate_video_upload(body=body)
        try:
            session = await self._engine.call(
                request.decoding(VideoUploadSession.from_api_response)
            )
        except _CLEAR:
            raise
        except AionvisionError as error:
            raise self._failed("initiate", error.message, None, error) from error
        upload = ChunkedUpload.of(session)
        if upload.size != video.size:
            note = await self._give_up(upload)
            reason = f"the service planned chunks of {upload.size:,} bytes, it has {video.size:,}"
            raise self._failed("initiate", f"{reason}. {note}", upload)
        self._record.begin(self._index, upload)
        return upload

    async def _send(self, upload: ChunkedUpload) -> None:
        queue = deque(chunk for chunk in upload.chunks if not chunk.confirmed)
        at_once = upload.at_once
        if self._options.chunk_concurrency is not None:
            at_once = min(at_once, self._options.chunk_concurrency)

        async def step(chunk: Chunk) -> str | None:
            if chunk.etag is None:
                return await self._put(upload, chunk)
            await self._confirm(upload, chunk)
            return None

        calls = rt.CallGroup(step)
        try:
            while queue or calls.busy:
                while queue and calls.busy < at_once:
                    calls.start(queue.popleft())
                chunk, etag = await calls.ended()
                if etag is not None:
                    chunk.etag = etag
                    self._record.sent(self._index, chunk)
                    queue.appendleft(chunk)
                else:
                    chunk.confirmed = True
                    self._record.confirmed(self._index, chunk)
                    await self._report(upload, chunk)
        finally:
            await calls.close()
        self._require_whole(upload)

    def _require_whole(self, upload: ChunkedUpload) -> None:
        """Refuse to complete a video whose chunks in storage may differ from the file."""
        wrong = self._check.wrong()
        try:
            changed = version_of(self._video.path.stat()) != self._video.version
        except OSError:
            changed = True
        if changed:
            self._unfit = True
            reason = "it changed while it was sent: its size or modification time differs"
            raise self._failed("chunk_upload", reason, upload)
        if wrong:
            self._unfit = True
            reason = f"storage holds other bytes than were sent for the chunks {wrong}"
            raise self._failed("chunk_upload", reason, upload)

    async def _put(self, upload: ChunkedUpload, chunk: Chunk) -> str:
        """Send a chunk, with a new URL for each retry; return its ETag."""
        video = self._video
        content = HashedRange(video.path, chunk.offset, chunk.size, video.version)
        what = f"chunk {chunk.number} of {len(upload.chunks)}"
        retries = min(self._options.chunk_retries, upload.retries)
        url = chunk.url or await self._new_url(upload, chunk, what)
        while True:
            cause: AionvisionError | None = None
            try:
                reply = await self._engine.write_object(chunk.method, url, CHUNK_HEADERS, content)
            except UploadError as error:
                # The file on disk changed or cannot be read: another URL does not help.
                self._unfit = True
                raise self._failed("chunk_upload", error.message, upload, error) from error
            except AionvisionError as error:
                cause, reason = error, error.message
            else:
                etag = reply.header("etag")
                if not etag:
                    raise self._failed("chunk_upload", f"{what}: storage sent no ETag", upload)
                if self._check.fits(chunk.number, etag, content.md5):
                    return etag
                reason = "storage holds other bytes than were sent, by their ETag"
            if retries <= 0:
                raise self._failed("chunk_upload", f"{what}: {reason}", upload, cause) from cause
            retries -= 1
            url = await self._new_url(upload, chunk, what)

    async def _new_url(self, upload: ChunkedUpload, chunk: Chunk, what: str) -> str:
        body = wire.RetryVideoChunkRequestDTO(upload.media_id, upload.upload_id, chunk.number)
        try:
            response = await self._engine.call(video_uploads.retry_video_chunk(body=body))
        except AionvisionError as error:
            reason = f"{what} cannot be resent: {error.message}"
            raise self._failed("chunk_upload", reason, upload, error) from error
        return response.upload_url

    async def _confirm(self, upload: ChunkedUpload, chunk: Chunk) -> None:
        body = wire.ConfirmVideoChunkRequestDTO(
            upload.media_id, upload.upload_id, chunk.number, chunk.etag or "", chunk.size
        )
        try:
            await self._engine.call(video_uploads.confirm_video_chunk(body=body))
        except AionvisionError as error:
            reason = f"chunk {chunk.number} of {len(upload.chunks)}: {error.message}"
            raise self._failed("confirm", reason, upload, error) from error

    async def _report(self, upload: ChunkedUpload, chunk: Chunk) -> None:
        event = VideoChunkProgressEvent(
            chunk.number,
            len(upload.chunks),
            sum(one.size for one in upload.confirmed),
            self._video.size,
            upload.media_id,
            self._video.filename,
        )
        await rt.notify(self._callbacks.on_chunk_progress, event)

    async def _complete(self, upload: ChunkedUpload) -> VideoUploadResult:
        duration = self._video.duration
        body = wire.CompleteVideoUploadRequestDTO(
            upload.media_id,
            upload.upload_id,
            PLACEHOLDER if duration is None else duration,
            auto_analyze=self._options.auto_analyze,
            analysis_type=self._options.analysis_type,
            duration_extraction_failed=duration is None,
        )
        request = video_uploads.complete_video_upload(body=body)
        try:
            return await self._engine.call(request.decoding(VideoUploadResult.from_api_response))
        except AionvisionError as error:
            failure = error
        # A request whose response was lost, now or in an earlier call, may have succeeded.
        with suppress(AionvisionError):
            found = await upload_status(self._engine, upload.media_id)
            if found.result is not None:
                return found.result
        status = failure.status_code
        clear = is_refusal(status)
        if clear and status not in _NOT_ALLOWED:
            self._unfit = True
            note = await self._stop(upload, failure)
        elif self._record.resumes:
            note = await self._stop(upload, failure)
        elif clear:
            note = await self._give_up(upload)
        else:
            finish = hint(Hint.FINISH_VIDEO, media_id=upload.media_id, upload_id=upload.upload_id)
            note = f"All its chunks are stored: {finish}"
        reason = f"{failure.message.rstrip('.')}. {note}"
        raise self._failed("complete", reason, upload, failure) from failure

    async def _give_up(self, upload: ChunkedUpload) -> str:
        """Abort the upload at the service; return the sentence that says so."""
        body = wire.AbortVideoUploadRequestDTO(
            upload.media_id, upload.upload_id, "the client could not send it"
        )
        # The error that led here is raised instead.
        with suppress(AionvisionError):
            await self._engine.call(video_uploads.abort_video_upload(body=body))
            return _CLEANED
        return _LEFT

    def _failed(
        self,
        stage: str,
        reason: str,
        upload: ChunkedUpload | None,
        cause: AionvisionError | None = None,
    ) -> VideoUploadError:
        error = VideoUploadError(
            f"{self._video.filename} was not uploaded: {reason}",
            media_id=upload.media_id if upload else None,
            stage=stage,
            partial_chunks=len(upload.confirmed) if upload else 0,
        )
        if upload is not None:
            error.details["upload_id"] = upload.upload_id
        if cause is None:
            return error
        return error.caused_by(cause)


def _is_refused(error: VideoUploadError) -> bool:
    """Return whether the service refuses to resume an upload for good."""
    return is_refusal(error.status_code) and error.status_code not in _NOT_ALLOWED
