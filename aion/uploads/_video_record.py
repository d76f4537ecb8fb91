"""What the upload of videos writes into its journal, and what it finds there.

An upload is on the disk before its first chunk is sent, and the ETag of a chunk before the service
is told of it. So whatever ends the call, the next one knows which chunks it need not send.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from aion.types.video import VideoUploadResult
from aion.uploads._expand import UploadInput
from aion.uploads._open_journal import OpenJournal
from aion.uploads._video_chunks import Chunk, ChunkedUpload
from aion.uploads._video_file import Video, VideoWishes
from aion.uploads.journal import State
from aion_api import UNSET


class NoVideoRecord:
    """The record of videos without a journal: it keeps nothing."""

    keeps = False
    """Whether the next call can go on with what this one has begun."""

    def result(self, index: int) -> VideoUploadResult | None:
        """The video that an earlier call stored."""
        del index
        return None

    def begun(self, index: int) -> ChunkedUpload | None:
        """The upload that an earlier call began."""
        del index
        return None

    def replaced(self, index: int) -> ChunkedUpload | None:
        """The upload that an earlier call began of a file that has changed since."""
        del index
        return None

    def begin(self, index: int, upload: ChunkedUpload) -> None:
        """An upload has begun."""

    def sent(self, index: int, chunk: Chunk) -> None:
        """Storage has a chunk, of which the service does not know yet."""

    def confirmed(self, index: int, chunk: Chunk) -> None:
        """The service knows of a chunk."""

    def stored(self, index: int, result: VideoUploadResult) -> None:
        """A video is in the library; its analysis may have ended."""

    def stopped(self, index: int, reason: str) -> None:
        """An upload has stopped, and can go on."""

    def given_up(self, index: int, reason: str) -> None:
        """An upload cannot go on: the video has to be sent from the beginning."""

    def close(self) -> None:
        """Nothing more will be recorded."""


class VideoRecord(NoVideoRecord):
    """The record of videos in a journal, new or of an earlier call.

    Args:
        path: Where the journal is, or will be.
        videos: The videos.
        base_url: The service that they go to.
        wishes: What is asked for with them.

    Raises:
        ValidationError: The journal is one of another upload or of another service, it is in use,
            or the file is something else.
    """

    keeps = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        videos: Sequence[Video],
        base_url: str,
        wishes: VideoWishes,
    ) -> None:
        found = [UploadInput(index, video) for index, video in enumerate(videos)]
        self._journal = OpenJournal(path, found, base_url, "videos", _options(wishes))

    def result(self, index: int) -> VideoUploadResult | None:
        """The video that an earlier call stored."""
        row = self._journal.rows.get(index)
        if row is None or not row.is_stored or row.result is None:
            return None
        return VideoUploadResult.from_api_response(json.loads(row.result))

    def begun(self, index: int) -> ChunkedUpload | None:
        """The upload that an earlier call began."""
        row = self._journal.rows.get(index)
        if row is None or row.state is not State.SENDING:
            return None
        return self._upload(index, row.image_id, row.session_id)

    def replaced(self, index: int) -> ChunkedUpload | None:
        """The upload that an earlier call began of a file that has changed since."""
        row = self._journal.replaced.get(index)
        if row is None or row.state is not State.SENDING:
            return None
        return self._upload(index, row.image_id, row.session_id)

    def begin(self, index: int, upload: ChunkedUpload) -> None:
        """An upload has begun: this is on the disk when it returns."""
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
        """Storage has a chunk: its ETag is on the disk when this returns."""
        with self._journal.whole(safely=True):
            self._journal.set_chunk(index, chunk.number, etag=chunk.etag, confirmed=False)

    def confirmed(self, index: int, chunk: Chunk) -> None:
        """The service knows of a chunk."""
        with self._journal.whole():
            self._journal.set_chunk(index, chunk.number, etag=chunk.etag, confirmed=True)

    def stored(self, index: int, result: VideoUploadResult) -> None:
        """A video is in the library; its analysis may have ended."""
        if not result.is_completed:
            # It is still being put together: the next call asks again.
            return
        with self._journal.whole(safely=True):
            self._journal.set(
                index,
                state=State.STORED if result.is_analyzing else State.DESCRIBED,
                image_id=result.media_id,
                result=_written(result),
                reason=None,
            )

    def stopped(self, index: int, reason: str) -> None:
        """An upload has stopped, and can go on."""
        self._journal.set(index, reason=reason)

    def given_up(self, index: int, reason: str) -> None:
        """An upload cannot go on: the video has to be sent from the beginning."""
        with self._journal.whole(safely=True):
            self._journal.set(
                index, state=State.FAILED, session_id=None, image_id=None, reason=reason
            )
            self._journal.plan_chunks(index, [], at_once=1, retries=0)

    def close(self) -> None:
        """Nothing more will be recorded."""
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


def _options(wishes: VideoWishes) -> Mapping[str, Any]:
    """What decides how videos are stored, as the journal has it."""
    options = {
        "title": wishes.title,
        "tags": wishes.tags,
        "auto_analyze": wishes.auto_analyze,
        "analysis_type": wishes.analysis_type,
    }
    return {name: value for name, value in options.items() if value is not UNSET}


def _written(result: VideoUploadResult) -> str:
    # Links are signed and expire.
    kept = evolve(result, thumbnail_url=None, video_url=None, additional_properties={})
    return json.dumps(kept.to_dict(), ensure_ascii=True, default=str)


__all__ = ["NoVideoRecord", "VideoRecord"]
