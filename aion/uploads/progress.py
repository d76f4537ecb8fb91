"""The progress of a bulk upload, as `progress=` receives or shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aion._pauses import Pause

Phase = Literal["starting", "checking", "sending", "storing", "describing", "done"]
"""What an upload does at a moment; see `UploadProgress.phase`."""


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """The progress of a bulk upload at one moment.

    Attributes:
        files: All files of the upload.
        files_sent: Files that the service stored or refused, including those of an earlier call
            with the same journal. They count when the response to their request arrives.
        bytes: All bytes of the upload.
        bytes_sent: Bytes of the files that were sent.
        stored: Files whose id is known.
        described: Stored files whose description has ended.
        failed: Files that were not stored, and descriptions that failed.
        seconds: Time since the upload began.
        bytes_per_second: Bytes that this call has sent, over that time.
        phase: ``starting`` (checks the quota), ``checking`` (asks the service which files of a
            broken request arrived), ``sending``, ``storing`` (all files are sent, the ids of
            stored ones are not known yet), ``describing`` (waits for descriptions) or ``done``.
        checking: Number of files being checked, in that phase.
        waiting_seconds: Seconds until something is sent again, while the service asks to wait or
            a retry is due; None otherwise. The callable is then called once a second.
        waiting_reason: Why, as a clause such as ``the service asked to``; None otherwise.
    """

    files: int
    files_sent: int
    bytes: int
    bytes_sent: int
    stored: int
    described: int
    failed: int
    seconds: float
    bytes_per_second: float
    phase: Phase = "sending"
    checking: int = 0
    waiting_seconds: float | None = None
    waiting_reason: str | None = None

    @property
    def status(self) -> str:
        """What the upload does now, such as ``waiting 42 s: the service asked to``."""
        if self.waiting_seconds is not None:
            return str(Pause(self.waiting_seconds, self.waiting_reason or "a retry is due"))
        match self.phase:
            case "checking":
                which = "whether" if self.checking == 1 else "which of"
                return f"checking {which} {_files(self.checking)} arrived"
            case "storing":
                left = max(self.files - self.stored - self.failed, 0)
                return f"waiting for the results of {_files(left)}"
            case "describing":
                return f"{self.described:,} of {self.stored:,} described"
            case "starting" | "sending" | "done":
                return self.phase

    def __str__(self) -> str:
        size, sent, rate = (
            f"{count / 1e6:,.1f}" for count in (self.bytes, self.bytes_sent, self.bytes_per_second)
        )
        parts = [f"{self.files_sent:,} of {self.files:,} files", f"{sent} of {size} MB"]
        parts.append(f"{rate} MB/s")
        if self.stored:
            # Before that, nothing can be described, however long it takes.
            parts.append(f"{self.described:,} described")
        parts.append(f"{self.failed:,} failed")
        now = note_of(self)
        return f"{', '.join(parts)}{f'; {now}' if now else ''}"


def note_of(progress: UploadProgress) -> str:
    """Return the status if the counts do not say it; an empty text otherwise."""
    is_counted = progress.phase not in ("checking", "storing")
    return "" if is_counted and progress.waiting_seconds is None else progress.status


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"


__all__ = ["Phase", "UploadProgress"]
