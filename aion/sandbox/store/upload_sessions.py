"""Upload sessions: the files of one batch request, and their progress.

A session stores accepted and refused files. Everything that changes afterwards is read from the
files themselves, so session and files cannot disagree.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from aion.sandbox.store.database import Database
from aion.sandbox.store.files import COLUMNS, StoredFile

CANCELLABLE: Final = frozenset({"pending", "processing"})
"""States from which a session can be cancelled."""


@dataclass(frozen=True, slots=True)
class SessionItem:
    """One file of the request, in its position."""

    position: int
    filename: str
    duplicate: bool
    """The bytes were stored before; `file` is the older file."""
    error: str | None
    """Why it was refused; `file` is then None."""
    retryable: bool
    file: StoredFile | None

    def outcome(self, session: Session) -> str:
        """`pending`, `completed`, `failed` or `skipped`."""
        if self.error is not None:
            return "failed"
        if self.duplicate or self.file is None:
            return "skipped"
        status = self.file.work_status
        if status == "skipped":
            # Skipped without a requested description means done; otherwise it was cancelled.
            return "skipped" if session.auto_describe else "completed"
        return status if status in {"completed", "failed"} else "pending"


@dataclass(frozen=True)
class Session:
    """A session with its items; states and counts are derived from them."""

    id: str
    upload_method: str
    auto_describe: bool
    created_at: str
    cancelled_at: str | None
    items: tuple[SessionItem, ...]

    @cached_property
    def counts(self) -> Counter[str]:
        """Number of items by outcome."""
        return Counter(item.outcome(self) for item in self.items)

    @property
    def status(self) -> str:
        """Status of the whole session."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.upload_method == "presigned":
            waiting = self._before_storage()
            if waiting is not None:
                return waiting
        if self.counts["pending"]:
            return "processing"
        return "failed" if self.counts["failed"] == len(self.items) else "completed"

    def _before_storage(self) -> str | None:
        """Return the status of a presigned batch that is not stored yet, or never will be."""
        stages = [item.file.extras().get("upload") for item in self.items if item.file]
        if "awaiting" in stages:
            return "pending" if set(stages) == {"awaiting"} else "uploading"
        return "expired" if set(stages) == {"expired"} else None

    @property
    def progress(self) -> float:
        """Percentage of finished items."""
        done = len(self.items) - self.counts["pending"]
        return round(100 * done / len(self.items), 1) if self.items else 100.0

    @property
    def completed_at(self) -> str | None:
        """When the last item finished; None while one is unfinished."""
        if self.cancelled_at is not None or self.counts["pending"]:
            return self.cancelled_at
        ends = [item.file.finished_at for item in self.items if item.file and not item.duplicate]
        return max([self.created_at, *(end for end in ends if end is not None)])


class Sessions:
    """Reads and writes sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_number(self) -> int:
        """Return the number of the next session."""
        return self._database.count("SELECT max(n) FROM sessions") + 1

    def add(self, session: Session) -> None:
        """Store a new session with its items."""
        self._database.run(
            "INSERT INTO sessions (id, upload_method, auto_describe, created_at) "
            "VALUES (?, ?, ?, ?)",
            (session.id, session.upload_method, session.auto_describe, session.created_at),
        )
        for item in session.items:
            self._database.run(
                "INSERT INTO session_items VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    session.id, item.position, item.filename,
                    item.file.id if item.file else None,
                    item.duplicate, item.error, item.retryable,
                ),
            )  # fmt: skip

    def get(self, session_id: str) -> Session | None:
        """Return the session of an id, in either case."""
        row = self._database.row(
            "SELECT id, upload_method, auto_describe, created_at, cancelled_at "
            "FROM sessions WHERE id = ?",
            (session_id.lower(),),
        )
        return self._load(*row) if row is not None else None

    def page(
        self, status: str | None, method: str | None, limit: int, offset: int
    ) -> tuple[list[Session], int]:
        """Return one page of the sessions that pass the filters, newest first, and their number."""
        rows = self._database.rows(
            "SELECT id, upload_method, auto_describe, created_at, cancelled_at "
            "FROM sessions WHERE upload_method = coalesce(?, upload_method) ORDER BY n DESC",
            (method,),
        )
        if status is None:
            return [self._load(*row) for row in rows[offset : offset + limit]], len(rows)
        # The status is derived from the files, so it cannot be a condition of the query.
        fitting = [one for one in (self._load(*row) for row in rows) if one.status == status]
        return fitting[offset : offset + limit], len(fitting)

    def cancel(self, session: Session, now: str) -> None:
        """Mark a session as cancelled."""
        self._database.run("UPDATE sessions SET cancelled_at = ? WHERE id = ?", (now, session.id))

    def _load(
        self,
        session_id: str,
        method: str,
        auto_describe: int,
        created_at: str,
        cancelled_at: str | None,
    ) -> Session:
        rows = self._database.rows(
            "SELECT session_items.position, session_items.filename, session_items.duplicate, "
            f"session_items.error, session_items.retryable, {COLUMNS} FROM session_items "
            "LEFT JOIN files ON files.id = session_items.file_id "
            "WHERE session_items.session_id = ? ORDER BY session_items.position",
            (session_id,),
        )
        items = tuple(
            SessionItem(
                position=row[0],
                filename=row[1],
                duplicate=bool(row[2]),
                error=row[3],
                retryable=bool(row[4]),
                file=StoredFile(*row[5:]) if row[5] is not None else None,
            )
            for row in rows
        )
        return Session(session_id, method, bool(auto_describe), created_at, cancelled_at, items)
