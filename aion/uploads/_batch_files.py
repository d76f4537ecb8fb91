"""Holds the files of a batch until all of them are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aion.uploads._expand import UploadInput
from aion.uploads._plan import Item


class BatchFiles:
    """Holds the files of a batch, and releases them together.

    Attributes:
        all: Every file, including those that cannot be sent.
    """

    def __init__(self, found: Sequence[UploadInput]) -> None:
        self.all = found

    def items(self) -> Iterator[Item]:
        """Yield every file that can be sent."""
        return (Item(one.index, one.upload) for one in self.all if one.upload is not None)

    def at(self, indexes: Iterable[int]) -> Iterator[Item]:
        """Yield the files at some indexes that can be sent, each created when it is due."""
        found = (self.all[index] for index in indexes)
        return (Item(one.index, one.upload) for one in found if one.upload is not None)

    def release(self) -> None:
        """Free the memory of all files."""
        self.all = ()


__all__ = ["BatchFiles"]
