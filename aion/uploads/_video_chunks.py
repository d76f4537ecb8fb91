"""A video in chunks: what is known of each of them while they are sent. No network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from aion._http.content import FileRange
from aion.types.video import VideoUploadSession


@dataclass(slots=True)
class Chunk:
    """One chunk.

    Attributes:
        number: Counted from 1.
        offset: Where it begins in the file, in bytes.
        size: Bytes.
        url: Where it goes; None where a URL has to be asked for.
        method: How it is sent there.
        etag: What storage answered, once it has the chunk.
        confirmed: Whether the service knows of it.
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
    """A begun upload of a video.

    Attributes:
        media_id: The video.
        upload_id: The upload.
        chunks: Its chunks, in their order.
        at_once: Chunks that the service lets be sent at a time.
        retries: New URLs that one chunk may ask for.
    """

    media_id: str
    upload_id: str
    chunks: list[Chunk]
    at_once: int
    retries: int

    @classmethod
    def of(cls, session: VideoUploadSession) -> Self:
        """The upload that the service has just begun."""
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
        """Bytes of all chunks."""
        return sum(chunk.size for chunk in self.chunks)

    @property
    def confirmed(self) -> list[Chunk]:
        """The chunks that the service knows of."""
        return [chunk for chunk in self.chunks if chunk.confirmed]


class HashedRange(FileRange):
    """A stretch of a file whose MD5 is known once it is sent.

    Attributes:
        md5: In hexadecimal; of the last attempt.
    """

    md5 = ""

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the stretch, read while they are sent."""
        digest = hashlib.md5(usedforsecurity=False)
        for piece in super().pieces():
            digest.update(piece)
            yield piece
        self.md5 = digest.hexdigest()


class ETagCheck:
    """Tells chunks that storage holds otherwise than they were sent.

    Most storage gives the MD5 of the bytes as their ETag, but encrypted buckets give something
    else. What it is shows the first chunk whose ETag is its MD5: from then on all have to be.
    """

    def __init__(self) -> None:
        self._is_md5 = False
        self._others: list[int] = []

    def fits(self, number: int, etag: str, md5: str) -> bool:
        """Whether an ETag may be that of the bytes of a chunk."""
        if etag.strip().removeprefix("W/").strip('"').lower() == md5:
            self._is_md5 = True
            return True
        # Looked at once: in the blocking client, another thread may find it out at this moment, and
        # a chunk that is noted as taken must not be refused.
        is_other = not self._is_md5
        if is_other:
            self._others.append(number)
        return is_other

    def wrong(self) -> list[int]:
        """The numbers of chunks that were taken before it showed that their ETags are wrong."""
        return sorted(self._others) if self._is_md5 else []


__all__ = ["Chunk", "ChunkedUpload", "ETagCheck", "HashedRange"]
