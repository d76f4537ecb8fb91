"""Gets the status of a video upload after an earlier call or a lost response."""

from __future__ import annotations

from dataclasses import dataclass

from aion._runtime import aio as rt
from aion.exceptions import ResourceNotFoundError
from aion.types.video import VideoMetadata, VideoUploadProgress, VideoUploadResult
from aion_api.api import user_files, video_uploads

_STORED = frozenset({"processing", "completed"})
_ENDED = frozenset({"failed", "aborted", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """The status of a video upload.

    Attributes:
        result: The video, if it is stored.
        ended: Why the upload cannot be resumed, or None.
    """

    result: VideoUploadResult | None = None
    ended: str | None = None


async def upload_status(engine: rt.Engine, media_id: str) -> UploadStatus:
    """Get the status of an upload.

    An unknown status counts as resumable: sending the next chunk shows whether it is.

    Args:
        engine: Sends the requests.
        media_id: The video.

    Raises:
        AionvisionError: A request to the service failed.
    """
    request = video_uploads.get_upload_progress(media_id)
    try:
        progress = await engine.call(request.decoding(VideoUploadProgress.from_api_response))
    except ResourceNotFoundError:
        # The service may drop the upload once the video is stored.
        result = await _stored(engine, media_id)
        return UploadStatus(result, None if result else "the service does not know it any more")
    if progress.status in _STORED:
        result = await _stored(engine, media_id)
        return UploadStatus(result or VideoUploadResult(media_id, progress.status))
    if progress.status in _ENDED:
        return UploadStatus(ended=f"it is {progress.status}")
    return UploadStatus()


async def _stored(engine: rt.Engine, media_id: str) -> VideoUploadResult | None:
    """Return the result of a video that is in the library."""
    try:
        file = await engine.call(user_files.get_user_file(media_id))
    except ResourceNotFoundError:
        return None
    metadata = file.video_metadata
    job = file.video_analysis_job_id
    return VideoUploadResult(
        file.id,
        metadata=None if metadata is None else VideoMetadata.from_api_response(metadata),
        thumbnail_url=file.thumbnail_url,
        video_url=file.video_url,
        analysis_job_id=job,
        processing_status=file.video_analysis_status if job else "completed",
        created_at=file.created_at,
    )
