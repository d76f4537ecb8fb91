"""Matches the rows of a response or of a session to the files of a batch. No I/O."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from aion.uploads._plan import Item
from aion_api.models.upload_sessions import UploadSessionResultItem

T = TypeVar("T")


@dataclass(slots=True)
class Sent:
    """A request whose results are read from its upload session.

    Attributes:
        session_id: The session.
        items: The files of which nothing is known yet.
        seen: How many files had ended at the last poll.
        taken: The results that are taken in already.
        rejected: The names of files that the response rejected; the session may have them, too.
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
class SessionSnapshot:
    """What one poll of a session returned.

    Attributes:
        status: Its own status.
        ended: How many files have ended.
        rows: The results of all those; None when no more have ended than at the last poll.
        is_last: Whether it has ended.
    """

    status: str
    ended: int
    rows: list[UploadSessionResultItem] | None
    is_last: bool


def _name(row: UploadSessionResultItem) -> str:
    return row.filename


def _mark(row: UploadSessionResultItem) -> tuple[str, str]:
    return row.filename, row.image_id


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
