"""Stored files: the one row from which every answer about a file is derived."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Final, cast

from .database import Database
from .ids import is_id, is_short_id

DESCRIPTION_TERMINAL: Final = frozenset({"completed", "failed", "skipped"})
"""States of a description that nothing follows."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One row of the table of files; times are ISO 8601 texts in UTC."""

    n: int
    id: str
    object_key: str
    filename: str
    title: str | None
    tags: str
    """The tags, as a JSON array."""
    tags_edited: int
    """1 once the user replaced the tags: a description then adds none."""
    size_bytes: int
    content_type: str
    format: str
    media_type: str
    width: int
    height: int
    sha256: str
    upload_method: str
    storage_target: str
    session_id: str | None
    created_at: str
    updated_at: str | None
    content_created_at: str | None
    description_status: str
    description_error: str | None
    description: str | None
    visible_text: str | None
    confidence: float | None
    described_from: str | None
    """When processing of the description began."""
    finished_at: str | None
    """When the description was completed or failed."""
    variant_status: str
    variant_error: str | None
    variant_suffix: str | None
    blur_hash: str | None
    changed_at: str
    deleted_at: str | None

    def tag_list(self) -> list[str]:
        """The tags."""
        return cast("list[str]", json.loads(self.tags))

    @property
    def described(self) -> bool:
        """Whether the description has reached its end, good or bad."""
        return self.description_status in DESCRIPTION_TERMINAL


COLUMNS: Final = ", ".join(f"files.{one.name}" for one in fields(StoredFile))
"""The columns of a file in the order of `StoredFile`."""

_INSERT: Final = (
    f"INSERT INTO files ({', '.join(one.name for one in fields(StoredFile))}) "
    f"VALUES ({', '.join('?' for _ in fields(StoredFile))})"
)
_BY_ID: Final = f"SELECT {COLUMNS} FROM files WHERE id = ? AND deleted_at IS NULL"


class Files:
    """Reads and writes files; a deleted file is invisible to all reads by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_number(self) -> int:
        """The number that the next file gets; deleted files keep theirs."""
        return self._database.count("SELECT max(n) FROM files") + 1

    def add(self, file: StoredFile) -> None:
        """Store a new file."""
        self._database.run(_INSERT, (getattr(file, one.name) for one in fields(StoredFile)))

    def get(self, file_id: str) -> StoredFile | None:
        """The file of a whole id, in either case."""
        row = self._database.row(_BY_ID, (file_id.lower(),))
        return StoredFile(*row) if row is not None else None

    def get_numbered(self, number: int) -> StoredFile | None:
        """The file of an internal number."""
        row = self._database.row(
            f"SELECT {COLUMNS} FROM files WHERE n = ? AND deleted_at IS NULL", (number,)
        )
        return StoredFile(*row) if row is not None else None

    def find(self, id_or_start: str) -> StoredFile | None:
        """The file of a whole id or of its first 8 characters, when only one begins so."""
        text = id_or_start.lower()
        if is_id(text):
            return self.get(text)
        if not is_short_id(text):
            return None
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM files WHERE id >= ? AND id < ? AND deleted_at IS NULL LIMIT 2",
            (text, text + "."),
        )
        return StoredFile(*rows[0]) if len(rows) == 1 else None

    def with_hash(self, sha256: str) -> StoredFile | None:
        """The oldest file with these bytes."""
        row = self._database.row(
            f"SELECT {COLUMNS} FROM files WHERE sha256 = ? AND deleted_at IS NULL "
            "ORDER BY n LIMIT 1",
            (sha256,),
        )
        return StoredFile(*row) if row is not None else None

    def unfinished_before(self, moment: str, limit: int) -> list[StoredFile]:
        """Files that have not moved since a moment though their work is not done."""
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM files WHERE deleted_at IS NULL AND changed_at <= ? "
            "AND (description_status IN ('pending', 'queued', 'processing') "
            "OR variant_status IN ('pending', 'processing')) ORDER BY n LIMIT ?",
            (moment, limit),
        )
        return [StoredFile(*row) for row in rows]

    def uploaded_since(self, moment: str) -> int:
        """How many files came since a moment, deleted ones included."""
        return self._database.count("SELECT count(*) FROM files WHERE created_at >= ?", (moment,))

    def update(self, number: int, **values: Any) -> None:
        """Set columns of one file."""
        settings = ", ".join(f"{name} = ?" for name in values)
        self._database.run(f"UPDATE files SET {settings} WHERE n = ?", (*values.values(), number))
