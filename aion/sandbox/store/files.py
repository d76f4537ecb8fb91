"""Stored files of every kind: the one row from which every response about a file is derived.

Images, documents, videos and links share the table. Fields of a single kind are in `extra`: a
JSON object whose keys are those of the wire (`page_count`, `crawl_status`, ...), plus internal
ones of that kind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, cast

from aion.sandbox.store.clock import Clock
from aion.sandbox.store.database import Database
from aion.sandbox.store.ids import is_id, is_short_id, make_id
from aion.sandbox.store.jsontext import json_text

DESCRIPTION_TERMINAL: Final = frozenset({"completed", "failed", "skipped"})
"""Final states of a description."""

_BUSY: Final = {
    "text_extraction_status": frozenset({"pending", "processing"}),
    # A link without a crawl stays pending.
    "crawl_status": frozenset({"queued", "processing"}),
    "video_analysis_status": frozenset({"pending", "uploading_to_vlm", "processing"}),
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One row of the table of files; times are ISO 8601 texts in UTC."""

    n: int
    id: str
    object_key: str
    """Key of the bytes; empty for a link."""
    filename: str
    title: str | None
    tags: str
    """The tags, as a JSON array."""
    tags_edited: int
    """1 once the user replaced the tags: a description then adds none of its own."""
    size_bytes: int
    content_type: str
    format: str
    media_type: str
    width: int | None
    height: int | None
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
    variant_status: str | None
    """None for files without variants."""
    variant_error: str | None
    variant_suffix: str | None
    blur_hash: str | None
    changed_at: str
    deleted_at: str | None
    folder_id: str | None
    extra: str
    """Fields of this kind of file only, as a JSON object."""

    def tag_list(self) -> list[str]:
        """The tags."""
        return cast("list[str]", json.loads(self.tags))

    @property
    def described(self) -> bool:
        """Whether the description is completed, failed or skipped."""
        return self.description_status in DESCRIPTION_TERMINAL

    def extras(self) -> dict[str, Any]:
        """The decoded `extra`."""
        # Most images have none, and a page of images reads it twice each.
        return {} if self.extra == "{}" else cast("dict[str, Any]", json.loads(self.extra))

    @property
    def work_status(self) -> str:
        """Status of the main work on this kind of file: description, extraction, crawl ..."""
        if self.media_type == "document":
            return str(self.extras().get("text_extraction_status") or "completed")
        return self.description_status

    @property
    def work_error(self) -> str | None:
        """Why that work failed."""
        if self.media_type == "document":
            error = self.extras().get("extraction_error")
            return str(error) if error is not None else None
        return self.description_error

    @property
    def busy(self) -> bool:
        """Whether its work is unfinished."""
        extras = self.extras()
        return not self.described or any(extras.get(name) in busy for name, busy in _BUSY.items())


COLUMNS: Final = ", ".join(f"files.{one.name}" for one in fields(StoredFile))
"""The columns of a file in the order of `StoredFile`."""

_INSERT: Final = (
    f"INSERT INTO files ({', '.join(one.name for one in fields(StoredFile))}) "
    f"VALUES ({', '.join('?' for _ in fields(StoredFile))})"
)
_EMPTY: Final[dict[str, Any]] = {one.name: None for one in fields(StoredFile)}
_NAMES: Final = _EMPTY.keys() - {"n"}
_BY_ID: Final = f"SELECT {COLUMNS} FROM files WHERE id = ? AND deleted_at IS NULL"


class Files:
    """Reads and writes files; reads by id skip deleted files."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def new_id(self) -> str:
        """Return the id of the next file, so that its object can be named before it is added."""
        return make_id("file", self._database.next_number("file"))

    def add(
        self,
        *,
        id: str,  # noqa: A002 - an id is called id everywhere on the wire
        media_type: str,
        filename: str,
        object_key: str = "",
        size_bytes: int = 0,
        content_type: str = "application/octet-stream",
        format: str = "",  # noqa: A002 - the name on the wire
        sha256: str = "",
        title: str | None = None,
        tags: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
        folder_id: str | None = None,
        description_status: str = "skipped",
        variant_status: str | None = None,
        upload_method: str = "STREAMING",
        storage_target: str = "default",
        content_created_at: str | None = None,
        session_id: str | None = None,
        **others: Any,
    ) -> StoredFile:
        """Store a new file of any kind; `others` are further columns, for instance `width`."""
        now = self._clock.stamp()
        values: dict[str, Any] = {
            "id": id,
            "media_type": media_type,
            "filename": filename,
            "object_key": object_key,
            "size_bytes": size_bytes,
            "content_type": content_type,
            "format": format,
            "sha256": sha256,
            "title": title,
            "tags": json_text(list(tags)),
            "tags_edited": 0,
            "extra": json_text(dict(extra or {})),
            "folder_id": folder_id,
            "description_status": description_status,
            "variant_status": variant_status,
            "upload_method": upload_method,
            "storage_target": storage_target,
            "content_created_at": content_created_at,
            "session_id": session_id,
            "created_at": now,
            "changed_at": now,
            **others,
        }
        unknown = values.keys() - _NAMES
        if unknown:
            raise TypeError(f"files have no column {', '.join(sorted(unknown))}")
        values["n"] = self._database.count("SELECT max(n) FROM files") + 1
        stored = StoredFile(**{**_EMPTY, **values})
        self._database.run(_INSERT, (getattr(stored, one.name) for one in fields(StoredFile)))
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """Return the file of a whole id, in either case."""
        row = self._database.row(_BY_ID, (file_id.lower(),))
        return StoredFile(*row) if row is not None else None

    def get_numbered(self, number: int) -> StoredFile | None:
        """Return the file of an internal number."""
        row = self._database.row(
            f"SELECT {COLUMNS} FROM files WHERE n = ? AND deleted_at IS NULL", (number,)
        )
        return StoredFile(*row) if row is not None else None

    def find(self, id_or_start: str) -> StoredFile | None:
        """Return the file of a whole id, or of its first 8 characters if they are unique."""
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
        """Return the oldest file with these bytes."""
        row = self._database.row(
            f"SELECT {COLUMNS} FROM files WHERE sha256 = ? AND deleted_at IS NULL "
            "ORDER BY n LIMIT 1",
            (sha256,),
        )
        return StoredFile(*row) if row is not None else None

    def unfinished_before(self, moment: str, limit: int) -> list[StoredFile]:
        """Return unfinished files whose status has not changed since a moment."""
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM files WHERE deleted_at IS NULL AND changed_at <= ? "
            "AND media_type = 'image' "
            "AND (description_status IN ('pending', 'queued', 'processing') "
            "OR variant_status IN ('pending', 'processing')) ORDER BY n LIMIT ?",
            (moment, limit),
        )
        return [StoredFile(*row) for row in rows]

    def uploaded_since(self, moment: str) -> int:
        """Count the files added since a moment, deleted ones included."""
        return self._database.count("SELECT count(*) FROM files WHERE created_at >= ?", (moment,))

    def stored_bytes(self) -> int:
        """Return the total bytes of all files that are not deleted."""
        return self._database.count(
            "SELECT coalesce(sum(size_bytes), 0) FROM files WHERE deleted_at IS NULL"
        )

    def update(self, number: int, **values: Any) -> None:
        """Set columns of one file."""
        settings = ", ".join(f"{name} = ?" for name in values)
        self._database.run(f"UPDATE files SET {settings} WHERE n = ?", (*values.values(), number))

    def update_extra(self, number: int, **values: Any) -> None:
        """Set some keys of a file's `extra` and keep the rest."""
        row = self._database.row("SELECT extra FROM files WHERE n = ?", (number,))
        if row is not None:
            merged = {**json.loads(row[0]), **values}
            self.update(number, extra=json_text(merged), changed_at=self._clock.stamp())
