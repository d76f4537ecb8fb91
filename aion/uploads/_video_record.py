"""Records the progress of video uploads in a journal, and reads that of an earlier call.

An upload is on disk before its first chunk is sent, and the ETag of a chunk before it is confirmed
to the service. So after any failure, the next call knows which chunks are already stored.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from aion.types.video import VideoUploadResult
from aion.uploads._expand import UploadInput
from aion.uploads._open_journal import OpenJournal
from aion.uploads._stored_result import read, written
from aion.uploads._video_chunks import Chunk, ChunkedUpload
from aion.uploads._video_file import Video, VideoOptions
from aion.uploads.journal import State
from aion_api import UNSET


class VideoRecord(Protocol):
    """Records the progress of video uploads for a later call."""

    @property
    def resumes(self) -> bool:
        """Whether a later call can resume the uploads of this one."""
        ...

    def result(self, index: int) -> VideoUploadResult | None:
        """Return the video that an earlier call stored."""
        ...

    def begun(self, index: int) -> ChunkedUpload | None:
        """Return the upload that an earlier call began."""
        ...

    def replaced(self, index: int) -> ChunkedUpload | None:
        """Return the upload that an earlier call began for a file that has changed since."""
        ...

    def begin(self, index: int, upload: ChunkedUpload) -> None:
        """Record an upload that has begun; the record is on disk on return."""
        ...

    def sent(self, index: int, chunk: Chunk) -> None:
        """Record a chunk in storage; its ETag is on disk on return."""
        ...

    def confirmed(self, index: int, chunk: Chunk) -> None:
        """Record a chunk that is confirmed to the service."""
        ...

    def stored(self, index: int, result: VideoUploadResult) -> None:
        """Record a stored video; its analysis may have ended."""
        ...

    def stopped(self, index: int, reason: str) -> None:
        """Record an upload that stopped and can be resumed."""
        ...

    def given_up(self, index: int, reason: str) -> None:
        """Record an upload that cannot be resumed: the video starts over."""
        ...

    def close(self) -> None:
        """Close the journal, so that other uploads can open it."""
        ...


class _NoVideoRecord:
    """Records nothing: used without a journal."""

    resumes = False

    def result(self, index: int) -> VideoUploadResult | None:
        del index
        return None

    def begun(self, index: int) -> ChunkedUpload | None:
        del index
        return None

    def replaced(self, index: int) -> ChunkedUpload | None:
        del index
        return None

    def begin(self, index: int, upload: ChunkedUpload) -> None: ...

    def sent(self, index: int, chunk: Chunk) -> None: ...

    def confirmed(self, index: int, chunk: Chunk) -> None: ...

    def stored(self, index: int, result: VideoUploadResult) -> None: ...

    def stopped(self, index: int, reason: str) -> None: ...

    def given_up(self, index: int, reason: str) -> None: ...

    def close(self) -> None: ...


NO_VIDEO_RECORD: VideoRecord = _NoVideoRecord()


class VideoJournalRecord:
    """Records videos in a journal, new or from an earlier call.

    Args:
        path: The path of the journal, which may not exist yet.
        videos: The videos.
        base_url: The service that receives them.
        options: The options of the call.

    Raises:
        ValidationError: The journal belongs to another upload or another service, it is in use, or
            the file is not a journal.
    """

    resumes = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        videos: Sequence[Video],
        base_url: str,
        options: VideoOptions,
    ) -> None:
        found = [UploadInput(index, video) for index, video in enumerate(videos)]
        self._journal = OpenJournal(path, found, base_url, "videos", _options(options))

    def result(self, index: int) -> VideoUploadResult | None:
        """Return the video that an earlier call stored."""
        row = self._journal.rows.get(index)
        if row is None or not row.is_stored or row.result is None:
            return None
        return read(VideoUploadResult, row.result)

    def begun(self, index: int) -> ChunkedUpload | None:
        """Return the upload that an earlier call began."""
        row = self._journal.rows.get(index)
        if row is None or row.state is not State.SENDING:
            return None
        return self._upload(index, row.image_id, row.session_id)

    def replaced(self, index: int) -> ChunkedUpload | None:
        """Return the upload that an earlier call began for a file that has changed since."""
        row = self._journal.replaced.get(index)
        if row is None or row.state is not State.SENDING:
            return None
        return self._upload(index, row.image_id, row.session_id)

    def begin(self, index: int, upload: ChunkedUpload) -> None:
        """Record an upload that has begun; the record is on disk on return."""
        with self._journal.whole(safely=True):
            self._journal.set(
                index,
                state=State.SENDING,
                session_id=upload.upload_id,
                image_id=upload.media_id,
                reason=None,
                retryable=None,
            )
            self._journal.plan_chunks(
                index,
                [(chunk.number, chunk.size) for chunk in upload.chunks],
                at_once=upload.at_once,
                retries=upload.retries,
            )

    def sent(self, index: int, chunk: Chunk) -> None:
        """Record a chunk in storage; its ETag is on disk on return."""
        with self._journal.whole(safely=True):
            self._journal.set_chunk(index, chunk.number, etag=chunk.etag, confirmed=False)

    def confirmed(self, index: int, chunk: Chunk) -> None:
        """Record a chunk that is confirmed to the service."""
        with self._journal.whole():
            self._journal.set_chunk(index, chunk.number, etag=chunk.etag, confirmed=True)

    def stored(self, index: int, result: VideoUploadResult) -> None:
        """Record a stored video; its analysis may have ended."""
        if not result.is_completed:
            # The service still assembles it: the next call polls its status.
            return
        with self._journal.whole(safely=True):
            self._journal.set(
                index,
                state=State.STORED if result.is_analyzing else State.DESCRIBED,
                image_id=result.media_id,
                result=written(result),
                reason=None,
            )

    def stopped(self, index: int, reason: str) -> None:
        """Record an upload that stopped and can be resumed."""
        self._journal.set(index, reason=reason)

    def given_up(self, index: int, reason: str) -> None:
        """Record an upload that cannot be resumed: the video starts over."""
        with self._journal.whole(safely=True):
            self._journal.set(
                index, state=State.FAILED, session_id=None, image_id=None, reason=reason
            )
            self._journal.plan_chunks(index, [], at_once=1, retries=0)

    def close(self) -> None:
        """Close the journal, so that other uploads can open it."""
        self._journal.close()

    def _upload(
        self, index: int, media_id: str | None, upload_id: str | None
    ) -> ChunkedUpload | None:
        rows = self._journal.chunks(index)
        at_once, retries = self._journal.limits(index)
        if media_id is None or upload_id is None or not rows:
            return None
        offsets = itertools.accumulate((size for _, size, _, _ in rows), initial=0)
        chunks = [
            Chunk(number, offset, size, etag=etag, confirmed=done)
            for offset, (number, size, etag, done) in zip(offsets, rows, strict=False)
        ]
        return ChunkedUpload(media_id, upload_id, chunks, at_once, retries)


def _options(options: VideoOptions) -> Mapping[str, Any]:
    """Return the options that affect how videos are stored, as the journal stores them."""
    asked = {
        "title": options.title,
        "tags": options.tags,
        "auto_analyze": options.auto_analyze,
        "analysis_type": options.analysis_type,
    }
    return {name: value for name, value in asked.items() if value is not UNSET}


__all__ = ["NO_VIDEO_RECORD", "VideoJournalRecord", "VideoRecord"]
