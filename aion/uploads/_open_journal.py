"""Opens a journal for an upload, matches it to the files, and changes it row by row.

For every kind of upload, it decides which rows of an earlier call are still valid, and which files
start over. The meaning of a row is defined by the record of that kind.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from aion import _checks as check
from aion._hints import Hint, hint
from aion._http.content import sendable
from aion.uploads import journal
from aion.uploads._expand import UploadInput
from aion.uploads._hashing import sha256
from aion.uploads._local_file import Upload
from aion.uploads.journal import FileOutcome, State

_TABLES = f"""
BEGIN;
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    position INTEGER PRIMARY KEY,
    filename BLOB NOT NULL,
    path BLOB,
    size INTEGER NOT NULL,
    mtime_ns INTEGER,
    sha256 TEXT,
    state TEXT NOT NULL,
    session_id TEXT,
    image_id TEXT,
    result TEXT,
    reason TEXT,
    retryable INTEGER
);
CREATE TABLE uploads (
    position INTEGER PRIMARY KEY,
    at_once INTEGER NOT NULL,
    retries INTEGER NOT NULL
);
CREATE TABLE chunks (
    position INTEGER NOT NULL,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT,
    confirmed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (position, number)
) WITHOUT ROWID;
PRAGMA application_id = {journal.APPLICATION};
PRAGMA user_version = {journal.FORMAT};
"""
_SHOWN = 3
_Key = tuple[bytes | None, str]
ChunkRow = tuple[int, int, str | None, bool]
"""Number, size in bytes, ETag and confirmation of a chunk."""


class OpenJournal:
    """The open journal of a running upload.

    Args:
        path: The path of the journal, which may not exist yet.
        found: The files of the upload.
        base_url: The service that receives them.
        kind: Their kind: ``images``, ``documents`` or ``videos``.
        options: The options of the call, by the names of the arguments.

    Attributes:
        rows: The rows of an earlier call, by the index of the file, without those of files that
            start over.
        replaced: The rows of files that have changed since, by the index of the file.

    Raises:
        ValidationError: The journal belongs to other files, to another kind of upload, to other
            options or to another service; it is in use, or the file is not a journal.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        found: Sequence[UploadInput],
        base_url: str,
        kind: str,
        options: Mapping[str, Any],
    ) -> None:
        self._path = Path(check.path("journal", path))
        self._places: dict[int, int] = {}
        self.rows: dict[int, FileOutcome] = {}
        self.replaced: dict[int, FileOutcome] = {}
        about = {
            "kind": kind,
            "base_url": base_url,
            "options": json.dumps(dict(options), sort_keys=True),
        }
        with self._using():
            self._database = sqlite3.connect(
                self._path, timeout=0.2, isolation_level=None, check_same_thread=False
            )
        try:
            with self._using():
                self._open(found, about)
        except BaseException:
            self._database.close()
            raise

    def set(self, index: int, **values: Any) -> None:
        """Change columns of the row of a file."""
        settings = ", ".join(f"{name} = ?" for name in values)
        with self._using():
            self._database.execute(
                f"UPDATE files SET {settings} WHERE position = ?",  # noqa: S608 - our own names
                (*map(_storable, values.values()), self._places[index]),
            )

    def chunks(self, index: int) -> list[ChunkRow]:
        """Return the chunks of a video, in order."""
        with self._using():
            rows = self._database.execute(
                "SELECT number, size, etag, confirmed FROM chunks WHERE position = ?"
                " ORDER BY number",
                (self._places[index],),
            )
            return [(number, size, etag, bool(done)) for number, size, etag, done in rows]

    def limits(self, index: int) -> tuple[int, int]:
        """Return the most chunks of a video in flight, and how many new URLs each may get."""
        with self._using():
            row = self._database.execute(
                "SELECT at_once, retries FROM uploads WHERE position = ?", (self._places[index],)
            ).fetchone()
        return row or (1, 0)

    def plan_chunks(
        self, index: int, sizes: Iterable[tuple[int, int]], *, at_once: int, retries: int
    ) -> None:
        """Replace the rows of the chunks of a video.

        Args:
            index: The video.
            sizes: Number and size of each chunk.
            at_once: Most chunks in flight.
            retries: New URLs that each chunk may get.
        """
        place = self._places[index]
        with self._using():
            self._database.execute("DELETE FROM chunks WHERE position = ?", (place,))
            self._database.execute(
                "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?)", (place, at_once, retries)
            )
            self._database.executemany(
                "INSERT INTO chunks (position, number, size) VALUES (?, ?, ?)",
                [(place, number, size) for number, size in sizes],
            )

    def set_chunk(self, index: int, number: int, *, etag: str | None, confirmed: bool) -> None:
        """Change the row of a chunk."""
        with self._using():
            self._database.execute(
                "UPDATE chunks SET etag = ?, confirmed = ? WHERE position = ? AND number = ?",
                (etag, int(confirmed), self._places[index], number),
            )

    @contextmanager
    def whole(self, *, safely: bool = False) -> Generator[None]:
        """Apply all changes in the block or none; `safely` waits until they are on disk."""
        with self._using():
            self._database.execute(f"PRAGMA synchronous = {'FULL' if safely else 'NORMAL'}")
            self._database.execute("BEGIN")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back already if the disk is full; the first error is raised.
                with suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the journal, so that other uploads can open it."""
        self._database.close()

    @contextmanager
    def _using(self) -> Generator[None]:
        with journal.reading(self._path):
            yield

    def _open(self, found: Sequence[UploadInput], about: Mapping[str, str]) -> None:
        # Locked during the upload; a killed process releases the lock.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        known = journal.check_format(self._path, self._database)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        if known:
            self._database.execute("BEGIN EXCLUSIVE")
            self._database.execute("COMMIT")
            self._require(about)
            self._resume(found)
        else:
            self._begin(found, about)

    def _begin(self, found: Sequence[UploadInput], about: Mapping[str, str]) -> None:
        self._database.executescript(_TABLES)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._database.executemany(
            "INSERT INTO about VALUES (?, ?)", [*about.items(), ("created_at", now)]
        )
        for one in found:
            self._places[one.index] = one.index
            self._database.execute(
                "INSERT INTO files (position, filename, path, size, state) VALUES (?, ?, ?, 0, ?)",
                (one.index, journal.encoded(_name(one)), _place(one), State.PLANNED),
            )
            self._plan(one)
        self._database.execute("COMMIT")

    def _require(self, about: Mapping[str, str]) -> None:
        """Refuse to resume an upload with other options or of another service."""
        before = dict(self._database.execute("SELECT name, value FROM about"))
        if before.get("kind") != about["kind"]:
            self._refuse(f"belongs to an upload of {before.get('kind')}, not of {about['kind']}")
        if before.get("base_url") != about["base_url"]:
            self._refuse(
                f"belongs to uploads to {before.get('base_url')}, not to {about['base_url']}"
            )
        old: dict[str, Any] = json.loads(before.get("options", "{}"))
        new: dict[str, Any] = json.loads(about["options"])
        names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        if names:
            parts = [f"{name} was {old.get(name)!r} and is {new.get(name)!r}" for name in names]
            self._refuse(
                f"belongs to an upload with other options: {', '.join(parts)}."
                f" {hint(Hint.OLD_OPTIONS)}",
                options=names,
            )

    def _resume(self, found: Sequence[UploadInput]) -> None:
        rows = {row.position: row for row in journal.outcomes(self._database)}
        self._places = self._matched(found, rows.values())
        with self.whole(safely=True):
            for one in found:
                row = rows[self._places[one.index]]
                if not _holds(one, row):
                    self.replaced[one.index] = row
                    self._plan(one)
                elif row.state is not State.PLANNED:
                    self.rows[one.index] = row

    def _matched(self, found: Sequence[UploadInput], rows: Iterable[FileOutcome]) -> dict[int, int]:
        """Return the journal position of each file; files that occur twice keep their order."""
        places: dict[_Key, list[int]] = {}
        for row in rows:
            path = os.fsencode(row.path) if row.path is not None else None
            places.setdefault((path, sendable(row.filename)), []).append(row.position)
        matched: dict[int, int] = {}
        extra: list[str] = []
        for one in found:
            if place := places.get(_key(one)):
                matched[one.index] = place.pop(0)
            else:
                extra.append(one.source or one.filename)
        missing = [
            os.fsdecode(path) if path is not None else name
            for (path, name), left in places.items()
            for _ in left
        ]
        if extra or missing:
            parts = [
                f"{len(names)} {what} ({', '.join(names[:_SHOWN])})"
                for names, what in ((extra, "are not in it"), (missing, "are missing here"))
                if names
            ]
            self._refuse(
                f"belongs to another set of files: {' and '.join(parts)}. {self._advice(extra)}",
                new_files=extra,
                missing_files=missing,
            )
        return matched

    def _plan(self, one: UploadInput) -> None:
        """Reset the row of a file, so that it starts over."""
        size, mtime = size_and_time(one.upload) if one.upload else (0, None)
        # The next call can identify bytes by their hash only.
        in_memory = one.upload is not None and one.upload.data is not None
        self.set(
            one.index,
            state=State.PLANNED if one.upload else State.FAILED,
            size=size,
            mtime_ns=mtime,
            sha256=_digest(one.upload) if one.upload and in_memory else None,
            session_id=None,
            image_id=None,
            result=None,
            reason=one.problem,
            retryable=None if one.upload else False,
        )

    def _advice(self, extra: Sequence[str]) -> str:
        if not extra:
            return hint(Hint.OLD_FILES)
        name = str(self._path)
        other = str(self._path.with_name(f"{self._path.stem}-2{self._path.suffix}"))
        return hint(Hint.NEW_FILES, journal=name, other=other)

    def _refuse(self, reason: str, **details: Any) -> NoReturn:
        journal.refuse(self._path, reason, details=details)


def _holds(one: UploadInput, row: FileOutcome) -> bool:
    """Return whether a row is still valid for the file, which then does not start over."""
    if one.upload is None:
        return row.is_stored
    if row.state is State.FAILED and row.retryable is not False:
        return False
    if (row.size, row.mtime_ns) != size_and_time(one.upload):
        # A touched or copied file is unchanged if it has the same hash.
        same = row.size == one.upload.size and row.sha256 is not None
        return same and _digest(one.upload) == row.sha256
    return one.upload.data is None or _digest(one.upload) == row.sha256


def _key(one: UploadInput) -> _Key:
    # The rows hold names as they are on disk.
    return _place(one), sendable(one.filename)


def _name(one: UploadInput) -> str:
    """Return the name to store, as it is on disk if it is that of the path."""
    own = os.path.basename(one.source or "")  # noqa: PTH119 - no object needed
    return own if sendable(own) == one.filename else one.filename


def _place(one: UploadInput) -> bytes | None:
    # Not `resolve`: the same link counts as the same file, whatever it points to.
    source = one.source
    return os.fsencode(os.path.abspath(source)) if source is not None else None  # noqa: PTH100


def size_and_time(upload: Upload) -> tuple[int, int | None]:
    """Return the size of a file and its modification time in nanoseconds; no time for bytes."""
    # For a missing file, sending it reports the error.
    return upload.current_version() or (upload.size, None)


def _storable(value: Any) -> Any:
    # Reasons quote file names, which need not be valid text; a text column has to be.
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _digest(upload: Upload) -> str | None:
    with suppress(OSError):
        return sha256(upload.content)
    return None


__all__ = ["OpenJournal", "size_and_time"]
