"""The requests that are being answered, so that a reset can cut them.

A client that has given a request up leaves it with the server, where it would be answered, and
remembered, after the reset: in the next test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from .exchange import Forgotten

_TURNS: Final = 12
"""Turns of the loop after which all that had been sent before has arrived: a connection takes
three to be read from, and a request one more to be begun."""


class UnderWay:
    """The requests of one sandbox that have begun. Belongs to the thread of the server's loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._cut: set[asyncio.Task[object]] = set()

    @contextmanager
    def answering(self) -> Generator[None]:
        """The current task answers a request inside; raises Forgotten there when it is cut."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._cut:
                raise
            task.uncancel()
            raise Forgotten from None
        finally:
            self._tasks.discard(task)
            self._cut.discard(task)

    async def cut(self) -> None:
        """End every request that was sent by now, except the one that asks for this."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        ending = self._tasks - {asyncio.current_task()}
        self._cut |= ending
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)
