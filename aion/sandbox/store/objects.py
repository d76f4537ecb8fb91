"""The object store: bytes on disk under keys that the sandbox makes, never the client.

Writes are atomic: an object is written elsewhere in the same file system and moved into place.
Each reset begins a new root folder, so that a thread which still works for a discarded request
cannot write into the new state.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from aion.sandbox.store.database import Database

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*\.[a-z0-9]{1,8}\Z")
_PIECE: Final = 1024 * 1024
_OWNED: Final = ("images", "documents", "videos", "links")

CONTENT_TYPES: Final = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xml": "application/xml",
    "zip": "application/zip",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "m4v": "video/x-m4v",
    "webm": "video/webm",
    "avi": "video/x-msvideo",
}
"""Media type of an object by the extension of its key."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """Size, hashes and type of an object."""

    size: int
    etag: str
    """MD5 in hexadecimal; quoted in a header."""
    sha256: str
    content_type: str


class Objects:
    """Objects of one sandbox, below one folder."""

    def __init__(self, folder: Path, database: Database | None = None) -> None:
        """With a database, the hashes of an object are cached there."""
        self._folder = folder
        self._database = database
        self._incoming = folder / "incoming"
        # Partial files of a killed process are garbage.
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True)
        roots = sorted(folder.glob("objects-*"), key=_generation)
        self.root = roots[-1] if roots else folder / "objects-0"
        self.root.mkdir(exist_ok=True)
        for old in roots[:-1]:
            shutil.rmtree(old, ignore_errors=True)
        self._received = itertools.count(1)

    def incoming(self) -> Path:
        """Return a path for bytes that are still arriving."""
        return self._incoming / f"part-{next(self._received)}"

    def adopt(self, path: Path, key: str) -> None:
        """Make a received file the object of this key, in one step."""
        _place(path, self.path(key))

    def write(self, key: str, data: bytes) -> None:
        """Store bytes as the object of this key, in one step; may be called in a thread."""
        # The path is fixed first: a reset may begin another root meanwhile.
        target = self.path(key)
        partial = self.incoming()
        partial.write_bytes(data)
        _place(partial, target)

    def copy(self, key: str, new_key: str) -> None:
        """Store the bytes of an object under another key, too."""
        self.join([key], new_key)

    def join(self, keys: Sequence[str], new_key: str) -> None:
        """Store objects, one after the other, as one; may be called in a thread."""
        target, sources = self.path(new_key), [self.path(key) for key in keys]
        partial = self.incoming()
        with partial.open("wb") as joined:
            for path in sources:
                with path.open("rb") as source:
                    shutil.copyfileobj(source, joined, _PIECE)
        _place(partial, target)

    def open(self, key: str) -> IO[bytes]:
        """Open an object; raises FileNotFoundError."""
        return self.path(key).open("rb")

    def read(self, key: str) -> bytes:
        """Return all bytes of a small object; raises FileNotFoundError."""
        return self.path(key).read_bytes()

    def has(self, key: str) -> bool:
        """Return whether an object exists."""
        return self.path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove an object, if it exists."""
        self.path(key).unlink(missing_ok=True)

    def info(self, key: str) -> ObjectInfo | None:
        """Return size, hashes and type of an object, or None if it does not exist.

        The first call reads the whole object, unless it was sent to a signed URL.
        """
        path = self.path(key)
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        row = self._database and self._database.row(
            "SELECT md5, sha256, content_type FROM objects "
            "WHERE key = ? AND size = ? AND changed = ?",
            (key, found.st_size, found.st_mtime_ns),
        )
        if row:
            return ObjectInfo(found.st_size, row[0], row[1], row[2] or content_type_of(key))
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        with path.open("rb") as source:
            while piece := source.read(_PIECE):
                md5.update(piece)
                sha256.update(piece)
        self.remember(key, md5.hexdigest(), sha256.hexdigest(), None)
        return ObjectInfo(
            found.st_size, md5.hexdigest(), sha256.hexdigest(), content_type_of(key)
        )  # fmt: skip

    def remember(self, key: str, md5: str, sha256: str, content_type: str | None) -> None:
        """Store the hashes of an object that is in place."""
        if self._database is not None:
            found = self.path(key).stat()
            self._database.run(
                "INSERT OR REPLACE INTO objects "
                "(key, size, md5, sha256, content_type, changed) VALUES (?, ?, ?, ?, ?, ?)",
                (key, found.st_size, md5, sha256, content_type, found.st_mtime_ns),
            )

    def path(self, key: str) -> Path:
        """Return the path of an object; the key must have the form of the sandbox's own keys.

        Raises:
            ValueError: it has another form.
        """
        if not _KEY.match(key):
            raise ValueError(f"not an object key: {key!r}")
        return self.root / key

    def sweep(self, known: set[str]) -> None:
        """Remove objects without a file: their process died before it stored the row."""
        for kind in _OWNED:
            for folder in (self.root / kind).glob("*"):
                if folder.name not in known:
                    shutil.rmtree(folder, ignore_errors=True)

    def reset(self) -> Path:
        """Begin an empty store; returns the old root for removal."""
        old = self.root
        fresh = self._folder / f"objects-{_generation(old) + 1}"
        # Created before it becomes the root: discarded work may still write in a thread.
        fresh.mkdir()
        self.root = fresh
        return old


def _place(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)


def content_type_of(key: str) -> str:
    """Return the media type by the extension of a key."""
    return CONTENT_TYPES.get(key.rpartition(".")[2], "application/octet-stream")


def _generation(root: Path) -> int:
    return int(root.name.rpartition("-")[2])
