"""The journal of an upload: what `journal=PATH` writes, and how to read it.

A journal belongs to one set of files, one kind of upload with its options, and one service. It is
a SQLite database in WAL mode, so that whatever ends the upload (an error, Ctrl-C, ``kill -9``, a
power cut), the same call with the same journal goes on where it ended. It holds no key, no content
of a file and no signed URL. While an upload writes it, nobody else can open it.

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
| `retryable`   | integer: 0 when sending the same file again cannot help                    |

| table `uploads` | one row a video whose upload has begun                                   |
|-----------------|--------------------------------------------------------------------------|
| `position`      | integer: the file                                                        |
| `at_once`       | integer: chunks that the service lets be sent at a time                  |
| `retries`       | integer: new URLs that one chunk may ask for                             |

| table `chunks` | one row a chunk of such a video                                           |
|----------------|---------------------------------------------------------------------------|
| `position`     | integer: the file                                                         |
| `number`       | integer: the chunk, from 1                                                |
| `size`         | integer: bytes                                                            |
| `etag`         | text: what storage answered, once it has the chunk                        |
| `confirmed`    | integer: 1 once the service knows of it                                   |
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
    """How far a file is."""

    PLANNED = "planned"
    """Not sent yet."""
    SENDING = "sending"
    """It was being sent: what of it arrived is found out by the next call."""
    SENT = "sent"
    """The service took it; its id is not known yet, but its upload session is."""
    STORED = "stored"
    """It is in the library; its description, processing or analysis has not ended, or was not
    waited for."""
    DESCRIBED = "described"
    """That has ended, well or not: nothing is left to do."""
    FAILED = "failed"
    """It was not stored, for the `reason` that is given."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        position: Its position in the input, from 0.
        filename: The name that it is stored under.
        path: Where it lies; None for bytes.
        size: Bytes.
        mtime_ns: When it was last changed, in nanoseconds since 1970; None for bytes.
        sha256: Its hash in hexadecimal, where it was needed.
        state: How far it is.
        session_id: The upload session that took it; of a video, the id of its upload.
        image_id: Its id in the library, once it is known.
        result: Its result as JSON, once it is stored.
        reason: Why it failed.
        retryable: Whether sending it again may help; None where nobody said.
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
        path: The file that was given as `journal`.

    Raises:
        ValidationError: It is no path.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(check.path("path", path))

    def report(self) -> list[FileOutcome]:
        """Every file of the upload with its outcome, in the order of the input. No request.

        Raises:
            ValidationError: There is no such journal, it is none, or an upload is writing it.
        """
        if not os.path.isfile(self.path):  # noqa: PTH113 - a name that is too long is no error
            refuse(self.path, "does not exist")
        with reading(self.path), closing(sqlite3.connect(self.path, _BUSY_SECONDS)) as database:
            if not check_format(self.path, database):
                refuse(self.path, "is empty: its upload ended before it began")
            return list(outcomes(database))

    def __repr__(self) -> str:
        return f"Journal({str(self.path)!r})"


def outcomes(database: sqlite3.Connection) -> Iterator[FileOutcome]:
    """The rows of an open journal."""
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
    """A name as the journal has it: names of files need not be valid text."""
    return name.encode("utf-8", "surrogatepass")


def decoded(name: bytes) -> str:
    """The name that `encoded` got."""
    return name.decode("utf-8", "surrogatepass")


def check_format(path: Path, database: sqlite3.Connection) -> bool:
    """Whether a database is a journal; False for one that is still empty.

    Raises:
        ValidationError: It is something else, or of another format.
    """
    application = database.execute("PRAGMA application_id").fetchone()[0]
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if (application, version) == (APPLICATION, FORMAT):
        return True
    if application == APPLICATION:
        refuse(path, f"has format {version}; this version of aion knows format {FORMAT}")
    if application or version or database.execute("SELECT 1 FROM sqlite_schema").fetchone():
        refuse(path, "is a database of something else: give the path of a new file")
    return False


@contextmanager
def reading(path: Path) -> Generator[None]:
    """Turns what SQLite says of a file into the documented error."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            reason = "is in use: another upload is writing it"
        elif name.startswith("SQLITE_NOTADB"):
            reason = "is no journal: give the path of a new file"
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
