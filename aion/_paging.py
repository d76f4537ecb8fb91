"""How a listing is walked through while it may change. No I/O.

Pages are addressed by how many items come before them, so an item that is deleted moves all later
ones forward, over the place where the next page begins. Two things show it: a page that shares an
item with those before proves that nothing lies between; a total that went down says that something
may. `Walk` decides from them which page comes next, and steps back where it has to.

What it relies on is that the items which stay keep their order among themselves. Then everything
before a known item is known, whatever came and went, and in whichever state each page was read:
a page that begins with a known item, or at the very beginning, leaves nothing out.

The item that two pages share is given to the reader after the second one came: readers delete and
change what they were given, so that it would not be there any more.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from aion.exceptions import ServerError

T = TypeVar("T")

AT_ONCE = 4
"""Pages that are fetched at a time, once a reader has shown that it goes on reading."""
MOST_GUESSES = 3
"""Places to look for the next item where a total says that it went, before going back further."""
MOST_RETURNS = 8
"""How often a walk steps back, or reads the same again from a listing that changed, without
anything new in between, before it gives up."""


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
        returned: Whether the last page did not continue those before it, and was left out: `ask` is
            where what lies between may be.
    """

    def __init__(self, key: Callable[[T], object], size: int, most: int | None = None) -> None:
        self._key = key
        self._size = size
        self._most = most
        self._shares = most is not None and size < most
        self._seen: set[object] = set()
        self._held: list[T] = []
        self._again: set[object] = set()
        self._tried: set[int] = set()
        self._position = self._peak = 0
        self._total: int | None = None
        self._stride = self._uneven = 0
        self._even = True
        self._steps = self._returns = self._stale = self._doubles = self._window = 0
        self._catching_up = False
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
        change = None
        if page.total is not None and self._total is not None:
            change = page.total - self._total
        fits = start == 0 or self._continues(page.items, change)
        moved = self._steps > 0 or start < self._position or (change or 0) < 0
        self.returned = moved and not fits
        if self.returned:
            self._look_elsewhere(change or 0)
            return []
        fresh, known = self._sorted(page.items)
        if start == 0 and self._position:
            # What comes before all that is known was added; who adds an item for each one that
            # is given would be given those as well, for ever.
            fresh = self._behind_known(page.items, fresh)
        stop = start + len(page.items) if page.stop is None else page.stop
        self.done = not page.more
        if page.more:
            self._require_progress(page, stop, fresh, known)
            self._advance(start, stop, page.total)
        self._catching_up = page.more and not fresh and not self._held_in(known)
        if self._catching_up:
            return []
        found = [*self._held, *fresh]
        self._held = []
        if self._shares and page.more and found and self._is_last(found[-1], page):
            self._held = [found.pop()]
        return found

    def rest(self) -> list[T]:
        """What was held back, for the reader of a walk that cannot go on."""
        held, self._held = self._held, []
        return held

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

    def _continues(self, items: Sequence[T], change: int | None) -> bool:
        """Whether a page shows by one of its items that it leaves nothing out."""
        if not items:
            return False
        first = self._key(items[0])
        if not self._held:
            return first in self._seen
        held = self._key(self._held[0])
        if first == held or any(self._key(item) == held for item in items):
            return True
        # Others may have deleted the held one. That an item which was given is here, instead, is
        # no proof at once: it may have been renamed, and be among those that are still to come.
        return first in self._seen and (self._steps > 0 or self._catching_up or change is None)

    def _held_in(self, known: set[object]) -> bool:
        return bool(self._held) and self._key(self._held[0]) in known

    def _is_last(self, item: T, page: Page[T]) -> bool:
        return self._key(item) == self._key(page.items[-1])

    def _behind_known(self, items: Sequence[T], fresh: list[T]) -> list[T]:
        """The new items without those before the first known one, if there is one."""
        new = {self._key(item) for item in fresh}
        leading = list(itertools.takewhile(lambda item: self._key(item) in new, items))
        return fresh[len(leading) :] if len(leading) < len(items) else fresh

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
        self._tried.clear()
        self._position, self._total = stop, total
        self._peak = max(self._peak, stop)
        following = self._sharing(stop - 1) if self._shares else Ask(stop, self._size)
        # One item at a time, however many are asked for, would never get past the shared one.
        self.ask = following if following != self.ask else Ask(stop, self._size)

    def _look_elsewhere(self, change: int) -> None:
        """Go where the total says that the next item went; else back, further each time."""
        if not self._steps:
            self._returns += 1
            if self._returns > MOST_RETURNS:
                raise _changing(self._position)
            # From now on each page shows by itself that it fits.
            self._shares = self._most is not None and self._most > 1
        offset = max(0, self._position - 1 + change)
        if not change or offset in self._tried or len(self._tried) > MOST_GUESSES:
            reach = self._size * 2**self._steps
            offset = max(0, self._position - 1 + min(change, 0) - reach)
        self._tried.add(offset)
        self._window = 0
        self._steps += 1
        self.ask = self._sharing(offset)

    def _sharing(self, offset: int) -> Ask:
        """A page that has room for the item before those that are wanted."""
        return Ask(offset, min(self._size + 1, self._most or self._size))

    def _require_progress(
        self, page: Page[T], stop: int, fresh: list[T], known: set[object]
    ) -> None:
        """Refuse a page after which the walk would go on for ever."""
        if fresh or (self._held_in(known) and not self._is_last(self._held[0], page)):
            self._again.clear()
            self._returns = self._stale = self._doubles = 0
        elif stop > self._peak or not page.items:
            # So many may have been added before it that only known ones are here, but each once.
            self._stale = self._stale or stop - len(page.items)
            if known <= self._again:
                # Of pages that were fetched side by side, one may be from before, one from after.
                self._doubles += 1
                if page.total == self._total or not page.items or self._doubles > MOST_RETURNS:
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
