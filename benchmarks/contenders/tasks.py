"""Defines the tasks of a contender. A task that is None is not supported."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class SyncTasks:
    """The tasks of one sync client.

    Attributes:
        get: Read one object of 2 KB.
        page: Read a page of 100 objects.
        stream: Read a streamed text; returns the number of its tokens.
        upload: Send one file.
        bulk: Send all files of a directory, `BATCH` in a request, `AT_ONCE` requests at a time.
        video: Send one video in chunks, `AT_ONCE` at a time.
        close: Close the client.
    """

    get: Callable[[], object] | None = None
    page: Callable[[], object] | None = None
    stream: Callable[[], int] | None = None
    upload: Callable[[Path], object] | None = None
    bulk: Callable[[Path], object] | None = None
    video: Callable[[Path], object] | None = None
    close: Callable[[], object] | None = None

    def end(self) -> None:
        """Close the client."""
        if self.close is not None:
            self.close()


@dataclass(slots=True)
class AsyncTasks:
    """The tasks of one async client; `begin` is awaited before the first of them."""

    begin: Callable[[], Awaitable[object]] | None = None
    get: Callable[[], Awaitable[object]] | None = None
    page: Callable[[], Awaitable[object]] | None = None
    stream: Callable[[], Awaitable[int]] | None = None
    upload: Callable[[Path], Awaitable[object]] | None = None
    bulk: Callable[[Path], Awaitable[object]] | None = None
    video: Callable[[Path], Awaitable[object]] | None = None
    close: Callable[[], Awaitable[object]] | None = None

    async def end(self) -> None:
        """Close the client."""
        if self.close is not None:
            await self.close()


@dataclass(frozen=True, slots=True)
class Contender:
    """A library to compare.

    Attributes:
        name: Its name in the table.
        module: The module that has to be installed.
        blocking: Makes its sync client for a server at a URL.
        coroutines: Makes its async client; called in the event loop.
        before: Called before each of its turns.
    """

    name: str
    module: str
    blocking: Callable[[Any, str], SyncTasks] | None = None
    coroutines: Callable[[Any, str], AsyncTasks] | None = None
    before: Callable[[], object] | None = None

    @property
    def absence(self) -> str | None:
        """Return why it cannot take part, or None."""
        if find_spec(self.module) is None:
            return "is not installed"
        try:
            self.load()
        except ImportError as error:
            # An import can also fail because two installed packages are incompatible.
            return f"cannot be imported: {error}"
        return None

    def load(self) -> Any:
        """Import its package. Untyped, because type checks run without it."""
        return import_module(self.module)

    def ready(self) -> None:
        """Start its turn."""
        if self.before is not None:
            self.before()
