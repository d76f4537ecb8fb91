"""Walks through the pages of a list that may change meanwhile. No I/O.

A page is addressed by its offset, the number of items before it. Deleting items moves later ones
forward, across the offset of the next page. A total that decreased by n shows that at most n items
were skipped. `Walk` discards such a page and steps back by n items. It recognizes items that it
meets twice by their keys.

So every item that exists from beginning to end is yielded exactly once, even if items are deleted,
and even if items are added in front of a list in the order of time. One change cannot be detected:
added items hide an equal number of deleted ones in the total.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from aion.exceptions import ServerError

T = TypeVar("T")

AT_ONCE = 4
"""Most pages in flight, once the reader has continued past the first pages."""
MOST_RETURNS = 20
"""Most steps back without a new item in between, before a walk gives up."""


class Page(NamedTuple, Generic[T]):
    """One page of a list.

    Attributes:
        items: Its items.
        more: Whether more items follow.
        total: Number of items in the whole list. If None, it is unknown, and pages are fetched one
            after the other.
        start: Offset of the page; None for the requested offset.
        stop: Offset of the next page; None for the end of the items of this page.
    """

    items: Sequence[T]
    more: bool
    total: int | None = None
    start: int | None = None
    stop: int | None = None


class Walk(Generic[T]):
    """Decides which page to fetch next, and which of its items are new.

    It remembers the key of every item that was yielded, and nothing else of the item.

    Args:
        key: Returns what identifies an item.

    Attributes:
        offset: Offset of the page to fetch next.
        done: Whether every item was yielded.
        returned: Whether the last page was discarded, because items before it may have been
            skipped: `offset` is where they are.
    """

    def __init__(self, key: Callable[[T], object]) -> None:
        self._key = key
        self._seen: set[object] = set()
        self._total: int | None = None
        # End of the known items: before it, a page may have nothing new.
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
        """Return the new items of the page at `offset`, in their order.

        Raises:
            ServerError: The page has nothing new, though more items were announced; or the list
                changes faster than it can be read. The code is ``INVALID_PAGE``.
        """
        start = self.offset if page.start is None else page.start
        known = page.total is not None and self._total is not None
        grown = (page.total or 0) - (self._total or 0) if known else 0
        self._total = page.total
        self._changed = self._changed or grown != 0
        # Items may have been added in front, and have moved the known ones back.
        self._end += max(0, grown)
        self.returned = grown < 0 and start > 0
        if self.returned:
            self._note_return()
            self.offset = max(0, self.offset + grown)
            # Prefetched pages of a list that changes are useless.
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
        """Return the offsets of pages to prefetch while the last one is read, the next first."""
        if self.done or not self._window:
            return []
        # If pages differ in length, only the offset of the next one is known.
        total = self._total if self._even else None
        later = range(self.offset + self._stride, total or 0, max(1, self._stride))
        return [self.offset, *later[: self._window - 1]]

    def _note_return(self) -> None:
        self._returns += 1
        if self._returns > MOST_RETURNS:
            raise _invalid(
                "the list changes faster than it can be read: collect its items before you change"
                " them, or iterate again when it changes less"
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
        """Refuse a page after which the walk might never end."""
        first = self._key(page.items[0]) if page.items else None
        is_repeated, self._begins_with = first == self._begins_with, first
        if fresh:
            self._returns = 0
        elif not page.items or not self._changed:
            what = "repeats an earlier one" if page.items else "is empty"
            raise _invalid(f"the page after {start} items {what}, though more were announced")
        elif stop > self._end or is_repeated:
            # New items in front may have moved a whole page back. Or the service returns the same
            # pages for ever.
            self._note_return()

    def _advance(self, start: int, stop: int) -> None:
        """Proceed to the page after this one."""
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
