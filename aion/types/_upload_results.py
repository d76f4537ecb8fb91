"""The list of the results of an upload: its counts, its groups, its short repr."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Generic, Protocol, TypeVar

from aion.exceptions import UploadError
from aion.types._document_processing import NO_REASON
from aion.types._short_repr import brief
from aion.types._skipped import Skipped, SkipReason, in_words


class Uploaded(Protocol):
    """The result of one file, as far as lists of results need it."""

    @property
    def filename(self) -> str:
        """The name under which the file was uploaded."""
        ...

    @property
    def path(self) -> str | None:
        """The path of the file; None for bytes."""
        ...

    @property
    def is_stored(self) -> bool:
        """Whether the file is in the library."""
        ...

    @property
    def is_failed(self) -> bool:
        """Whether the upload or the processing of the file failed."""
        ...

    @property
    def is_completed(self) -> bool:
        """Whether the processing of the file succeeded."""
        ...

    @property
    def is_pending(self) -> bool:
        """Whether the processing of the file has not ended."""
        ...


T = TypeVar("T")
R = TypeVar("R", bound=Uploaded)


class FileResults(list[T], Generic[T]):
    """The results of an upload, one per file, in the order in which the files were given.

    Attributes:
        skipped: How many entries of directories were left out, by reason. A directory that was not
            entered counts as one.
    """

    _files: ClassVar[str] = "files"
    """What the files are called in the summary."""
    skipped: Mapping[SkipReason, int] = MappingProxyType({})

    def __init__(self, iterable: Iterable[T] = (), /, *, skipped: Skipped | None = None) -> None:
        super().__init__(iterable)
        self.skipped = skipped or {}

    def summary(self) -> str:
        """The counts in words, such as ``3 succeeded, 1 failed; left out: 2 (...)``."""
        counts = ", ".join(f"{count} {word}" for count, word in self._counts() if count)
        left_out = f"; {in_words(self.skipped)}" if self.skipped else ""
        return (counts or f"no {self._files}") + left_out

    def __repr__(self) -> str:
        return brief(self, self.summary())

    def _counts(self) -> list[tuple[int, str]]:
        """Return how many files had an outcome, and the outcome in words."""
        raise NotImplementedError


class UploadResults(FileResults[R]):
    """The results of an upload whose files are processed, one per file."""

    @property
    def has_failures(self) -> bool:
        """Whether any file failed."""
        return any(one.is_failed for one in self)

    @property
    def succeeded_count(self) -> int:
        """How many files succeeded."""
        return len(self.succeeded())

    @property
    def failed_count(self) -> int:
        """How many files failed."""
        return len(self.failed())

    @property
    def pending_count(self) -> int:
        """How many files are stored and not processed yet."""
        return len(self.pending())

    def succeeded(self) -> list[R]:
        """The results of the files that are stored and processed."""
        return [one for one in self if one.is_completed]

    def failed(self) -> list[R]:
        """The results of the files that were not stored, or whose processing failed."""
        return [one for one in self if one.is_failed]

    def pending(self) -> list[R]:
        """The results of the files that are stored and not processed yet."""
        return [one for one in self if one.is_pending]

    def retryable(self) -> list[R]:
        """The results of the failed files that may succeed when they are uploaded again."""
        return [one for one in self.failed() if self._is_retryable(one)]

    def _counts(self) -> list[tuple[int, str]]:
        retryable = len(self.retryable())
        others = len(self) - self.succeeded_count - self.failed_count - self.pending_count
        return [
            (self.succeeded_count, "succeeded"),
            (self.failed_count, f"failed ({retryable} retryable)" if retryable else "failed"),
            (self.pending_count, "pending"),
            (others, "stored without a description"),
        ]

    def _require_stored(self) -> None:
        lost = [one for one in self.failed() if not one.is_stored]
        if lost:
            raise UploadError(
                self._failure(lost, "was not stored"),
                filename=lost[0].filename,
                stage="upload",
                partial_results=self,
            )

    def _failure(self, failed: Sequence[R], what: str) -> str:
        """Return the message of an error about failed files, which names the first one."""
        first = failed[0]
        reason = f"{first.path or first.filename} {what}: {self._error_of(first) or NO_REASON}"
        return (
            reason if len(failed) == 1 else f"{len(failed)} of {len(self)} files failed; {reason}"
        )

    def _error_of(self, one: R) -> str | None:
        """Return why a file failed."""
        raise NotImplementedError

    def _is_retryable(self, one: R) -> bool | None:
        """Return whether uploading a failed file again may help."""
        raise NotImplementedError


__all__ = ["FileResults", "UploadResults"]
