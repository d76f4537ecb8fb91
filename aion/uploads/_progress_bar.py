"""Shows the progress for `progress=True` on stderr: `rich` on a terminal, else plain lines.

It starts no thread: it updates at each step.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from aion._checks import refuse
from aion._clock import monotonic
from aion.exceptions import DependencyError
from aion.uploads.progress import UploadProgress, note_of

_LINE_SECONDS = 5.0


class Display:
    """Shows progress.

    Attributes:
        show: Called at each step; None if nothing is shown.
    """

    show: Callable[[UploadProgress], Any] | None = None

    def close(self) -> None:
        """Finish the display; called when the upload has ended or failed."""


class _Callback(Display):
    def __init__(self, show: Callable[[UploadProgress], Any]) -> None:
        self.show = show


class Lines(Display):
    """Prints a line every few seconds, and when a wait begins."""

    def __init__(self) -> None:
        self.show = self.print
        self._next = 0.0
        self._last: UploadProgress | None = None
        self._printed: UploadProgress | None = None

    def print(self, progress: UploadProgress) -> None:
        """Print a line if one is due."""
        is_new = _delay_of(progress) not in (None, _delay_of(self._last))
        self._last = progress
        if monotonic() >= self._next or is_new:
            self._print(progress)

    def _print(self, progress: UploadProgress) -> None:
        self._next = monotonic() + _LINE_SECONDS
        self._printed = progress
        print(f"upload: {progress}", file=sys.stderr, flush=True)  # noqa: T201 - asked for

    def close(self) -> None:
        if self._last is not None and self._last is not self._printed:
            self._print(self._last)


def _delay_of(progress: UploadProgress | None) -> str | None:
    """Return what keeps an upload from sending, without its seconds; None if nothing does."""
    if progress is None:
        return None
    return progress.waiting_reason or ("checking" if progress.checking else None)


class _Bars(Display):
    """Shows two bars, bytes and descriptions, and what the upload waits for."""

    def __init__(self, console: Any) -> None:
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TextColumn

        text = TextColumn("{task.description}")
        counts = TextColumn("{task.fields[counts]}")
        self.show = self._show
        self._bars = Progress(text, BarColumn(), counts, console=console, auto_refresh=False)
        self._sent = self._bars.add_task("sent", total=None, counts="")
        self._described = self._bars.add_task("described", total=None, counts="", visible=False)
        self._live = Live(self._bars, console=console, auto_refresh=False)
        self._live.start()

    def _show(self, now: UploadProgress) -> None:
        from rich.console import Group
        from rich.text import Text

        done, total = now.bytes_sent / 1e6, now.bytes / 1e6
        sent = (
            f"{now.files_sent:,}/{now.files:,} files  {done:,.1f}/{total:,.1f} MB"
            f"  {now.bytes_per_second / 1e6:,.1f} MB/s"
        )
        if now.failed:
            sent += f"  {now.failed:,} failed"
        described = f"{now.described:,}/{now.stored:,}"
        self._bars.update(self._sent, completed=now.bytes_sent, total=now.bytes, counts=sent)
        self._bars.update(
            self._described,
            completed=now.described,
            total=now.files,
            counts=described,
            # Before that, nothing can be described, however long it takes.
            visible=now.stored > 0,
        )
        note = note_of(now)
        shown = Group(self._bars, Text(note)) if note else self._bars
        self._live.update(shown, refresh=True)

    def close(self) -> None:
        self._live.stop()


def display(progress: bool | Callable[[UploadProgress], Any]) -> Display:
    """Return the display for a `progress` argument.

    Raises:
        ValidationError: It is neither a bool nor a callable.
        DependencyError: `rich` is needed and not installed; the message names the extra.
    """
    if progress is False:
        return Display()
    if callable(progress):
        return _Callback(progress)
    if progress is not True:
        refuse("progress", progress, "True, False or something to call")
    try:
        from rich.console import Console
    except ImportError:
        console = None
    else:
        console = Console(stderr=True)
    if console is None:
        raise DependencyError("progress=True needs rich", install='"aionvision[progress]"')
    return _Bars(console) if console.is_terminal or console.is_jupyter else Lines()


__all__ = ["Display", "Lines", "display"]
