"""The SQLite database of one sandbox: one connection, used by the server's thread alone.

Write-ahead logging, so that a killed process leaves whole transactions or nothing. The file is
locked exclusively: a second sandbox on the same folder fails at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE sessions (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    upload_method TEXT NOT NULL,
    auto_describe INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    cancelled_at TEXT
);

CREATE TABLE files (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    object_key TEXT NOT NULL,
    filename TEXT NOT NULL,
    title TEXT,
    tags TEXT NOT NULL,
    tags_edited INTEGER NOT NULL DEFAULT 0,
    size_bytes INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    format TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    sha256 TEXT NOT NULL,
    upload_method TEXT NOT NULL,
    storage_target TEXT NOT NULL,
    session_id TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT,
    content_created_at TEXT,
    description_status TEXT NOT NULL,
    description_error TEXT,
    description TEXT,
    visible_text TEXT,
    confidence REAL,
    described_from TEXT,
    finished_at TEXT,
    variant_status TEXT,
    variant_error TEXT,
    variant_suffix TEXT,
    blur_hash TEXT,
    changed_at TEXT NOT NULL,
    deleted_at TEXT,
    folder_id TEXT,
    extra TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX files_by_date ON files (coalesce(content_created_at, created_at), n)
    WHERE deleted_at IS NULL;
CREATE INDEX files_by_hash ON files (sha256) WHERE deleted_at IS NULL;
CREATE INDEX files_by_session ON files (session_id);
CREATE INDEX files_by_creation ON files (created_at);
CREATE INDEX files_by_folder ON files (folder_id) WHERE deleted_at IS NULL;
CREATE INDEX files_by_size ON files (size_bytes) WHERE deleted_at IS NULL;

CREATE TABLE session_items (
    session_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    filename TEXT NOT NULL,
    file_id TEXT,
    duplicate INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    retryable INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (session_id, position)
) WITHOUT ROWID;

CREATE TABLE jobs (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    due REAL NOT NULL,
    stage TEXT NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    turn INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    parent TEXT,
    n INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX records_by_order ON records (kind, n);
CREATE INDEX records_by_parent ON records (kind, parent, n);

CREATE TABLE counters (kind TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE objects (
    key TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    md5 TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content_type TEXT,
    changed INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE swatches (
    file INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hex TEXT NOT NULL,
    percentage REAL NOT NULL,
    name TEXT NOT NULL,
    lightness REAL NOT NULL,
    a REAL NOT NULL,
    b REAL NOT NULL,
    PRIMARY KEY (file, position)
) WITHOUT ROWID;
CREATE INDEX swatches_by_place ON swatches (lightness, a, b, percentage, name, hex);
CREATE TRIGGER swatches_removed AFTER UPDATE OF deleted_at ON files
WHEN new.deleted_at IS NOT NULL BEGIN
    DELETE FROM swatches WHERE file = new.n;
END;

CREATE TABLE texts (
    n INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    parent TEXT,
    text TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX texts_by_parent ON texts (kind, parent);
CREATE VIRTUAL TABLE texts_words USING fts5(
    text, content='texts', content_rowid='n', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER texts_added AFTER INSERT ON texts BEGIN
    INSERT INTO texts_words (rowid, text) VALUES (new.n, new.text);
END;
CREATE TRIGGER texts_removed AFTER DELETE ON texts BEGIN
    INSERT INTO texts_words (texts_words, rowid, text) VALUES ('delete', old.n, old.text);
END;

CREATE VIRTUAL TABLE files_text USING fts5(
    title, description, visible_text,
    content='files', content_rowid='n', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER files_text_added AFTER INSERT ON files BEGIN
    INSERT INTO files_text (rowid, title, description, visible_text)
    VALUES (new.n, new.title, new.description, new.visible_text);
END;
CREATE TRIGGER files_text_changed AFTER UPDATE OF title, description, visible_text ON files BEGIN
    INSERT INTO files_text (files_text, rowid, title, description, visible_text)
    VALUES ('delete', old.n, old.title, old.description, old.visible_text);
    INSERT INTO files_text (rowid, title, description, visible_text)
    VALUES (new.n, new.title, new.description, new.visible_text);
END;
"""

SCHEMA_VERSION: Final = 4
"""Increased with every change of SCHEMA; a folder of another version is refused."""

_TABLES: Final = (
    "jobs", "records", "counters", "objects", "swatches", "texts", "session_items", "sessions",
    "files",
)  # fmt: skip


class Database:
    """Runs statements and transactions on the state of one sandbox."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        """Open or create the file.

        Raises:
            OSError: the file cannot be opened, is in use, or has another layout.
        """
        self._depth = 0
        with ExitStack() as undo:
            try:
                self._connection = sqlite3.connect(
                    path, timeout=0.2, isolation_level=None, check_same_thread=False
                )
                undo.callback(self._connection.close)
                version = self._prepare(durable=durable)
            except sqlite3.OperationalError as error:
                in_use = "locked" in str(error)
                reason = "another sandbox uses this folder" if in_use else str(error)
                raise OSError(reason) from None
            except sqlite3.DatabaseError as error:
                raise OSError(f"{path.name} is not a database of the sandbox: {error}") from None
            if version not in {0, SCHEMA_VERSION}:
                raise OSError(f"{path.name} was written by another version of the sandbox")
            undo.pop_all()

    def _prepare(self, *, durable: bool) -> int:
        """Set the file up, create its tables if it is new, and return the version it had."""
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing in either mode; only a power cut makes a difference,
        # and a temporary folder does not survive one.
        self._connection.execute(f"PRAGMA synchronous = {'NORMAL' if durable else 'OFF'}")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT"
            )
        return int(version)

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self._connection.execute(sql, tuple(values)).fetchall()

    def row(self, sql: str, values: Iterable[Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        found: tuple[Any, ...] | None = self._connection.execute(sql, tuple(values)).fetchone()
        return found

    def run(self, sql: str, values: Iterable[Any] = ()) -> int:
        """Run one statement; returns the number of changed rows."""
        return self._connection.execute(sql, tuple(values)).rowcount

    def count(self, sql: str, values: Iterable[Any] = ()) -> int:
        """Return the number of a counting query."""
        found = self.row(sql, values)
        return int(found[0]) if found is not None and found[0] is not None else 0

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make all statements inside take effect together, or none of them.

        Transactions nest: an inner one that raises undoes its own statements only. Never await
        inside: statements of another request would become part of it.
        """
        name = f"level_{self._depth}"
        self._connection.execute(f"SAVEPOINT {name}" if self._depth else "BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            self._connection.execute(f"ROLLBACK TO {name}" if self._depth else "ROLLBACK")
            if self._depth:
                self._connection.execute(f"RELEASE {name}")
            raise
        self._depth -= 1
        self._connection.execute(f"RELEASE {name}" if self._depth else "COMMIT")

    def next_number(self, kind: str) -> int:
        """Return the next number of a kind, from 1; each number is returned once."""
        found = self.row(
            "INSERT INTO counters (kind, n) VALUES (?, 1) "
            "ON CONFLICT (kind) DO UPDATE SET n = n + 1 RETURNING n",
            (kind,),
        )
        return int(found[0]) if found is not None else 1

    def clear(self) -> None:
        """Delete all rows, and keep the schema."""
        with self.transaction():
            for table in _TABLES:
                self._connection.execute(f"DELETE FROM {table}")
            for index in ("files_text", "texts_words"):
                self._connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")

    def copy_to(self, target: sqlite3.Connection) -> None:
        """Copy everything into another database."""
        self._connection.backup(target)

    def copy_from(self, source: sqlite3.Connection) -> None:
        """Replace everything by the content of a copy."""
        source.backup(self._connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
