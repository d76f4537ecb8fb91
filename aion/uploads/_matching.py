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
        items: The files without an outcome.
        ended: Number of files that had ended at the last poll.
        taken: The results that were processed already.
        rejected: The names of files that the response rejected; the session may have them, too.
    """

    session_id: str
    items: list[Item]
    ended: int = 0
    taken: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    rejected: Counter[str] = field(default_factory=Counter[str])

    def fresh(self, rows: Sequence[UploadSessionResultItem]) -> list[UploadSessionResultItem]:
        """Return the results that were not processed yet."""
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
        """Match each new result to its file, and remove these files from `items`."""
        fitting = match(self.items, self.fresh(rows), _name, whole=whole)
        self.taken.update(map(_mark, fitting.values()))
        self.items = [item for item in self.items if item.index not in fitting]
        return fitting


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """The response to one poll of a session.

    Attributes:
        status: The status of the session.
        ended: Number of files that have ended.
        rows: The results of these files; None if no more have ended since the last poll.
        is_last: Whether the session has ended.
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
    """Return the results without those of rejected files, which a response may also contain.

    Args:
        found: The results.
        rejected: Number of rejected files by name.
        name: Returns the name in a result.
        is_lost: Returns whether a result may belong to a rejected file.
    """
    left = Counter(rejected)
    remaining: list[T] = []
    for one in found:
        if left[name(one)] > 0 and is_lost(one):
            left[name(one)] -= 1
        else:
            remaining.append(one)
    return remaining


def match(
    items: Sequence[Item], found: Sequence[T], name: Callable[[T], str], *, whole: bool
) -> dict[int, T]:
    """Match results to files; return them by the index of the file.

    Results have a name and no position. Unique names decide. Results of files with equal names, or
    with names that the service changed, are assigned in order, once all results are there.

    Args:
        items: The files without a result.
        found: The results that belong to some of them.
        name: Returns the name in a result.
        whole: Whether all results are there.
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
        # With fewer results than files, the order does not identify them.
        if len(left) == len(others):
            fitting.update(zip(left, others, strict=True))
    return fitting
