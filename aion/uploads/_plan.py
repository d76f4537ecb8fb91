"""Plans the requests of a batch: divides its files by count, bytes and quota. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aion.types.callbacks import (
    DescriptionFailedEvent,
    DescriptionProgressEvent,
    FileCompleteEvent,
    UploadProgressEvent,
)
from aion.types.upload import QuotaInfo
from aion.uploads import _local_file
from aion.uploads.progress import UploadProgress

LARGEST_CHUNK = 1000
"""Most files in one request, whatever the service allows."""
WITH_RESULTS = 5
"""Most files in a request whose response includes the results."""
CHUNK_BYTES = 256 * 1024 * 1024
"""Most bytes in one request: all of them are resent after a failure."""
_CAUTIOUS_CHUNK = 10
"""Files in a request if the service states no limit: the limit of the smallest plan."""
_CAUTIOUS_REQUESTS = 2
_MOST_REQUESTS = 16


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The callbacks of an upload of images."""

    on_progress: Callable[[UploadProgressEvent], Any] | None = None
    on_file_complete: Callable[[FileCompleteEvent], Any] | None = None
    on_description_progress: Callable[[DescriptionProgressEvent], Any] | None = None
    on_description_failed: Callable[[DescriptionFailedEvent], Any] | None = None
    on_step: Callable[[UploadProgress], Any] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a batch to send."""

    index: int
    upload: _local_file.Upload


@dataclass(frozen=True, slots=True)
class RequestBatch:
    """The files of one request.

    Attributes:
        items: The files.
        tries: How often some of them were sent before without a response.
        guarded: Whether they are sent with a duplicate check, because an earlier attempt may have
            stored them, or may still store them.
    """

    items: list[Item]
    tries: int = 0
    guarded: bool = False


def isolate(chunk: Sequence[Item], filename: str | None) -> list[list[Item]]:
    """Split a chunk so that the files with one name, or all files, are sent alone."""
    suspects = [item for item in chunk if item.upload.filename == filename] or list(chunk)
    alone = {item.index for item in suspects}
    rest = [item for item in chunk if item.index not in alone]
    return [*([rest] if rest else []), *([item] for item in suspects)]


@dataclass(frozen=True, slots=True)
class Pace:
    """The size and number of the requests of a batch.

    Attributes:
        files: Most files in one request.
        requests: Most requests in flight.
    """

    files: int
    requests: int

    @classmethod
    def of(cls, quota: QuotaInfo, *, results_at_once: bool, most: int = LARGEST_CHUNK) -> Pace:
        """Return the pace that a quota permits.

        Args:
            quota: What the service allows.
            results_at_once: Limit requests to the files whose results the response includes.
            most: Most files in one request, whatever the service allows.
        """
        files = _positive(quota.max_batch_size, _CAUTIOUS_CHUNK)
        requests = _positive(quota.max_concurrent_uploads, _CAUTIOUS_REQUESTS)
        most = min(most, WITH_RESULTS) if results_at_once else most
        return cls(min(files, most), min(requests, _MOST_REQUESTS))


def _positive(value: int | None, otherwise: int) -> int:
    return value if value is not None and value > 0 else otherwise


def chunks(items: Iterable[Item], pace: Pace) -> Iterator[list[Item]]:
    """Yield the items in order, split where a request would have too many files or bytes."""
    chunk: list[Item] = []
    size = 0
    for item in items:
        if chunk and (len(chunk) == pace.files or size + item.upload.size > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += item.upload.size
    if chunk:
        yield chunk
