"""Writes received bytes to disk and hashes them as they arrive."""

from __future__ import annotations

import hashlib
from pathlib import Path


class PartialFile:
    """A file that is being received."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._handle = path.open("wb", buffering=0)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Write the next piece."""
        self._handle.write(piece)
        self._md5.update(piece)
        self._sha256.update(piece)
        self.size += len(piece)

    def close(self) -> None:
        """Close the file: all bytes have arrived."""
        self._handle.close()

    def discard(self) -> None:
        """Delete the file."""
        self.close()
        self.path.unlink(missing_ok=True)

    @property
    def md5(self) -> str:
        """MD5 of what has arrived, in hexadecimal."""
        return self._md5.hexdigest()

    @property
    def sha256(self) -> str:
        """SHA-256 of what has arrived, in hexadecimal."""
        return self._sha256.hexdigest()
