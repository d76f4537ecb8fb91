"""How a listing is walked through while it may change. No I/O.

Pages are addressed by how many items come before them. When items are deleted, later ones move
forward, over the place where the next page begins; a total that went down by so many shows that at
most so many were passed over. `Walk` leaves such a page out and steps back by as many. Items that
come again on the way are known by their keys.

So everything that is there from the beginning to the end is given once where items are deleted, in
whichever state of the listing each page was read; and where they are added in front, in the order
of time. One thing cannot be seen: items that are added make up in the total for those deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from aion.exceptions import ServerError

T = TypeVar("T")

AT_ONCE = 4
"""Pages that are fetched at a time, once a reader has shown that it goes on reading."""
MOST_RETURNS = 20
"""How often a walk steps back without anything new in between, before it gives up."""


class Page(NamedTuple, Generic[T]):
    """A stretch of a listing.

    Attributes:
        items: What it brings.
        more: Whether there are more after it.
        total: How many the listing has altogether; None where that is not known, and pages are
            fetched one after the other.
        start: How many come before it; None: as many as was asked for.
        stop: How many come before the next page; None: its own items are the last of them.
    """

    items: Sequence[T]
    more: bool
    total: int | None = None
    start: int | None = None
    stop: int | None = None


class Walk(Generic[T]):
    """One walk through a listing: which page to fetch next, and what is new in it.

    It remembers the key of every item that was given, and nothing else of it.

    Args:
        key: Identifies an item.

    Attributes:
        offset: How many items come before the page to fetch next.
        done: Whether everything was given.
        returned: Whether the last page was left out, because items before it may have been passed
            over: `offset` is where they are.
    """

    def __init__(self, key: Callable[[T], object]) -> None:
        self._key = key
        self._seen: set[object] = set()
        self._total: int | None = None
        # Where the items end that are known: until there, a page may bring nothing new.
        self._end = 0
        self._begins_with: object = None
        self._changed = False
        self._returns = 0
        self._stride = 0
        self._even = True
        self._window = 0
        self.offset = 0
        self.done = False
        self.returned = False

    def take(self, page: Page[T]) -> list[T]:
        """The items of the page at `offset` that were not given before, in their order.

        Raises:
            ServerError: It brings nothing new, though more is announced; or the listing changes
                faster than it can be read. The code is ``INVALID_PAGE``.
        """
        start = self.offset if page.start is None else page.start
        known = page.total is not None and self._total is not None
        grown = (page.total or 0) - (self._total or 0) if known else 0
        self._total = page.total
        self._changed = self._changed or grown != 0
        # Those that were added may be in front, and have moved the known ones.
        self._end += max(0, grown)
        self.returned = grown < 0 and start > 0
        if self.returned:
            self._note_return()
            self.offset = max(0, self.offset + grown)
            # Where a listing moves under its reader, pages fetched ahead are of no use.
            self._window = 0
            return []
        fresh = self._fresh(page.items)
        self.done = not page.more
        if page.more:
            stop = start + len(page.items) if page.stop is None else page.stop
            self._require_progress(page, start, stop, fresh)
            self._advance(start, stop)
        return fresh

    def ahead(self) -> list[int]:
        """Offsets of pages worth fetching while the last one is read: the next one first."""
        if self.done or not self._window:
            return []
        # Where pages differ in length, it cannot be said where those after the next begin.
        total = self._total if self._even else None
        later = range(self.offset + self._stride, total or 0, max(1, self._stride))
        return [self.offset, *later[: self._window - 1]]

    def _note_return(self) -> None:
        self._returns += 1
        if self._returns > MOST_RETURNS:
            raise _invalid(
                "the listing changes faster than it can be read: make a list of its items before"
                " you change them, or iterate again when it is quieter"
            )

    def _fresh(self, items: Sequence[T]) -> list[T]:
        fresh: list[T] = []
        for item in items:
            key = self._key(item)
            if key not in self._seen:
                self._seen.add(key)
                fresh.append(item)
        return fresh

    def _require_progress(self, page: Page[T], start: int, stop: int, fresh: list[T]) -> None:
        """Refuse a page after which the walk could go on for ever."""
        first = self._key(page.items[0]) if page.items else None
        again, self._begins_with = first == self._begins_with, first
        if fresh:
            self._returns = 0
        elif not page.items or not self._changed:
            what = "repeats an earlier one" if page.items else "is empty"
            raise _invalid(f"the page after {start} items {what}, though more were announced")
        elif stop > self._end or again:
            # New items in front may have moved as many as a page has. Or the service gives the
            # same pages for ever.
            self._note_return()

    def _advance(self, start: int, stop: int) -> None:
        """Go on to the page after this one."""
        self._end = max(self._end, stop)
        self._even = self._stride in (0, stop - start)
        self._stride = self._stride or stop - start
        self._window = min(max(1, 2 * self._window), AT_ONCE)
        self.offset = stop


def _invalid(text: str) -> ServerError:
    error = ServerError(text)
    error.code = "INVALID_PAGE"
    return error


__all__ = ["AT_ONCE", "MOST_RETURNS", "Page", "Walk"]
