"""What is known of a batch while it is uploaded, and the decisions made on it. No I/O.

A batch goes out in chunks, one request each. `Ledger` is the one place where the outcome of every
file is kept, so that whatever happens, what was stored can be told.
"""

from __future__ import annotations

from array import array
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aion._clock import monotonic
from aion.types.callbacks import (
    DescriptionFailedEvent,
    DescriptionProgressEvent,
    FileCompleteEvent,
    UploadProgressEvent,
)
from aion.types.upload import BatchUploadResults, QuotaInfo, UploadResult
from aion.uploads import _local_file as _media
from aion.uploads._expand import Found
from aion.uploads._kept import (
    given,
    keep,
    renew,
)
from aion.uploads.progress import UploadProgress
from aion_api.models.upload_sessions import UploadSessionResultItem
from aion_api.models.user_files import UserFile

T = TypeVar("T")

LARGEST_CHUNK = 1000
"""Files in one request at most, whatever the service allows."""
WITH_RESULTS = 5
"""Files in a request whose results come with the answer."""
CHUNK_BYTES = 256 * 1024 * 1024
"""Bytes in one request at most: what has to be sent again when it breaks."""
_CAUTIOUS_CHUNK = 10
"""Files in a request when the service does not say how many: what the smallest plan has."""
_CAUTIOUS_REQUESTS = 2
_MOST_REQUESTS = 16


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What is told of a batch, and to whom."""

    on_progress: Callable[[UploadProgressEvent], Any] | None = None
    on_file_complete: Callable[[FileCompleteEvent], Any] | None = None
    on_description_progress: Callable[[DescriptionProgressEvent], Any] | None = None
    on_description_failed: Callable[[DescriptionFailedEvent], Any] | None = None
    on_step: Callable[[UploadProgress], Any] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a batch that is to be sent."""

    index: int
    upload: _media.Upload


@dataclass(frozen=True, slots=True)
class Parcel:
    """The files of one request.

    Attributes:
        items: The files.
        tries: How often some of them were sent before, without an answer.
        guarded: Whether the service may have them, or may get them yet, from an earlier try: it
            is asked not to store the same bytes a second time.
    """

    items: list[Item]
    tries: int = 0
    guarded: bool = False


@dataclass(slots=True)
class Sent:
    """A request whose results are read from its upload session.

    Attributes:
        session_id: The session.
        items: The files of which nothing is known yet.
        seen: How many files had ended at the last look.
        taken: The results that are taken in already.
        rejected: The names of files that the answer turned away; the session may have them, too.
    """

    session_id: str
    items: list[Item]
    seen: int = 0
    taken: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    rejected: Counter[str] = field(default_factory=Counter[str])

    def fresh(self, rows: Sequence[UploadSessionResultItem]) -> list[UploadSessionResultItem]:
        """The results that are not taken in yet."""
        left = Counter(self.taken)
        fresh: list[UploadSessionResultItem] = []
        for row in accepted(rows, self.rejected, _name, lambda row: not row.image_id):
            if left[_mark(row)] > 0:
                left[_mark(row)] -= 1
            else:
                fresh.append(row)
        return fresh

    def match(
        self, rows: Sequence[UploadSessionResultItem], *, whole: bool
    ) -> dict[int, UploadSessionResultItem]:
        """Which file each new result belongs to; those files are known from now on."""
        fitting = match(self.items, self.fresh(rows), _name, whole=whole)
        self.taken.update(map(_mark, fitting.values()))
        self.items = [item for item in self.items if item.index not in fitting]
        return fitting


@dataclass(frozen=True, slots=True)
class Look:
    """What a session said of its files.

    Attributes:
        status: Its own status.
        ended: How many files have ended.
        rows: The results of all those; None when no more have ended than at the last look.
        is_last: Whether it will say no more.
    """

    status: str
    ended: int
    rows: list[UploadSessionResultItem] | None
    is_last: bool


def _name(row: UploadSessionResultItem) -> str:
    return row.filename


def _mark(row: UploadSessionResultItem) -> tuple[str, str]:
    return row.filename, row.image_id


def apart(chunk: Sequence[Item], filename: str | None) -> list[list[Item]]:
    """A chunk cut up so that the files of one name, or of all names, go out alone."""
    suspects = [item for item in chunk if item.upload.filename == filename] or list(chunk)
    alone = {item.index for item in suspects}
    rest = [item for item in chunk if item.index not in alone]
    return [*([rest] if rest else []), *([item] for item in suspects)]


@dataclass(frozen=True, slots=True)
class Pace:
    """How a batch is cut into requests.

    Attributes:
        files: Files in one request.
        requests: Requests at a time.
    """

    files: int
    requests: int

    @classmethod
    def of(cls, quota: QuotaInfo, *, results_at_once: bool) -> Pace:
        """The pace that an allowance permits.

        Args:
            quota: What the service allows.
            results_at_once: Take no more files than get their results with the answer.
        """
        files = _positive(quota.max_batch_size, _CAUTIOUS_CHUNK)
        requests = _positive(quota.max_concurrent_uploads, _CAUTIOUS_REQUESTS)
        most = WITH_RESULTS if results_at_once else LARGEST_CHUNK
        return cls(min(files, most), min(requests, _MOST_REQUESTS))


def _positive(value: int | None, otherwise: int) -> int:
    return value if value is not None and value > 0 else otherwise


def chunks(items: Iterable[Item], pace: Pace) -> Iterator[list[Item]]:
    """The items in their order, cut where a request would have too many files or bytes."""
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


def accepted(
    found: Iterable[T],
    rejected: Mapping[str, int],
    name: Callable[[T], str],
    is_lost: Callable[[T], bool],
) -> list[T]:
    """Results without those of rejected files, which an answer may have beside the rejections.

    Args:
        found: The results.
        rejected: How many files of a name were rejected.
        name: The name that a result carries.
        is_lost: Whether a result may be one of a file that was rejected.
    """
    left = Counter(rejected)
    kept: list[T] = []
    for one in found:
        if left[name(one)] > 0 and is_lost(one):
            left[name(one)] -= 1
        else:
            kept.append(one)
    return kept


def match(
    items: Sequence[Item], found: Sequence[T], name: Callable[[T], str], *, whole: bool
) -> dict[int, T]:
    """Which file each result belongs to, by the index of the file.

    Results carry a name and no position. Names that occur once decide; the results of files of
    one name, or of names that the service changed, are given out in order, and only when all
    results are there.

    Args:
        items: The files without a result.
        found: The results that belong to some of them.
        name: The name that a result carries.
        whole: No more results will come.
    """
    among = Counter(item.upload.filename for item in items)
    places: dict[str, deque[int]] = {}
    for item in items:
        places.setdefault(item.upload.filename, deque()).append(item.index)
    fitting: dict[int, T] = {}
    others: list[T] = []
    for one in found:
        place = places.get(name(one))
        if place and (whole or among[name(one)] == 1):
            fitting[place.popleft()] = one
        else:
            others.append(one)
    if whole:
        left = sorted(index for place in places.values() for index in place)
        # Fewer results than files: whose they are cannot be told.
        if len(left) == len(others):
            fitting.update(zip(left, others, strict=True))
    return fitting


class Meter:
    """How much of a batch is sent.

    Args:
        items: Its files, in their order.
        before: The indexes of those that an earlier call sent.
    """

    def __init__(self, items: Iterable[Item], before: Collection[int]) -> None:
        self._start = monotonic()
        self._is_left = bytearray()
        self._bytes = self._before = 0
        for item in items:
            is_left = item.index not in before
            self._is_left.extend(bytes(1 + item.index - len(self._is_left)))
            self._is_left[item.index] = is_left
            self._bytes += item.upload.size
            self._before += 0 if is_left else item.upload.size
        self._left = sum(self._is_left)
        self._sent = self._before

    def sent(self, items: Iterable[Item]) -> None:
        """The service has these files, or has refused them."""
        for item in items:
            if self._is_left[item.index]:
                self._is_left[item.index] = 0
                self._left -= 1
                self._sent += item.upload.size

    def read(self, ledger: Ledger) -> UploadProgress:
        """How far the batch is."""
        seconds = monotonic() - self._start
        return UploadProgress(
            files=ledger.size,
            files_sent=ledger.size - self._left,
            bytes=self._bytes,
            bytes_sent=self._sent,
            stored=ledger.stored_count,
            described=ledger.ended_count,
            failed=ledger.failed_count,
            seconds=seconds,
            bytes_per_second=(self._sent - self._before) / max(seconds, 1e-3),
        )


class Ledger:
    """The outcome of every file of a batch, under its position in the expanded input.

    Attributes:
        size: How many files there are.
        stored_count: How many files are stored.
        ended_count: How many stored files have a description that has ended.
        failed_count: How many files were not stored, or have a description that failed.
    """

    def __init__(self, found: Sequence[Found]) -> None:
        self._names = [one.filename for one in found]
        self.size = len(self._names)
        self._results: list[UploadResult | None] = [None] * self.size
        self.stored_count = 0
        self.ended_count = 0
        self.failed_count = 0
        for one in found:
            if one.problem is not None:
                self.lost(one.index, one.problem, retryable=False)

    def lost(self, index: int, reason: str, *, retryable: bool | None = None) -> None:
        """A file was not stored."""
        self.failed_count += 1
        self._results[index] = UploadResult.not_stored(
            self._names[index], reason, retryable=retryable
        )

    def stored(self, index: int, result: UploadResult) -> None:
        """A file is stored. Its description may still be to come."""
        before = self._results[index]
        # What an earlier call stored is stored, though the file cannot be sent any more.
        self.failed_count -= before is not None and before.is_failed
        self._results[index] = keep(result, self._names[index])
        self.stored_count += 1
        self.ended_count += not result.is_pending
        self.failed_count += result.is_failed

    def known(self, index: int) -> bool:
        """Whether the outcome of a file is known."""
        return self._results[index] is not None

    def described(
        self, indexes: Iterable[int], files: Iterable[UserFile]
    ) -> list[tuple[int, UploadResult]]:
        """Take in what the library knows of images; the results whose description has ended.

        Args:
            indexes: Which files of the batch were asked about.
            files: What was answered.
        """
        known = {file.id: file for file in files}
        ended: list[tuple[int, UploadResult]] = []
        for index in indexes:
            kept = self._results[index]
            file = known.get(kept.image_id) if kept is not None else None
            if kept is None or file is None or not kept.is_pending:
                continue
            after = given(kept).with_file(file)
            renew(kept, after)
            if not after.is_pending:
                self.ended_count += 1
                self.failed_count += after.is_failed
                ended.append((index, after))
        return ended

    def is_stored(self, index: int) -> bool:
        """Whether a file is known to be stored."""
        kept = self._results[index]
        return kept is not None and kept.is_stored

    def ids(self, indexes: Iterable[int] | None = None) -> list[str]:
        """The ids of the stored images, or of some of them, each once."""
        some = range(self.size) if indexes is None else indexes
        results = (self._results[index] for index in some)
        return list(dict.fromkeys(one.image_id for one in results if one and one.is_stored))

    def waiting(self) -> array[int]:
        """The indexes of the stored images whose description has not ended."""
        results = enumerate(self._results)
        return array("L", (n for n, one in results if one and one.is_stored and one.is_pending))

    def report(self, sent: Iterable[Item] = ()) -> BatchUploadResults:
        """All outcomes that are known, in the order of the input.

        Args:
            sent: Files that were sent and of which the service has not said more; they are given
                as pending, without an id.
        """
        results = self._results.copy()
        for item in sent:
            if results[item.index] is None:
                results[item.index] = UploadResult("", item.upload.filename, "")
        return BatchUploadResults(one for one in results if one is not None)


__all__ = [
    "Callbacks",
    "Item",
    "Ledger",
    "Look",
    "Meter",
    "Pace",
    "Parcel",
    "Sent",
    "accepted",
    "apart",
    "chunks",
    "match",
]
