"""What gives the bytes of a `FileRef`: a protocol for programs that keep files of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol, runtime_checkable

from aion.types.file_collection import FileRef


class FileResolutionError(Exception):
    """A file could not be read or stored."""


@runtime_checkable
class FileResolver(Protocol):
    """Reads and stores the bytes that references stand for.

    Any class with these methods is one; a class that inherits from it need not write
    `resolve_batch`.
    """

    async def resolve(self, ref: FileRef, hints: dict[str, Any] | None = None) -> bytes:
        """The bytes of a file.

        Args:
            ref: The file.
            hints: What may help to find it, such as a variant that will do.

        Raises:
            FileResolutionError: They cannot be read.
        """
        ...

    async def resolve_batch(
        self, refs: Sequence[FileRef], batch_size: int = 100
    ) -> AsyncIterator[tuple[FileRef, bytes]]:
        """Files with their bytes, as they become known: here one after the other.

        Args:
            refs: The files.
            batch_size: How many may be on their way at a time.

        Raises:
            FileResolutionError: One of them cannot be read.
        """
        for ref in refs:
            yield ref, await self.resolve(ref)

    async def resolve_metadata(self, ref: FileRef) -> FileRef:
        """The same reference with all that is known of the file.

        Raises:
            FileResolutionError: Nothing is known of it.
        """
        ...

    async def store(
        self, content: bytes, media_type: str, metadata: dict[str, Any] | None = None
    ) -> FileRef:
        """Keep some bytes.

        Args:
            content: The bytes.
            media_type: What they are.
            metadata: What to remember of them.

        Returns:
            The reference under which they can be read again.

        Raises:
            FileResolutionError: They cannot be kept.
        """
        ...


__all__ = ["FileResolutionError", "FileResolver"]
