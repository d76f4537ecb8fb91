"""Prints a line on standard error when a call waits before it is sent again, once per wait.

Also where standard error is no terminal: in the log of a job, it explains the time that is missing.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from aion import _pauses
from aion.cli.printing import complain


@contextmanager
def waits_shown() -> Generator[None]:
    """Print the waits of all calls inside a block, except those of an upload with progress."""
    is_waiting = False

    def report() -> None:
        nonlocal is_waiting
        pause = watch.longest()
        if pause is not None and not is_waiting:
            complain(str(pause))
        is_waiting = pause is not None

    watch = _pauses.Watch(report)
    with _pauses.watching(watch):
        yield


__all__ = ["waits_shown"]
