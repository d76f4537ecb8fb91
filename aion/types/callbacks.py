"""The events that callbacks receive, one at a time.

A callback is a function of one argument; the asynchronous client accepts coroutine functions too.
An exception that a callback raises ends the call that it belongs to.
"""

from __future__ import annotations

from attrs import frozen

from aion.types.cloud_storage import CloudStorageJob
from aion.types.documents import DocumentUploadResult
from aion.types.upload import UploadResult
from aion.types.video import VideoAnalysisJobStatus, VideoUploadResult
from aion_api import Model


@frozen(slots=False)
class _BytesProgress(Model):
    """Progress of one file in bytes."""

    file_index: int
    uploaded_bytes: int
    total_bytes: int
    filename: str | None = None

    @property
    def progress_percent(self) -> float:
        """`uploaded_bytes` of `total_bytes`, from 0 to 100."""
        return _percent(self.uploaded_bytes, self.total_bytes)


@frozen(slots=False)
class _CountProgress(Model):
    """Progress of the processing of several files."""

    completed_count: int
    total_count: int

    @property
    def progress_percent(self) -> float:
        """`completed_count` of `total_count`, from 0 to 100."""
        return _percent(self.completed_count, self.total_count)

    @property
    def remaining_count(self) -> int:
        """How many have not ended yet."""
        return max(0, self.total_count - self.completed_count)


@frozen(slots=False)
class UploadProgressEvent(_BytesProgress):
    """A file is about to be sent: once for each file.

    Attributes:
        file_index: Its position in the expanded input, from 0.
        uploaded_bytes: The same as `total_bytes`.
        total_bytes: Its size.
        filename: Its name.
    """


@frozen(slots=False)
class FileCompleteEvent(Model):
    """A file is stored. Once per stored file.

    Attributes:
        file_index: Its position in the expanded input, from 0.
        result: The stored image; its description may still be pending.
    """

    file_index: int
    result: UploadResult


@frozen(slots=False)
class DescriptionProgressEvent(_CountProgress):
    """A description has ended, well or not.

    Attributes:
        completed_count: How many have ended by now, failed ones included.
        total_count: How many the call waits for.
        latest_result: The image whose description has just ended.
    """

    latest_result: UploadResult


@frozen(slots=False)
class DescriptionFailedEvent(Model):
    """A description has failed. The image is stored all the same.

    Attributes:
        file_index: The position of the file in the expanded input, from 0.
        result: The stored image.
    """

    file_index: int
    result: UploadResult

    @property
    def error_message(self) -> str | None:
        """Return why it failed."""
        return self.result.description_error

    @property
    def is_retryable(self) -> bool:
        """Return whether uploading the image again may help."""
        return bool(self.result.description_is_retryable)


@frozen(slots=False)
class CloudStorageJobProgressEvent(Model):
    """An import or export was polled: once for each poll.

    Attributes:
        job: Its state.
    """

    job: CloudStorageJob

    @property
    def progress_percent(self) -> float:
        """Files done or failed, of all files, from 0 to 100."""
        return self.job.progress_percent

    @property
    def is_terminal(self) -> bool:
        """Return whether the job has ended."""
        return self.job.is_terminal


@frozen(slots=False)
class DocumentUploadProgressEvent(_BytesProgress):
    """A document is uploaded: once for each, after its last byte was sent.

    Attributes:
        file_index: Its position in the expanded input, from 0.
        uploaded_bytes: The same as `total_bytes`.
        total_bytes: Its size.
        filename: Its name.
    """


@frozen(slots=False)
class DocumentFileCompleteEvent(Model):
    """A document is stored. Once per stored document.

    Attributes:
        file_index: Its position in the expanded input, from 0.
        result: The stored document; its text may still be pending.
    """

    file_index: int
    result: DocumentUploadResult


@frozen(slots=False)
class DocumentProcessingProgressEvent(_CountProgress):
    """The processing of a document has ended, well or not.

    Attributes:
        completed_count: How many have ended by now, failed ones included.
        total_count: How many the call waits for.
        latest_result: The document whose processing has just ended.
    """

    latest_result: DocumentUploadResult


@frozen(slots=False)
class DocumentProcessingFailedEvent(Model):
    """The processing of a document has failed. The document is stored all the same.

    Attributes:
        file_index: The position of the file in the expanded input, from 0.
        result: The stored document.
    """

    file_index: int
    result: DocumentUploadResult

    @property
    def error_message(self) -> str | None:
        """Return why it failed."""
        return self.result.processing_error

    @property
    def is_retryable(self) -> bool:
        """Return whether uploading the document again may help."""
        return bool(self.result.processing_is_retryable)


@frozen(slots=False)
class VideoChunkProgressEvent(Model):
    """A chunk of a video is stored and confirmed. Once per chunk, in any order.

    Attributes:
        chunk_number: Its number, from 1.
        total_chunks: How many chunks the video has.
        bytes_uploaded: Bytes of all chunks confirmed so far.
        total_bytes: The size of the video.
        media_id: The video.
        filename: Its name.
    """

    chunk_number: int
    total_chunks: int
    bytes_uploaded: int
    total_bytes: int
    media_id: str
    filename: str | None = None

    @property
    def progress_percent(self) -> float:
        """`bytes_uploaded` of `total_bytes`, from 0 to 100."""
        return _percent(self.bytes_uploaded, self.total_bytes)


@frozen(slots=False)
class VideoUploadCompleteEvent(Model):
    """A video is stored. Once per video.

    Attributes:
        media_id: The video.
        result: The stored video; its analysis may still be pending.
    """

    media_id: str
    result: VideoUploadResult


@frozen(slots=False)
class VideoAnalysisProgressEvent(Model):
    """The analysis of a video was polled: once for each poll.

    Attributes:
        job_status: The analysis and its status.
    """

    job_status: VideoAnalysisJobStatus

    @property
    def progress_percent(self) -> float:
        """Return the progress of the analysis, from 0 to 100."""
        return float(self.job_status.progress_percent)

    @property
    def is_terminal(self) -> bool:
        """Return whether the analysis has ended."""
        return self.job_status.is_terminal


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole > 0 else 100.0


__all__ = [
    "CloudStorageJobProgressEvent",
    "DescriptionFailedEvent",
    "DescriptionProgressEvent",
    "DocumentFileCompleteEvent",
    "DocumentProcessingFailedEvent",
    "DocumentProcessingProgressEvent",
    "DocumentUploadProgressEvent",
    "FileCompleteEvent",
    "UploadProgressEvent",
    "VideoAnalysisProgressEvent",
    "VideoChunkProgressEvent",
    "VideoUploadCompleteEvent",
]
