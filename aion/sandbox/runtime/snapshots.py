"""Snapshots of the whole state: the database, the objects and the clock.

Objects never change in place, so a snapshot holds links to their bytes, not copies. Faults and
the request log belong to the test, not to the state, and stay as they are.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

from aion.sandbox.auth.identity import Identity
from aion.sandbox.store.clock import Clock
from aion.sandbox.store.database import Database
from aion.sandbox.store.objects import Objects


class Snapshots:
    """The snapshots of one sandbox; they live as long as it does, and survive a reset."""

    def __init__(
        self,
        folder: Path,
        *,
        database: Database,
        objects: Objects,
        clock: Clock,
        identity: Identity,
        paused: Callable[[], AbstractAsyncContextManager[None]],
        in_thread: Callable[..., Awaitable[Any]],
    ) -> None:
        """Remove the snapshots of an earlier process.

        Args:
            folder: Holds the snapshots.
            database: Copied whole.
            objects: Linked, not copied.
            clock: Its steps are stored and restored.
            identity: Drops what it cached after a restore.
            paused: Context manager inside which no job runs.
            in_thread: Runs blocking code.
        """
        self._folder = folder
        self._database = database
        self._objects = objects
        self._clock = clock
        self._identity = identity
        self._paused = paused
        self._in_thread = in_thread
        # The clock offsets of an earlier process are lost, so its snapshots cannot be restored.
        shutil.rmtree(self._folder, ignore_errors=True)
        self._offsets: dict[str, float] = {}
        self._names = itertools.count(1)

    async def take(self) -> str:
        """Store the state; returns the name that restores it."""
        async with self._paused():
            name = str(next(self._names))
            folder = self._folder / name
            folder.mkdir(parents=True)
            with closing(sqlite3.connect(folder / "sandbox.sqlite3")) as target:
                self._database.copy_to(target)
            await self._in_thread(_link_tree, self._objects.root, folder / "objects")
            self._offsets[name] = self._clock.offset
        return name

    async def restore(self, name: str) -> None:
        """Return to a snapshot, any number of times.

        Raises:
            ValueError: No snapshot has this name.
        """
        if name not in self._offsets:
            known = ", ".join(self._offsets) or "none"
            raise ValueError(f"no snapshot {name!r}; there are {known}")
        folder = self._folder / name
        async with self._paused():
            with closing(sqlite3.connect(folder / "sandbox.sqlite3")) as source:
                self._database.copy_from(source)
            old = self._objects.reset()
            await self._in_thread(_link_tree, folder / "objects", self._objects.root)
            self._clock.offset = self._offsets[name]
            self._identity.forget()
        await self._in_thread(shutil.rmtree, old, True)


def _link_tree(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    try:
        shutil.copytree(source, target, copy_function=os.link, dirs_exist_ok=True)
    except (OSError, shutil.Error):
        # Not every file system has links.
        shutil.copytree(source, target, dirs_exist_ok=True)
