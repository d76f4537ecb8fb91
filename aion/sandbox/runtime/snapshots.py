"""Snapshots of the whole state: the database, the objects and the clock, to go back to.

Objects never change in place, so a snapshot holds links to their bytes, not copies. Faults and
the requests seen belong to the test, not to the state, and stay as they are.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State


class Snapshots:
    """Snapshots of one sandbox; they live as long as it does, and survive a reset."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._folder = state.folder / "snapshots"
        # Their clock is known to this process alone.
        shutil.rmtree(self._folder, ignore_errors=True)
        self._offsets: dict[str, float] = {}
        self._names = itertools.count(1)

    async def take(self) -> str:
        """Remember the state; the name to restore it by."""
        state = self._state
        async with state.jobs.paused():
            name = str(next(self._names))
            folder = self._folder / name
            folder.mkdir(parents=True)
            with closing(sqlite3.connect(folder / "sandbox.sqlite3")) as target:
                state.database.copy_to(target)
            await state.in_thread(_link_tree, state.objects.root, folder / "objects")
            self._offsets[name] = state.clock.offset
        return name

    async def restore(self, name: str) -> None:
        """Go back to a remembered state, any number of times.

        Raises:
            ValueError: there is no such snapshot.
        """
        if name not in self._offsets:
            known = ", ".join(self._offsets) or "none"
            raise ValueError(f"no snapshot {name!r}; there are {known}")
        state = self._state
        folder = self._folder / name
        async with state.jobs.paused():
            with closing(sqlite3.connect(folder / "sandbox.sqlite3")) as source:
                state.database.copy_from(source)
            old = state.objects.reset()
            await state.in_thread(_link_tree, folder / "objects", state.objects.root)
            state.clock.offset = self._offsets[name]
            state.identity.forget()
        await state.in_thread(shutil.rmtree, old, True)


def _link_tree(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    try:
        shutil.copytree(source, target, copy_function=os.link, dirs_exist_ok=True)
    except (OSError, shutil.Error):
        # Not every file system has links.
        shutil.copytree(source, target, dirs_exist_ok=True)
