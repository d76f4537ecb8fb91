"""Counts the steps of a batch for its progress report. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from aion._clock import monotonic
from aion._pauses import Pause
from aion.uploads._ledger import Ledger
from aion.uploads._plan import Item
from aion.uploads.progress import Phase, UploadProgress


class Meter:
    """Counts how much of a batch is sent.

    Args:
        items: Its files, in order.
        before: Indexes of the files that an earlier call sent.
    """

    def __init__(self, items: Iterable[Item], before: Collection[int]) -> None:
        self._start = monotonic()
        self._is_left = bytearray()
        self._bytes = self._before = 0
        for item in items:
            is_left = item.index not in before
            self._is_left.extend(bytes(1 + item.index - len(self._is_left)))
            self._is_left[item.index] = is_left
            self._bytes += item.upload.size
            self._before += 0 if is_left else item.upload.size
        self._left = sum(self._is_left)
        self._sent = self._before

    def sent(self, items: Iterable[Item]) -> None:
        """Count files that the service stored or refused."""
        for item in items:
            if self._is_left[item.index]:
                self._is_left[item.index] = 0
                self._left -= 1
                self._sent += item.upload.size

    def read(
        self, ledger: Ledger, phase: Phase, checking: int = 0, pause: Pause | None = None
    ) -> UploadProgress:
        """Return the progress of the batch.

        Args:
            ledger: The outcomes so far.
            phase: What the batch does.
            checking: Number of files whose outcome is being determined.
            pause: The pause before something is sent again, or None.
        """
        if checking:
            phase = "checking"
        elif phase == "describing" and not ledger.stored_count:
            phase = "storing"
        seconds = monotonic() - self._start
        return UploadProgress(
            files=ledger.size,
            files_sent=ledger.size - self._left,
            bytes=self._bytes,
            bytes_sent=self._sent,
            stored=ledger.stored_count,
            described=ledger.ended_count,
            failed=ledger.failed_count,
            seconds=seconds,
            bytes_per_second=(self._sent - self._before) / max(seconds, 1e-3),
            phase=phase,
            checking=checking,
            waiting_seconds=None if pause is None else pause.seconds,
            waiting_reason=None if pause is None else pause.reason,
        )
