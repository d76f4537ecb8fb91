"""What a batch writes into its journal while it goes on, and what it finds there.

What says that a file may be on its way is on the disk before the file is sent. What says that it
arrived need not be: without it, the next call asks the service.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

from aion._batches import Item, Sent
from aion._files import Found
from aion._hashing import sha256
from aion._media import Upload
from aion.types.common import DescriptionStatus
from aion.types.upload import UploadResult
from aion.uploads import journal
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
PRAGMA application_id = {journal.APPLICATION};
PRAGMA user_version = {journal.FORMAT};
"""
_SHOWN = 3
_Key = tuple[bytes | None, bytes]


class NoRecord:
    """The record of a batch without a journal: it keeps nothing."""

    def done(self) -> dict[int, FileOutcome]:
        """What an earlier call left, by the index of the file."""
        return {}

    def sending(self, items: Sequence[Item]) -> None:
        """Files are about to be sent."""

    def unsent(self, items: Sequence[Item]) -> None:
        """Files that were sent did certainly not get stored."""

    def sent(self, session_id: str, items: Sequence[Item]) -> None:
        """The service took files, but did not tell their ids yet."""

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Files are in the library; their descriptions may have ended."""

    def failed(self, index: int, reason: str, retryable: bool | None) -> None:
        """A file was not stored."""

    def doubtful(self, items: Iterable[Item]) -> None:
        """Whether files are stored cannot be told now."""

    def hashed(self, index: int, digest: str) -> None:
        """The hash of a file is known."""

    def close(self) -> None:
        """Nothing more will be recorded."""


class Record(NoRecord):
    """The record of a batch in a journal, new or of an earlier call.

    Args:
        path: Where the journal is, or will be.
        found: The files of the batch.
        base_url: The service that they go to.

    Raises:
        ValidationError: The journal is one of other files or of another service, it is in use,
            or the file is something else.
    """

    def __init__(self, path: str | os.PathLike[str], found: Sequence[Found], base_url: str) -> None:
        self._path = Path(path)
        self._places: dict[int, int] = {}
        self._done: dict[int, FileOutcome] = {}
        with self._using():
            self._database = sqlite3.connect(
                self._path, timeout=0.2, isolation_level=None, check_same_thread=False
            )
        try:
            with self._using():
                self._open(found, base_url)
        except BaseException:
            self._database.close()
            raise

    def done(self) -> dict[int, FileOutcome]:
        """What an earlier call left, by the index of the file; without what has to be sent."""
        return self._done

    def sending(self, items: Sequence[Item]) -> None:
        """Files are about to be sent: this is on the disk when it returns."""
        with self._using(), self._whole(safely=True):
            for item in items:
                size, mtime, _ = _identity(item.upload, hashed=False)
                self._database.execute(
                    "UPDATE files SET state = ?, size = ?, mtime_ns = ?, session_id = NULL,"
                    " reason = NULL, retryable = NULL WHERE position = ?",
                    (State.SENDING, size, mtime, self._places[item.index]),
                )

    def unsent(self, items: Sequence[Item]) -> None:
        """Files that were sent did certainly not get stored."""
        with self._using(), self._whole():
            for item in items:
                self._set(item.index, state=State.PLANNED)

    def sent(self, session_id: str, items: Sequence[Item]) -> None:
        """The service took files, but did not tell their ids yet."""
        with self._using(), self._whole():
            for item in items:
                self._set(item.index, state=State.SENT, session_id=session_id)

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Files are in the library; their descriptions may have ended."""
        with self._using(), self._whole():
            for index, one in results:
                self._set(
                    index,
                    state=State.STORED if one.is_pending else State.DESCRIBED,
                    image_id=one.image_id,
                    result=_written(one),
                )

    def failed(self, index: int, reason: str, retryable: bool | None) -> None:
        """A file was not stored."""
        with self._using():
            self._set(index, state=State.FAILED, reason=reason, retryable=retryable)

    def doubtful(self, items: Iterable[Item]) -> None:
        """Whether files are stored cannot be told now: the next call asks."""
        with self._using(), self._whole():
            for item in items:
                self._set(item.index, state=State.SENDING, session_id=None)

    def hashed(self, index: int, digest: str) -> None:
        """The hash of a file is known."""
        with self._using():
            self._set(index, sha256=digest)

    def close(self) -> None:
        """Nothing more will be recorded."""
        self._database.close()

    def _set(self, index: int, **values: Any) -> None:
        settings = ", ".join(f"{name} = ?" for name in values)
        self._database.execute(
            f"UPDATE files SET {settings} WHERE position = ?",  # noqa: S608 - our own names
            (*values.values(), self._places[index]),
        )

    @contextmanager
    def _using(self) -> Generator[None]:
        with journal.reading(self._path):
            yield

    @contextmanager
    def _whole(self, *, safely: bool = False) -> Generator[None]:
        """All or nothing; `safely` waits until it is on the disk."""
        self._database.execute(f"PRAGMA synchronous = {'FULL' if safely else 'NORMAL'}")
        self._database.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _open(self, found: Sequence[Found], base_url: str) -> None:
        # Taken for as long as the upload goes on; a process that is killed gives it back.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        known = journal.check_format(self._path, self._database)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        if known:
            self._database.execute("BEGIN EXCLUSIVE")
            self._database.execute("COMMIT")
            self._go_on(found, base_url)
        else:
            self._begin(found, base_url)

    def _begin(self, found: Sequence[Found], base_url: str) -> None:
        self._database.executescript(_TABLES)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._database.executemany(
            "INSERT INTO about VALUES (?, ?)", [("base_url", base_url), ("created_at", now)]
        )
        for one in found:
            self._places[one.index] = one.index
            path, name = _key(one)
            self._database.execute(
                "INSERT INTO files (position, filename, path, size, state) VALUES (?, ?, ?, 0, ?)",
                (one.index, name, path, State.PLANNED),
            )
            self._plan(one)
        self._database.execute("COMMIT")

    def _go_on(self, found: Sequence[Found], base_url: str) -> None:
        about = dict(self._database.execute("SELECT name, value FROM about"))
        if about.get("base_url") != base_url:
            journal.refuse(
                self._path, f"belongs to uploads to {about.get('base_url')}, not to {base_url}"
            )
        rows = {row.position: row for row in journal.outcomes(self._database)}
        self._places = self._matched(found, rows.values())
        with self._whole(safely=True):
            for one in found:
                row = rows[self._places[one.index]]
                kept = self._kept(one, row)
                if kept is None:
                    self._plan(one)
                elif kept.state is not State.PLANNED:
                    self._done[one.index] = kept

    def _matched(self, found: Sequence[Found], rows: Iterable[FileOutcome]) -> dict[int, int]:
        """The position in the journal of each file; files that are given twice keep their order."""
        places: dict[_Key, list[int]] = {}
        for row in rows:
            path = os.fsencode(row.path) if row.path is not None else None
            places.setdefault((path, journal.encoded(row.filename)), []).append(row.position)
        matched: dict[int, int] = {}
        extra: list[str] = []
        for one in found:
            if place := places.get(_key(one)):
                matched[one.index] = place.pop(0)
            else:
                extra.append(str(one.path or one.filename))
        missing = [
            os.fsdecode(path) if path is not None else journal.decoded(name)
            for (path, name), left in places.items()
            for _ in left
        ]
        if extra or missing:
            parts = [
                f"{len(names)} {what} ({', '.join(names[:_SHOWN])})"
                for names, what in ((extra, "are not in it"), (missing, "are missing here"))
                if names
            ]
            journal.refuse(
                self._path,
                f"belongs to another set of files: {' and '.join(parts)}. Give the files of its"
                " first call, or the path of a new journal",
            )
        return matched

    def _kept(self, one: Found, row: FileOutcome) -> FileOutcome | None:
        """What still holds of a row; None where the file has to be sent (again)."""
        if one.upload is None:
            return row if row.is_stored else None
        if row.state is State.FAILED and row.retryable is not False:
            return None
        if (row.size, row.mtime_ns) != _identity(one.upload, hashed=False)[:2]:
            # Touched or copied, but not changed, where the hash is there to tell.
            same = row.size == one.upload.size and row.sha256 is not None
            if not same or _identity(one.upload, hashed=True)[2] != row.sha256:
                return None
        elif isinstance(one.upload.content, bytes) and sha256(one.upload.content) != row.sha256:
            return None
        return row

    def _plan(self, one: Found) -> None:
        """Begin with a file, whatever the journal said of it."""
        size, mtime, digest = _identity(one.upload, hashed=False) if one.upload else (0, None, None)
        self._set(
            one.index,
            state=State.PLANNED if one.upload else State.FAILED,
            size=size,
            mtime_ns=mtime,
            sha256=digest,
            session_id=None,
            image_id=None,
            result=None,
            reason=one.problem,
            retryable=None if one.upload else False,
        )


def picked_up(
    items: Sequence[Item], done: Mapping[int, FileOutcome]
) -> tuple[list[Item], list[Item], list[Sent]]:
    """What is left of a batch: what to send, what may have arrived, and what is waited for."""
    sessions: dict[str, Sent] = {}
    plain: list[Item] = []
    doubtful: list[Item] = []
    for item in items:
        row = done.get(item.index)
        if row is None:
            plain.append(item)
        elif row.state is State.SENDING:
            doubtful.append(item)
        elif row.session_id is not None:
            sent = sessions.setdefault(row.session_id, Sent(row.session_id, []))
            if row.state is State.SENT:
                sent.items.append(item)
            elif row.image_id is not None:
                sent.taken[row.filename, row.image_id] += 1
    return plain, doubtful, [sent for sent in sessions.values() if sent.items]


def restored(row: FileOutcome) -> UploadResult | None:
    """The result that a journal holds of a file, or None when it is not known yet."""
    if row.result is not None and row.is_stored:
        return _read(row.result)
    if row.state is State.FAILED:
        return UploadResult.not_stored(
            row.filename, row.reason or "no reason was kept", retryable=row.retryable
        )
    return None


def _key(one: Found) -> _Key:
    # Not `resolve`: the same link is the same file, wherever it leads.
    path = os.fsencode(os.path.abspath(one.path)) if one.path is not None else None  # noqa: PTH100
    return path, journal.encoded(one.filename)


def _identity(upload: Upload, *, hashed: bool) -> tuple[int, int | None, str | None]:
    """Size, time of the last change and, for bytes or when it is asked for, hash of a file."""
    if isinstance(upload.content, bytes):
        return upload.size, None, sha256(upload.content)
    try:
        found = upload.content.stat()
        digest = sha256(upload.content) if hashed else None
    except OSError:
        # It is gone or unreadable: sending it will tell.
        return upload.size, None, None
    return found.st_size, found.st_mtime_ns, digest


def _written(result: UploadResult) -> str:
    # Links to pictures are signed and expire.
    data = attrs.evolve(result, thumbnail_url=None, additional_properties={}).to_dict()
    return json.dumps(data, ensure_ascii=True)


def _read(text: str) -> UploadResult:
    data: dict[str, Any] = json.loads(text)
    data["description_status"] = DescriptionStatus(data["description_status"])
    if data.get("created_at") is not None:
        data["created_at"] = datetime.fromisoformat(data["created_at"])
    return UploadResult(**data)


__all__ = ["NoRecord", "Record", "picked_up", "restored"]
