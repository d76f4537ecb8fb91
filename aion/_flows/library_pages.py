"""Requests many files of the library by their ids, page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from aion._flows.polling import within
from aion._runtime import aio as rt
from aion_api.api import user_files
from aion_api.models.user_files import FileList

PAGE = 100
"""Most files in one request."""

P = TypeVar("P")


async def each_page(
    engine: rt.Engine,
    pages: Sequence[P],
    ids_of: Callable[[P], Sequence[str]],
    then: Callable[[P, FileList], Awaitable[object]],
    *,
    end: float,
    at_once: int,
) -> None:
    """Call `then` with each page and those of its files that exist in the library.

    Args:
        engine: Sends the requests.
        pages: The pages, of at most `PAGE` files each.
        ids_of: Returns the ids of the files of a page.
        then: Called in the caller's own coroutine or thread.
        end: Deadline of the last call, on the monotonic clock.
        at_once: Most requests in flight.
    """

    async def ask(page: P) -> FileList:
        request = user_files.list_user_files(ids=list(ids_of(page)), limit=PAGE)
        return await engine.call(request, timeout=within(engine, end))

    await rt.each(ask, pages, at_once=at_once, then=then)


__all__ = ["PAGE", "each_page"]
