"""What a contender can be asked to do. A task that is None is not offered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class SyncTasks:
    """Blocking work on one client.

    Attributes:
        get: Read one object of 2 KB.
        page: Read a page of 100 objects.
        stream: Read a streamed text; gives the number of its tokens.
        upload: Send one file.
        bulk: Send all files of a directory, `BATCH` in a request, `AT_ONCE` requests at a time.
        video: Send one video in chunks, `AT_ONCE` at a time.
        close: Give the client up.
    """

    get: Callable[[], object] | None = None
    page: Callable[[], object] | None = None
    stream: Callable[[], int] | None = None
    upload: Callable[[Path], object] | None = None
    bulk: Callable[[Path], object] | None = None
    video: Callable[[Path], object] | None = None
    close: Callable[[], object] | None = None

    def end(self) -> None:
        """Give the client up."""
        if self.close is not None:
            self.close()


@dataclass(slots=True)
class AsyncTasks:
    """The same for coroutines; `begin` is awaited before the first of them."""

    begin: Callable[[], Awaitable[object]] | None = None
    get: Callable[[], Awaitable[object]] | None = None
    page: Callable[[], Awaitable[object]] | None = None
    stream: Callable[[], Awaitable[int]] | None = None
    upload: Callable[[Path], Awaitable[object]] | None = None
    bulk: Callable[[Path], Awaitable[object]] | None = None
    video: Callable[[Path], Awaitable[object]] | None = None
    close: Callable[[], Awaitable[object]] | None = None

    async def end(self) -> None:
        """Give the client up."""
        if self.close is not None:
            await self.close()


@dataclass(frozen=True, slots=True)
class Contender:
    """One of those compared.

    Attributes:
        name: How the table calls it.
        module: What has to be installed.
        blocking: Makes its blocking client for a server at a URL.
        coroutines: Makes its asynchronous client; called in the event loop.
        before: Called before each of its turns.
    """

    name: str
    module: str
    blocking: Callable[[Any, str], SyncTasks] | None = None
    coroutines: Callable[[Any, str], AsyncTasks] | None = None
    before: Callable[[], object] | None = None

    @property
    def absence(self) -> str | None:
        """Why it cannot take part, or None."""
        if find_spec(self.module) is None:
            return "is not installed"
        try:
            self.load()
        except ImportError as error:
            # Two packages that do not fit each other are nobody's fault here.
            return f"cannot be imported: {error}"
        return None

    def load(self) -> Any:
        """Its package. Untyped here: it need not be installed where types are checked."""
        return import_module(self.module)

    def ready(self) -> None:
        """Its turn begins."""
        if self.before is not None:
            self.before()
