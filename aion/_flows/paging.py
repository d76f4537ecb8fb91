"""Iterates over listings, with prefetched pages: one iterator for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from aion._requests.page import Page, Walk
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError

T = TypeVar("T")


class Pages(AsyncIterator[T], Generic[T]):
    """Iterates over all items of a listing, and prefetches up to four pages.

    Nothing is fetched before the first item is requested. Then one page is fetched, and while that
    is read, one more, then two, then four, so that a reader who stops early costs little. Each loop
    starts from the beginning; but after `anext` was called, loops continue at the same place. After
    an error or a cancellation, the next loop starts from the beginning.

    The listing may change meanwhile: `Walk` documents which items are yielded then.

    Args:
        fetch: Returns the page at an offset. The blocking client calls it in several threads.
        key: Identifies an item; a page with only known items ends the iteration with an error,
            since it would never end.
        keep: Selects the items to yield, where the service has no such filter. Default: all.
    """

    def __init__(
        self,
        fetch: Callable[[int], Awaitable[Page[T]]],
        key: Callable[[T], object],
        keep: Callable[[T], bool] | None = None,
    ) -> None:
        self._fetch = fetch
        self._key = key
        self._keep = keep
        self._current: AsyncIterator[T] | None = None

    def __aiter__(self) -> AsyncIterator[T]:
        return self._walk() if self._current is None else self

    async def __anext__(self) -> T:
        if self._current is None:
            self._current = self._walk()
        try:
            return await self._current.__anext__()
        except StopAsyncIteration:
            raise
        except BaseException:
            # A finished iterator would report the end, though there may be more items.
            self._current = None
            raise

    async def _walk(self) -> AsyncIterator[T]:
        walk = Walk(self._key)
        ahead = _Ahead(self._fetch)
        try:
            while not walk.done:
                found = walk.take(await ahead.page(walk.offset))
                if not ahead.leads_to(walk.offset):
                    # The pages in flight begin at the wrong offsets.
                    await ahead.close()
                    ahead = _Ahead(self._fetch)
                ahead.begin(walk.ahead())
                for item in found:
                    if self._keep is None or self._keep(item):
                        yield item
        finally:
            await ahead.close()


class _Ahead(Generic[T]):
    """Fetches pages before they are requested."""

    def __init__(self, fetch: Callable[[int], Awaitable[Page[T]]]) -> None:
        self._fetch = fetch
        self._calls = rt.CallGroup(self._outcome)
        self._begun: set[int] = set()
        self._outcomes: dict[int, Page[T] | AionvisionError] = {}

    def leads_to(self, offset: int) -> bool:
        """Return whether the page at an offset is in flight, or none is."""
        return not self._begun or offset in self._begun

    def begin(self, offsets: Sequence[int]) -> None:
        """Fetch the pages at some offsets that are not in flight already."""
        for offset in offsets:
            if offset not in self._begun:
                self._begun.add(offset)
                self._calls.start(offset)

    async def page(self, offset: int) -> Page[T]:
        """Wait for the page at an offset, and return it."""
        self.begin([offset])
        while offset not in self._outcomes:
            begun, outcome = await self._calls.ended()
            self._outcomes[begun] = outcome
        self._begun.discard(offset)
        found = self._outcomes.pop(offset)
        # A failed page is only reported when the reader gets there.
        if isinstance(found, AionvisionError):
            raise found
        return found

    async def close(self) -> None:
        """Abandon the pages in flight."""
        await self._calls.close()

    async def _outcome(self, offset: int) -> Page[T] | AionvisionError:
        try:
            return await self._fetch(offset)
        except AionvisionError as error:
            return error


__all__ = ["Pages"]
