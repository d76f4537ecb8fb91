"""Records the outcome of every file of a batch while it is uploaded. No I/O.

A batch goes out in chunks, one request each. `Ledger` is the only place that holds outcomes, so an
interrupted upload can still report what was stored.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from attrs import evolve

from aion.types._skipped import Skipped
from aion.types.upload import BatchUploadResults, UploadResult
from aion.uploads._expand import UploadInput
from aion.uploads._plan import Item
from aion_api.models.user_files import UserFile


class Ledger:
    """Records the outcome of every file of a batch, by its position in the expanded input.

    Args:
        inputs: The files. Only their names and paths are stored.
        skipped: What directories left out, by reason.

    Attributes:
        size: Number of files.
        stored_count: Number of stored files.
        ended_count: Number of stored files whose description has ended.
        failed_count: Number of files that were not stored, or whose description failed.
    """

    def __init__(self, inputs: Sequence[UploadInput], skipped: Skipped | None = None) -> None:
        self._names = [one.filename for one in inputs]
        self._paths = [one.source for one in inputs]
        self._skipped = skipped
        self.size = len(self._names)
        self._results: list[UploadResult | None] = [None] * self.size
        self.stored_count = 0
        self.ended_count = 0
        self.failed_count = 0
        for one in inputs:
            if one.problem is not None:
                self.lost(one.index, one.problem, retryable=False)

    def lost(self, index: int, reason: str, *, retryable: bool | None = None) -> None:
        """Record that a file was not stored."""
        self.failed_count += 1
        result = UploadResult.not_stored(self._names[index], reason, retryable=retryable)
        self._results[index] = self.placed(index, result)

    def placed(self, index: int, result: UploadResult) -> UploadResult:
        """Return a copy of a result, with the path of the file in this call."""
        return evolve(result, path=self._paths[index])

    def stored(self, index: int, result: UploadResult) -> None:
        """Record that a file is stored. Its description may still be pending."""
        before = self._results[index]
        # A file that an earlier call stored counts as stored, even if it is not readable any more.
        self.failed_count -= before is not None and before.is_failed
        self._results[index] = result
        self.stored_count += 1
        self.ended_count += not result.is_pending
        self.failed_count += result.is_failed

    def known(self, index: int) -> bool:
        """Return whether the outcome of a file is known."""
        return self._results[index] is not None

    def described(
        self, indexes: Iterable[int], files: Iterable[UserFile]
    ) -> list[tuple[int, UploadResult]]:
        """Update results from a page of the library; return those whose description has ended.

        Args:
            indexes: The files of the batch that the page was requested for.
            files: The files of the page.
        """
        known = {file.id: file for file in files}
        ended: list[tuple[int, UploadResult]] = []
        for index in indexes:
            before = self._results[index]
            file = known.get(before.image_id) if before is not None else None
            if before is None or file is None or not before.is_pending:
                continue
            after = self._results[index] = before.with_file(file)
            if not after.is_pending:
                self.ended_count += 1
                self.failed_count += after.is_failed
                ended.append((index, after))
        return ended

    def is_stored(self, index: int) -> bool:
        """Return whether a file is known to be stored."""
        result = self._results[index]
        return result is not None and result.is_stored

    def ids(self, indexes: Iterable[int] | None = None) -> list[str]:
        """Return the distinct ids of the stored images, or of some of them."""
        some = range(self.size) if indexes is None else indexes
        results = (self._results[index] for index in some)
        return list(dict.fromkeys(one.image_id for one in results if one and one.is_stored))

    def waiting(self) -> array[int]:
        """Return the indexes of the stored images whose description is pending."""
        results = enumerate(self._results)
        return array("L", (n for n, one in results if one and one.is_stored and one.is_pending))

    def report(self, sent: Iterable[Item] = ()) -> BatchUploadResults:
        """Return all known outcomes, in the order of the input.

        Args:
            sent: Files that were sent and have no response yet; they are reported as pending,
                without an id.
        """
        results = self._results.copy()
        for item in sent:
            if results[item.index] is None:
                result = UploadResult("", item.upload.filename, "")
                results[item.index] = self.placed(item.index, result)
        known = (one for one in results if one is not None)
        return BatchUploadResults(known, skipped=self._skipped)


__all__ = ["Ledger"]
