"""What is known of a batch while it is uploaded, and the decisions made on it. No I/O.

A batch goes out in chunks, one request each. `Ledger` is the one place where the outcome of every
file is kept, so that whatever happens, what was stored can be told.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from aion.types.upload import BatchUploadResults, UploadResult
from aion.uploads._expand import Found
from aion.uploads._kept import given, keep, renew
from aion.uploads._plan import Item
from aion_api.models.user_files import UserFile


class Ledger:
    """The outcome of every file of a batch, under its position in the expanded input.

    Attributes:
        size: How many files there are.
        stored_count: How many files are stored.
        ended_count: How many stored files have a description that has ended.
        failed_count: How many files were not stored, or have a description that failed.
    """

    def __init__(self, found: Sequence[Found]) -> None:
        self._names = [one.filename for one in found]
        self.size = len(self._names)
        self._results: list[UploadResult | None] = [None] * self.size
        self.stored_count = 0
        self.ended_count = 0
        self.failed_count = 0
        for one in found:
            if one.problem is not None:
                self.lost(one.index, one.problem, retryable=False)

    def lost(self, index: int, reason: str, *, retryable: bool | None = None) -> None:
        """A file was not stored."""
        self.failed_count += 1
        self._results[index] = UploadResult.not_stored(
            self._names[index], reason, retryable=retryable
        )

    def stored(self, index: int, result: UploadResult) -> None:
        """A file is stored. Its description may still be to come."""
        before = self._results[index]
        # What an earlier call stored is stored, though the file cannot be sent any more.
        self.failed_count -= before is not None and before.is_failed
        self._results[index] = keep(result, self._names[index])
        self.stored_count += 1
        self.ended_count += not result.is_pending
        self.failed_count += result.is_failed

    def known(self, index: int) -> bool:
        """Whether the outcome of a file is known."""
        return self._results[index] is not None

    def described(
        self, indexes: Iterable[int], files: Iterable[UserFile]
    ) -> list[tuple[int, UploadResult]]:
        """Take in what the library knows of images; the results whose description has ended.

        Args:
            indexes: Which files of the batch were asked about.
            files: What was answered.
        """
        known = {file.id: file for file in files}
        ended: list[tuple[int, UploadResult]] = []
        for index in indexes:
            kept = self._results[index]
            file = known.get(kept.image_id) if kept is not None else None
            if kept is None or file is None or not kept.is_pending:
                continue
            after = given(kept).with_file(file)
            renew(kept, after)
            if not after.is_pending:
                self.ended_count += 1
                self.failed_count += after.is_failed
                ended.append((index, after))
        return ended

    def is_stored(self, index: int) -> bool:
        """Whether a file is known to be stored."""
        kept = self._results[index]
        return kept is not None and kept.is_stored

    def ids(self, indexes: Iterable[int] | None = None) -> list[str]:
        """The ids of the stored images, or of some of them, each once."""
        some = range(self.size) if indexes is None else indexes
        results = (self._results[index] for index in some)
        return list(dict.fromkeys(one.image_id for one in results if one and one.is_stored))

    def waiting(self) -> array[int]:
        """The indexes of the stored images whose description has not ended."""
        results = enumerate(self._results)
        return array("L", (n for n, one in results if one and one.is_stored and one.is_pending))

    def report(self, sent: Iterable[Item] = ()) -> BatchUploadResults:
        """All outcomes that are known, in the order of the input.

        Args:
            sent: Files that were sent and of which the service has not said more; they are given
                as pending, without an id.
        """
        results = self._results.copy()
        for item in sent:
            if results[item.index] is None:
                results[item.index] = UploadResult("", item.upload.filename, "")
        return BatchUploadResults(one for one in results if one is not None)


__all__ = ["Ledger"]
