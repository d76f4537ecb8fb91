"""How a listing is walked through while it may change. No I/O.

Pages are addressed by how many items come before them, so an item that is deleted moves all later
ones forward, over the place where the next page begins. Two things show it: a page that shares an
item with what was given already proves that nothing lies between; a total that went down says that
something may. `Walk` decides from them which page comes next, and steps back where it has to.

What it relies on is that the items which stay keep their order among themselves. Then everything
before a given item was given, whatever came and went, and in whichever state each page was read:
a page that begins with a given item, or at the very beginning, leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from aion.exceptions import ServerError

T = TypeVar("T")

AT_ONCE = 4
"""Pages that are fetched at a time, once a reader has shown that it goes on reading."""
MOST_RETURNS = 5
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


class Ask(NamedTuple):
    """A page to fetch: at most `limit` items after the first `offset`."""

    offset: int
    limit: int


class Walk(Generic[T]):
    """One walk through a listing: which page to fetch next, and what is new in it.

    It remembers the key of every item that was given, and nothing else of it.

    Args:
        key: What tells two items apart.
        size: Items to ask for at a time.
        most: Items that a page may have. Below it there is room for one that two pages share. None
            where pages cannot begin anywhere, so that none can be shared.

    Attributes:
        ask: The page to fetch next.
        done: Whether everything was given.
        returned: Whether the last page was refused, and `ask` lies before it.
    """

    def __init__(self, key: Callable[[T], object], size: int, most: int | None = None) -> None:
        self._key = key
        self._size = size
        self._most = most
        self._shares = most is not None and size < most
        self._seen: set[object] = set()
        self._again: set[object] = set()
        self._position = self._peak = 0
        self._total: int | None = None
        self._stride = self._uneven = 0
        self._even = True
        self._steps = self._returns = self._stale = self._window = 0
        self.ask = Ask(0, size)
        self.done = False
        self.returned = False

    def take(self, page: Page[T]) -> list[T]:
        """The items of the page that was asked for which were not given before, in their order.

        Raises:
            ServerError: It brings nothing new, though more is announced; or the listing changes
                so fast that no page fits to those before.
        """
        start = self.ask.offset if page.start is None else page.start
        lost = max(0, (self._total or 0) - page.total) if page.total is not None else 0
        fits = start == 0 or (bool(page.items) and self._key(page.items[0]) in self._seen)
        self.returned = not fits and (lost > 0 or start < self._position)
        if self.returned:
            self._step_back(start, lost)
            return []
        fresh, known = self._sorted(page.items)
        stop = start + len(page.items) if page.stop is None else page.stop
        self.done = not page.more
        if page.more:
            self._require_progress(page, stop, fresh, known)
            self._advance(start, stop, page.total)
        return fresh

    def ahead(self) -> list[Ask]:
        """Pages that are worth fetching while the last one is read: the next one first."""
        if self.done or not self._window:
            return []
        # Where pages differ in length, it cannot be said where those after the next begin.
        if not self._even or self._uneven > 2 or self._total is None:
            return [self.ask]
        offset, limit = self.ask
        shared = self._position - offset
        later = range(offset + self._stride, self._total - shared, self._stride)
        return [self.ask, *(Ask(one, limit) for one in later[: self._window - 1])]

    def _sorted(self, items: Sequence[T]) -> tuple[list[T], set[object]]:
        """The items that are new, and the keys of the others."""
        fresh: list[T] = []
        known: set[object] = set()
        for item in items:
            key = self._key(item)
            if key in self._seen:
                known.add(key)
            else:
                self._seen.add(key)
                fresh.append(item)
        return fresh, known

    def _advance(self, start: int, stop: int, total: int | None) -> None:
        """The next page is the one after."""
        # Where the listing moves under its reader, a page fetched ahead is of no use.
        quiet = not self._steps and not self._stale
        self._window = min(max(1, 2 * self._window), AT_ONCE) if quiet else 0
        if not self._steps:
            stride = max(1, stop - max(start, self._position))
            self._even = self._stride in (0, stride)
            self._uneven += not self._even
            self._stride = stride
        self._steps = 0
        self._position, self._total = stop, total
        self._peak = max(self._peak, stop)
        following = self._sharing(stop - 1) if self._shares else Ask(stop, self._size)
        # One item at a time, however many are asked for, would never get past the shared one.
        self.ask = following if following != self.ask else Ask(stop, self._size)

    def _step_back(self, start: int, lost: int) -> None:
        """The next page begins as far back as the total says, then further and further."""
        if not self._steps:
            self._returns += 1
            if self._returns > MOST_RETURNS:
                raise _changing(self._position)
            # From now on each page shows by itself that it fits.
            self._shares = self._most is not None and self._most > 1
        self._window = 0
        further = self._size * 2**self._steps if self._steps or not lost else 0
        self._steps += 1
        self.ask = self._sharing(max(0, min(self._position - lost - 1 - further, start - 1)))

    def _sharing(self, offset: int) -> Ask:
        """A page that has room for the item before those that are wanted."""
        return Ask(offset, min(self._size + 1, self._most or self._size))

    def _require_progress(
        self, page: Page[T], stop: int, fresh: list[T], known: set[object]
    ) -> None:
        """Refuse a page after which the walk would go on for ever."""
        if fresh:
            self._again.clear()
            self._returns = self._stale = 0
        elif stop > self._peak or not page.items:
            # So many may have been added before it that only known ones are here, but each once.
            self._stale = self._stale or stop - len(page.items)
            if known <= self._again:
                raise _repeated(self._stale, bool(page.items))
            self._again |= known


def _repeated(offset: int, has_items: bool) -> ServerError:
    what = "repeats an earlier one" if has_items else "is empty"
    return _invalid(f"the page after {offset} items {what}, though more were announced")


def _changing(position: int) -> ServerError:
    return _invalid(
        f"the listing changes faster than it can be read: {MOST_RETURNS} times in a row, the page"
        f" after {position} items did not continue those before it. Iterate again when it is"
        " quieter, or make a list of the items before you change them"
    )


def _invalid(text: str) -> ServerError:
    error = ServerError(text)
    error.code = "INVALID_PAGE"
    return error


__all__ = ["AT_ONCE", "Ask", "Page", "Walk"]
