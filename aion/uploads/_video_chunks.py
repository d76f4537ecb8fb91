"""Holds the state of the chunks of a video while they are sent. No network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from aion._http.content import FileRange
from aion.types.video import VideoUploadSession


@dataclass(slots=True)
class Chunk:
    """One chunk of a video.

    Attributes:
        number: Its number, from 1.
        offset: Its position in the file, in bytes.
        size: Its size in bytes.
        url: The URL to send it to; None if a new one has to be requested.
        method: The HTTP method.
        etag: The ETag in the response of storage, once the chunk is stored.
        confirmed: Whether it is confirmed to the service.
    """

    number: int
    offset: int
    size: int
    # The query of a presigned URL is a credential.
    url: str | None = field(default=None, repr=False)
    method: str = "PUT"
    etag: str | None = None
    confirmed: bool = False


@dataclass(slots=True)
class ChunkedUpload:
    """An upload of a video that has begun.

    Attributes:
        media_id: The id of the video.
        upload_id: The id of the upload.
        chunks: Its chunks, in order.
        at_once: Most chunks in flight that the service allows.
        retries: New URLs that one chunk may request.
    """

    media_id: str
    upload_id: str
    chunks: list[Chunk]
    at_once: int
    retries: int

    @classmethod
    def of(cls, session: VideoUploadSession) -> Self:
        """Create the upload from the session that the service has just begun."""
        chunks: list[Chunk] = []
        offset = 0
        for one in sorted(session.chunks, key=lambda chunk: chunk.chunk_number):
            place = (one.chunk_number, offset, one.size_bytes)
            chunks.append(Chunk(*place, one.upload_url, one.upload_method))
            offset += one.size_bytes
        return cls(
            session.media_id,
            session.upload_id,
            chunks,
            max(1, session.concurrent_upload_limit),
            session.retry_attempts,
        )

    @property
    def size(self) -> int:
        """Size of all chunks in bytes."""
        return sum(chunk.size for chunk in self.chunks)

    @property
    def confirmed(self) -> list[Chunk]:
        """The chunks that are confirmed to the service."""
        return [chunk for chunk in self.chunks if chunk.confirmed]


class HashedRange(FileRange):
    """A range of a file that computes its MD5 while it is sent.

    Attributes:
        md5: The MD5 of the last attempt, in hexadecimal.
    """

    md5 = ""

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of the range, read while they are sent."""
        digest = hashlib.md5(usedforsecurity=False)
        for piece in super().pieces():
            digest.update(piece)
            yield piece
        self.md5 = digest.hexdigest()


class ETagCheck:
    """Detects chunks that were corrupted in storage.

    Most storage returns the MD5 of the bytes as their ETag, but encrypted buckets return another
    value. The first chunk whose ETag is its MD5 decides: from then on all have to match.
    """

    def __init__(self) -> None:
        self._is_md5 = False
        self._others: list[int] = []

    def fits(self, number: int, etag: str, md5: str) -> bool:
        """Return whether an ETag may belong to the bytes of a chunk."""
        if etag.strip().removeprefix("W/").strip('"').lower() == md5:
            self._is_md5 = True
            return True
        # Read once: in the blocking client, another thread may change it at this moment, and a
        # chunk that is recorded as accepted must not be refused.
        is_other = not self._is_md5
        if is_other:
            self._others.append(number)
        return is_other

    def wrong(self) -> list[int]:
        """Return the numbers of chunks accepted before their ETags turned out to be wrong."""
        return sorted(self._others) if self._is_md5 else []


__all__ = ["Chunk", "ChunkedUpload", "ETagCheck", "HashedRange"]
