"""The protocol that reads the bytes of a `FileRef`, for programs with their own storage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol, runtime_checkable

from aion.types.file_collection import FileRef


class FileResolutionError(Exception):
    """A file could not be read or stored."""


@runtime_checkable
class FileResolver(Protocol):
    """Reads and stores the bytes that references stand for.

    Any class with these methods implements it; a subclass inherits `resolve_batch`.
    """

    async def resolve(self, ref: FileRef, hints: dict[str, Any] | None = None) -> bytes:
        """Return the bytes of a file.

        Args:
            ref: The file.
            hints: Hints for finding it, such as an acceptable variant.

        Raises:
            FileResolutionError: They cannot be read.
        """
        ...

    async def resolve_batch(
        self, refs: Sequence[FileRef], batch_size: int = 100
    ) -> AsyncIterator[tuple[FileRef, bytes]]:
        """Yield files with their bytes as they are read; by default one after the other.

        Args:
            refs: The files.
            batch_size: Most files in flight at a time.

        Raises:
            FileResolutionError: One of them cannot be read.
        """
        for ref in refs:
            yield ref, await self.resolve(ref)

    async def resolve_metadata(self, ref: FileRef) -> FileRef:
        """Return the reference with all known properties of the file.

        Raises:
            FileResolutionError: The file is unknown.
        """
        ...

    async def store(
        self, content: bytes, media_type: str, metadata: dict[str, Any] | None = None
    ) -> FileRef:
        """Store some bytes.

        Args:
            content: The bytes.
            media_type: Their media type.
            metadata: The metadata to store with them.

        Returns:
            The reference by which they can be read.

        Raises:
            FileResolutionError: They cannot be stored.
        """
        ...


__all__ = ["FileResolutionError", "FileResolver"]
