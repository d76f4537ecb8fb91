"""One iterator behind everything that comes in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from aion._rt import aio as rt
from aion.exceptions import ServerError

T = TypeVar("T")

Page = tuple[Sequence[T], bool]
"""The items of a page, and whether there are more after it."""


class Pages(AsyncIterator[T], Generic[T]):
    """All items of a listing, one page ahead of its reader.

    Nothing is fetched before the first item is asked for. Iterating again begins anew.

    Args:
        fetch: Gives the page that begins after so many items.
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
        return self._walk()

    async def __anext__(self) -> T:
        if self._current is None:
            self._current = self._walk()
        return await self._current.__anext__()

    async def _walk(self) -> AsyncIterator[T]:
        seen: set[object] = set()
        offset = 0
        ahead = rt.Ahead(self._fetch, offset)
        try:
            while True:
                items, more = await ahead.result()
                offset += len(items)
                fresh = [item for item in items if self._key(item) not in seen]
                seen.update(map(self._key, fresh))
                if more:
                    if not fresh:
                        raise _repeated(offset, len(items))
                    ahead = rt.Ahead(self._fetch, offset)
                # An item that moved to a later page while others were added is given once.
                for item in fresh:
                    if self._keep is None or self._keep(item):
                        yield item
                if not more:
                    return
        finally:
            ahead.drop()


def _repeated(offset: int, count: int) -> ServerError:
    what = "repeats an earlier one" if count else "is empty"
    error = ServerError(f"the page after {offset - count} items {what}, though more were announced")
    error.code = "INVALID_PAGE"
    return error
