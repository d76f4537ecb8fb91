"""One iterator behind everything that comes in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from aion._paging import Ask, Page, Walk
from aion._rt import aio as rt
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
        fetch: Gives a page of at most so many items that begins after so many: offset and limit.
            The blocking client calls it in several threads.
        key: What tells two items apart; a page that brings only known ones ends the iteration
            with an error, since it would go on for ever.
        keep: Which items to give, where the service has no filter for that. Default: all.
        size: Items in a page.
        most: Items that the service allows in a page. None where a page begins only after whole
            pages, or where nothing is ever deleted.
    """

    def __init__(
        self,
        fetch: Callable[[int, int], Awaitable[Page[T]]],
        key: Callable[[T], object],
        keep: Callable[[T], bool] | None = None,
        *,
        size: int,
        most: int | None = None,
    ) -> None:
        self._fetch = fetch
        self._key = key
        self._keep = keep
        self._size = size
        self._most = most
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
        walk = Walk(self._key, self._size, self._most)
        ahead = _Ahead(self._fetch)
        try:
            while not walk.done:
                failure: AionvisionError | None = None
                try:
                    found = walk.take(await ahead.page(walk.ask))
                except AionvisionError as error:
                    failure, found = error, walk.rest()
                if walk.returned or not ahead.leads_to(walk.ask):
                    # What is under way begins at the wrong places.
                    await ahead.close()
                    ahead = _Ahead(self._fetch)
                ahead.begin(walk.ahead() if failure is None else ())
                for item in found:
                    if self._keep is None or self._keep(item):
                        yield item
                if failure is not None:
                    raise failure
        finally:
            await ahead.close()


class _Ahead(Generic[T]):
    """Pages that are fetched before they are asked for."""

    def __init__(self, fetch: Callable[[int, int], Awaitable[Page[T]]]) -> None:
        self._fetch = fetch
        self._crew = rt.Crew(self._outcome)
        self._begun: set[Ask] = set()
        self._outcomes: dict[Ask, Page[T] | AionvisionError] = {}

    def leads_to(self, ask: Ask) -> bool:
        """Whether this page is under way, or nothing is."""
        return not self._begun or ask in self._begun

    def begin(self, asks: Sequence[Ask]) -> None:
        """Fetch these pages, unless that goes on already."""
        for ask in asks:
            if ask not in self._begun:
                self._begun.add(ask)
                self._crew.start(ask)

    async def page(self, ask: Ask) -> Page[T]:
        """The page that was asked for, once it is there."""
        self.begin([ask])
        while ask not in self._outcomes:
            begun, outcome = await self._crew.ended()
            self._outcomes[begun] = outcome
        self._begun.discard(ask)
        found = self._outcomes.pop(ask)
        # The failure of a page is one of the walk when the walk arrives there, and not before.
        if isinstance(found, AionvisionError):
            raise found
        return found

    async def close(self) -> None:
        """Give up what is under way."""
        await self._crew.close()

    async def _outcome(self, ask: Ask) -> Page[T] | AionvisionError:
        try:
            return await self._fetch(*ask)
        except AionvisionError as error:
            return error


__all__ = ["Pages"]
