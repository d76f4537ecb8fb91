"""The object store: bytes on disk under keys that the sandbox makes, never the client.

An object appears whole or not at all: it is written elsewhere in the same file system and moved
into place. Each reset begins a new root folder, so that a thread which still works on something
forgotten cannot write into the new state.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*\.[a-z0-9]{1,8}\Z")

CONTENT_TYPES: Final = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
}
"""Media type of an object by the ending of its key."""


class Objects:
    """Objects of one sandbox, below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        # What was half received when the process died belongs to nobody.
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True)
        roots = sorted(folder.glob("objects-*"), key=_generation)
        self.root = roots[-1] if roots else folder / "objects-0"
        self.root.mkdir(exist_ok=True)
        for old in roots[:-1]:
            shutil.rmtree(old, ignore_errors=True)
        self._received = 0

    def incoming(self) -> Path:
        """A path for bytes that are still arriving."""
        self._received += 1
        return self._incoming / f"part-{self._received}"

    def adopt(self, path: Path, key: str) -> None:
        """Make a received file the object of this key, in one step."""
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)

    def path(self, key: str) -> Path:
        """Where the object of a key lies; the key must be one that the sandbox could have made.

        Raises:
            ValueError: the key has a form that no object has.
        """
        if not _KEY.match(key):
            raise ValueError(f"not an object key: {key!r}")
        return self.root / key

    def sweep(self, known: set[str]) -> None:
        """Remove what no file owns: moved into place by a process that died before it was told."""
        for folder in (self.root / "images").glob("*"):
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def reset(self) -> Path:
        """Begin an empty store; the old root is returned for removal."""
        old = self.root
        self.root = self._folder / f"objects-{_generation(old) + 1}"
        self.root.mkdir()
        return old


def _generation(root: Path) -> int:
    return int(root.name.rpartition("-")[2])
