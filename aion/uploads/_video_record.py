"""Notes in a journal how far uploads of videos are, and reads what an earlier call noted.

An upload is on the disk before its first chunk is sent, and the ETag of a chunk before the service
gets it. So whatever ends the call, the next one knows which chunks it need not send.
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
    """What an upload of videos notes while it goes on, for a later call."""

    @property
    def resumes(self) -> bool:
        """Whether a later call can resume what this one has begun."""
        ...

    def result(self, index: int) -> VideoUploadResult | None:
        """Return the video that an earlier call stored."""
        ...

    def begun(self, index: int) -> ChunkedUpload | None:
        """Return the upload that an earlier call began."""
        ...

    def replaced(self, index: int) -> ChunkedUpload | None:
        """Return the upload that an earlier call began of a file that has changed since."""
        ...

    def begin(self, index: int, upload: ChunkedUpload) -> None:
        """Note an upload that has begun: this is on the disk when it returns."""
        ...

    def sent(self, index: int, chunk: Chunk) -> None:
        """Note a chunk that storage has: its ETag is on the disk when this returns."""
        ...

    def confirmed(self, index: int, chunk: Chunk) -> None:
        """Note a chunk that is confirmed to the service."""
        ...

    def stored(self, index: int, result: VideoUploadResult) -> None:
        """Note a video that is in the library; its analysis may have ended."""
        ...

    def stopped(self, index: int, reason: str) -> None:
        """Note an upload that has stopped, and can be resumed."""
        ...

    def given_up(self, index: int, reason: str) -> None:
        """Note an upload that cannot be resumed: the video is sent from the beginning."""
        ...

    def close(self) -> None:
        """Let others open the journal: nothing more will be noted."""
        ...


class _NoVideoRecord:
    """The record of videos without a journal: it notes nothing."""

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
    """Notes videos in a journal, new or of an earlier call.

    Args:
        path: Where the journal is, or will be.
        videos: The videos.
        base_url: The service that they go to.
        options: The options of the call.

    Raises:
        ValidationError: The journal is one of another upload or of another service, it is in use,
            or the file is something else.
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
        """Return the upload that an earlier call began of a file that has changed since."""
        row = self._journal.replaced.get(index)
        if row is None or row.state is not State.SENDING:
            return None
        return self._upload(index, row.image_id, row.session_id)

    def begin(self, index: int, upload: ChunkedUpload) -> None:
        """Note an upload that has begun: this is on the disk when it returns."""
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
        """Note a chunk that storage has: its ETag is on the disk when this returns."""
        with self._journal.whole(safely=True):
            self._journal.set_chunk(index, chunk.number, etag=chunk.etag, confirmed=False)

    def confirmed(self, index: int, chunk: Chunk) -> None:
        """Note a chunk that is confirmed to the service."""
        with self._journal.whole():
            self._journal.set_chunk(index, chunk.number, etag=chunk.etag, confirmed=True)

    def stored(self, index: int, result: VideoUploadResult) -> None:
        """Note a video that is in the library; its analysis may have ended."""
        if not result.is_completed:
            # It is still being put together: the next call asks again.
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
        """Note an upload that has stopped, and can be resumed."""
        self._journal.set(index, reason=reason)

    def given_up(self, index: int, reason: str) -> None:
        """Note an upload that cannot be resumed: the video is sent from the beginning."""
        with self._journal.whole(safely=True):
            self._journal.set(
                index, state=State.FAILED, session_id=None, image_id=None, reason=reason
            )
            self._journal.plan_chunks(index, [], at_once=1, retries=0)

    def close(self) -> None:
        """Let others open the journal: nothing more will be noted."""
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
    """Return the options that decide how videos are stored, as the journal has them."""
    asked = {
        "title": options.title,
        "tags": options.tags,
        "auto_analyze": options.auto_analyze,
        "analysis_type": options.analysis_type,
    }
    return {name: value for name, value in asked.items() if value is not UNSET}


__all__ = ["NO_VIDEO_RECORD", "VideoJournalRecord", "VideoRecord"]
