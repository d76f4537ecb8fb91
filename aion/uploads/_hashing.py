"""Computes the SHA-256 of a file to upload in steps, so that it does not block for long."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from pathlib import Path

from aion._http.content import open_file

_STEP = 1024 * 1024


def hashing(content: bytes | Path) -> Generator[None, None, str]:
    """Hash a file, and yield after each megabyte.

    Returns:
        The hash in hexadecimal.

    Raises:
        OSError: The file cannot be read.
    """
    digest = hashlib.sha256()
    if isinstance(content, bytes):
        for start in range(0, len(content), _STEP):
            digest.update(memoryview(content)[start : start + _STEP])
            yield
        return digest.hexdigest()
    with open_file(content) as handle:
        while piece := handle.read(_STEP):
            digest.update(piece)
            yield
    return digest.hexdigest()


def sha256(content: bytes | Path) -> str:
    """Hash a file in one step."""
    steps = hashing(content)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return str(done.value)


__all__ = ["hashing", "sha256"]
