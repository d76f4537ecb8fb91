"""The journal of an upload: what `journal=PATH` writes, and how to read it.

A journal belongs to one set of files, one kind of upload with its options, and one service. It is
a SQLite database in WAL mode, so after any end of the upload (an error, Ctrl-C, ``kill -9``, a
power cut), the same call with the same journal resumes it. It holds no key, no file content and no
signed URL. While an upload writes it, no other process can open it.

Format 2: ``PRAGMA application_id`` is 0x41494F4E ("AION"), ``PRAGMA user_version`` the format.

| table `about`   |                                                                          |
|-----------------|--------------------------------------------------------------------------|
| `name`, `value` | `kind`: ``images``, ``documents`` or ``videos``; `base_url` of the        |
|                 | service; `options` of the first call, a JSON object of those that were    |
|                 | given; `created_at` of the journal (ISO 8601)                             |

| table `files` | one row a file                                                             |
|---------------|----------------------------------------------------------------------------|
| `position`    | integer: position in the input of the first call, from 0                   |
| `filename`    | blob: the name to store, in UTF-8 (`surrogatepass`)                        |
| `path`        | blob: absolute path, as the system has it (`os.fsencode`); null for bytes   |
| `size`        | integer: bytes                                                             |
| `mtime_ns`    | integer: when it was last changed; null for bytes                          |
| `sha256`      | text: in hexadecimal, once it was needed; always for bytes                 |
| `state`       | text: a `State`                                                            |
| `session_id`  | text: the upload session that took it; of a video, the id of its upload     |
| `image_id`    | text: its id in the library; of a video, from the beginning of its upload   |
| `result`      | text: the `UploadResult`, `DocumentUploadResult` or `VideoUploadResult` as  |
|               | JSON, without signed links                                                 |
| `reason`      | text: why it failed                                                        |
| `retryable`   | integer: 0 when resending the same file cannot help                        |

| table `uploads` | one row a video whose upload has begun                                   |
|-----------------|--------------------------------------------------------------------------|
| `position`      | integer: the file                                                        |
| `at_once`       | integer: most chunks in flight that the service allows                   |
| `retries`       | integer: new URLs that one chunk may request                             |

| table `chunks` | one row a chunk of such a video                                           |
|----------------|---------------------------------------------------------------------------|
| `position`     | integer: the file                                                         |
| `number`       | integer: the chunk, from 1                                                |
| `size`         | integer: bytes                                                            |
| `etag`         | text: the ETag in the response of storage, once the chunk is stored       |
| `confirmed`    | integer: 1 once it is confirmed to the service                            |
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

from aion import _checks as check
from aion.exceptions import ValidationError

APPLICATION = 0x41494F4E
FORMAT = 2
_BUSY_SECONDS = 0.2
COLUMNS = (
    "position, filename, path, size, mtime_ns, sha256, state, session_id, image_id, result,"
    " reason, retryable"
)


class State(StrEnum):
    """The state of a file."""

    PLANNED = "planned"
    """Not sent yet."""
    SENDING = "sending"
    """It was in flight: the next call checks whether it is stored."""
    SENT = "sent"
    """The service accepted it; its upload session is known, its id not yet."""
    STORED = "stored"
    """It is stored; its description, processing or analysis is pending, or was not waited for."""
    DESCRIBED = "described"
    """It is stored, and its description, processing or analysis has ended or failed."""
    FAILED = "failed"
    """It was not stored, because of its `reason`."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """The outcome of one file.

    Attributes:
        position: Its position in the input, from 0.
        filename: The name to store.
        path: Its path; None for bytes.
        size: Its size in bytes.
        mtime_ns: Its modification time, in nanoseconds since 1970; None for bytes.
        sha256: Its hash in hexadecimal, if it was needed.
        state: Its state.
        session_id: The upload session that accepted it; of a video, the id of its upload.
        image_id: Its id in the library, once it is known.
        result: Its result as JSON, once it is stored.
        reason: Why it failed.
        retryable: Whether resending it may help; None if unknown.
    """

    position: int
    filename: str
    path: Path | None
    size: int
    mtime_ns: int | None
    sha256: str | None
    state: State
    session_id: str | None
    image_id: str | None
    result: str | None
    reason: str | None
    retryable: bool | None

    @property
    def is_stored(self) -> bool:
        """Whether it is known to be in the library."""
        return self.state in (State.STORED, State.DESCRIBED)


class Journal:
    """A journal that an upload has written.

    Args:
        path: The file that was passed as `journal`.

    Raises:
        ValidationError: `path` is not a path.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(check.path("path", path))

    def report(self) -> list[FileOutcome]:
        """Return every file of the upload with its outcome, in the order of the input. No request.

        Raises:
            ValidationError: The file does not exist, is not a journal, or an upload is writing it.
        """
        if not os.path.isfile(self.path):  # noqa: PTH113 - accepts names that are too long
            refuse(self.path, "does not exist")
        with (
            reading(self.path),
            closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS)) as database,
        ):
            if not check_format(self.path, database):
                refuse(self.path, "is empty: its upload ended before it began")
            return list(outcomes(database))

    def __repr__(self) -> str:
        return f"Journal({str(self.path)!r})"


def outcomes(database: sqlite3.Connection) -> Iterator[FileOutcome]:
    """Yield the rows of an open journal."""
    for row in database.execute(f"SELECT {COLUMNS} FROM files ORDER BY position"):  # noqa: S608
        position, name, path, size, mtime, sha256, state, session, image, result, why, again = row
        yield FileOutcome(
            position,
            decoded(name),
            Path(os.fsdecode(path)) if path is not None else None,
            size,
            mtime,
            sha256,
            State(state),
            session,
            image,
            result,
            why,
            None if again is None else bool(again),
        )


def encoded(name: str) -> bytes:
    """Encode a name for the journal: file names need not be valid text."""
    return name.encode("utf-8", "surrogatepass")


def decoded(name: bytes) -> str:
    """Decode a name that `encoded` encoded."""
    return name.decode("utf-8", "surrogatepass")


def check_format(path: Path, database: sqlite3.Connection) -> bool:
    """Return whether a database is a journal; False for an empty one.

    Raises:
        ValidationError: It is another database, or has another format.
    """
    application = database.execute("PRAGMA application_id").fetchone()[0]
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if (application, version) == (APPLICATION, FORMAT):
        return True
    if application == APPLICATION:
        refuse(path, f"has format {version}; this version of aion knows format {FORMAT}")
    if application or version or database.execute("SELECT 1 FROM sqlite_schema").fetchone():
        refuse(path, "is not a journal but another database: pass the path of a new file")
    return False


@contextmanager
def reading(path: Path) -> Generator[None]:
    """Convert SQLite errors into the documented one."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            reason = "is in use: another upload is writing it"
        elif name.startswith("SQLITE_NOTADB"):
            reason = "is not a journal: pass the path of a new file"
        else:
            reason = f"cannot be used: {error}"
        refuse(path, reason, error)


def refuse(
    path: Path,
    reason: str,
    cause: Exception | None = None,
    *,
    details: Mapping[str, Any] | None = None,
) -> NoReturn:
    """Raise the error of a journal that cannot be used."""
    raise ValidationError(
        f"the journal {path} {reason}",
        details={"field": "journal", "path": str(path), **(details or {})},
    ) from cause


__all__ = ["FileOutcome", "Journal", "State"]
