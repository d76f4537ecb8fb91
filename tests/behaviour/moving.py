"""Files that change at the worst moment: between two openings of them, or while one is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Change = Callable[[Path], Any]


def remove(path: Path) -> None:
    path.unlink()


def become_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def become_a_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def lose_all(path: Path) -> None:
    os.truncate(path, 0)


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (remove, become_a_directory, become_a_pipe, become_a_circle, lose_all)
}
"""What makes it impossible to read a file, or leaves nothing of it."""


class _Watch:
    """Watches files being opened; it does nothing for files that no test names."""

    path: Path | None = None
    seen = 0
    change: Change | None = None
    when = 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or self.path is None:
            return
        path, _, flags = arguments
        if str(path) == str(self.path) and not flags & (os.O_WRONLY | os.O_RDWR):
            self.seen += 1
            if self.change is not None and self.seen == self.when:
                change, self.change = self.change, None
                change(self.path)


_WATCH = _Watch()
# A hook cannot be removed, so all tests share one.
sys.addaudithook(_WATCH)


class Openings:
    """How often a file was opened to be read."""

    count = 0


@contextmanager
def changing(path: Path, change: Change | None = None, when: int = 1) -> Generator[Openings]:
    """Change a file right before it is opened for the n-th time; counts how often it is opened."""
    openings = Openings()
    _WATCH.path, _WATCH.seen, _WATCH.change, _WATCH.when = path, 0, change, when
    try:
        yield openings
    finally:
        openings.count = _WATCH.seen
        _WATCH.path = None
