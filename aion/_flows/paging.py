"""One iterator behind everything that comes in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from aion._requests.page import Page, Walk
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError

T = TypeVar("T")


class Pages(AsyncIterator[T], Generic[T]):
    """All items of a listing, up to four pages ahead of its reader.

    Nothing is fetched before the first item is asked for: then one page, while that is read one
    more, then two, then four, so that a reader who stops early costs little. Each loop begins
    anew; but once items were asked for by `anext`, there is one walk, and loops go on with it. A
    walk that failed or was cancelled is over, and the next one begins anew.

    The listing may change meanwhile: `Walk` says what is given then.

    Args:
        fetch: Gives the page that begins after so many items. The blocking client calls it in
            several threads.
        key: What tells two items apart; a page that brings only known ones ends the iteration
            with an error, since it would go on for ever.
        keep: Which items to give, where the service has no filter for that. Default: all.
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
            # It would say that there are no more items, though there may be.
            self._current = None
            raise

    async def _walk(self) -> AsyncIterator[T]:
        walk = Walk(self._key)
        ahead = _Ahead(self._fetch)
        try:
            while not walk.done:
                found = walk.take(await ahead.page(walk.offset))
                if not ahead.leads_to(walk.offset):
                    # What is under way begins at the wrong places.
                    await ahead.close()
                    ahead = _Ahead(self._fetch)
                ahead.begin(walk.ahead())
                for item in found:
                    if self._keep is None or self._keep(item):
                        yield item
        finally:
            await ahead.close()


class _Ahead(Generic[T]):
    """Pages that are fetched before they are asked for."""

    def __init__(self, fetch: Callable[[int], Awaitable[Page[T]]]) -> None:
        self._fetch = fetch
        self._calls = rt.CallGroup(self._outcome)
        self._begun: set[int] = set()
        self._outcomes: dict[int, Page[T] | AionvisionError] = {}

    def leads_to(self, offset: int) -> bool:
        """Whether the page that begins there is under way, or none is."""
        return not self._begun or offset in self._begun

    def begin(self, offsets: Sequence[int]) -> None:
        """Fetch the pages that begin there, unless that goes on already."""
        for offset in offsets:
            if offset not in self._begun:
                self._begun.add(offset)
                self._calls.start(offset)

    async def page(self, offset: int) -> Page[T]:
        """The page that begins there, once it has come."""
        self.begin([offset])
        while offset not in self._outcomes:
            begun, outcome = await self._calls.ended()
            self._outcomes[begun] = outcome
        self._begun.discard(offset)
        found = self._outcomes.pop(offset)
        # The failure of a page is one of the walk when the walk arrives there, and not before.
        if isinstance(found, AionvisionError):
            raise found
        return found

    async def close(self) -> None:
        """Give up what is under way."""
        await self._calls.close()

    async def _outcome(self, offset: int) -> Page[T] | AionvisionError:
        try:
            return await self._fetch(offset)
        except AionvisionError as error:
            return error


__all__ = ["Pages"]
