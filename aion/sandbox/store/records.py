"""Records: JSON objects of any kind, for everything that needs no table of its own.

A record is found by kind and id, or listed by kind and parent in a fixed order. The folder of the
subject defines a kind and its body. Writes belong to the surrounding transaction.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from aion.sandbox.store.clock import Clock
from aion.sandbox.store.database import Database
from aion.sandbox.store.ids import make_id
from aion.sandbox.store.jsontext import json_text

_COLUMNS: Final = "kind, id, parent, n, body, created_at, updated_at"
_MOST: Final = 2**62
"""More rows than any table has, and still an integer of SQLite."""


class Parents(Enum):
    """Which parents a search covers when it names none."""

    ANY = "any"


ANY_PARENT: Final = Parents.ANY
"""Records below any parent, and those without one."""


@dataclass(frozen=True, slots=True)
class Record:
    """One stored object; the body is the reader's own copy."""

    kind: str
    id: str
    parent: str | None
    n: int
    """Place in the order of its kind."""
    body: dict[str, Any]
    created_at: str
    updated_at: str


class Records:
    """Reads and writes records."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._changes: Counter[str] = Counter()

    def changes(self, kind: str) -> int:
        """Return how often records of a kind were written in this process; for caches."""
        return self._changes[kind]

    def new_id(self, kind: str) -> str:
        """Return a UUID that is new for the kind; the same sequence in every run."""
        return make_id(kind, self._database.next_number(f"id/{kind}"))

    def put(
        self,
        kind: str,
        id: str,  # noqa: A002 - an id is called id everywhere on the wire
        body: Mapping[str, Any],
        *,
        parent: str | None = None,
        order: int | None = None,
    ) -> Record:
        """Store or replace a record.

        A replaced one keeps its date of creation and, unless `order` is given, its place.

        Args:
            kind: What it is: `folder`, `chat_session`, ...
            id: Unique among its kind.
            body: Anything that JSON can carry.
            parent: Id of what it belongs to, for `find`.
            order: Its place among its kind; last when None.
        """
        now = self._clock.stamp()
        known = self._database.row(
            "SELECT n, created_at FROM records WHERE kind = ? AND id = ?", (kind, id)
        )
        if order is None and known is not None:
            order = int(known[0])
        elif order is None:
            order = self._database.next_number(f"n/{kind}")
        created = known[1] if known is not None else now
        text = json_text(dict(body))
        self._changes[kind] += 1
        self._database.run(
            f"INSERT OR REPLACE INTO records ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (kind, id, parent, order, text, created, now),
        )
        return Record(kind, id, parent, order, json.loads(text), created, now)

    def update(self, kind: str, id: str, **changes: Any) -> Record | None:  # noqa: A002
        """Set some fields of a body and keep the rest; None if the record does not exist."""
        known = self.get(kind, id)
        if known is None:
            return None
        body = {**known.body, **changes}
        return self.put(kind, id, body, parent=known.parent, order=known.n)

    def get(self, kind: str, id: str) -> Record | None:  # noqa: A002
        """Return the record of an id, or None."""
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM records WHERE kind = ? AND id = ?", (kind, id)
        )
        return _record(row) if row is not None else None

    def first(self, kind: str, parent: str) -> Record | None:
        """Return the first record of a kind below a parent, or None."""
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM records WHERE kind = ? AND parent = ? ORDER BY n LIMIT 1",
            (kind, parent),
        )
        return _record(row) if row is not None else None

    def find(
        self,
        kind: str,
        *,
        parent: str | Parents | None = ANY_PARENT,
        where: Callable[[Record], bool] | None = None,
        newest_first: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[list[Record], int]:
        """Return one page of the records of a kind, and the number on all pages.

        Args:
            kind: What to list.
            parent: Only those below this one; None means those without a parent.
            where: Only those for which this is true; it then reads all of the kind and parent.
            newest_first: Last in order first.
            limit: Maximum number of records; all when None.
            offset: Number of records to skip.
        """
        condition, values = _condition(kind, parent)
        order = f"ORDER BY n {'DESC' if newest_first else 'ASC'}"
        sql = f"SELECT {_COLUMNS} FROM records WHERE {condition} {order}"
        if where is not None:
            rows = [_record(row) for row in self._database.rows(sql, values)]
            fitting = [one for one in rows if where(one)]
            end = None if limit is None else offset + limit
            return fitting[offset:end], len(fitting)
        page = (*values, -1 if limit is None else min(limit, _MOST), min(offset, _MOST))
        rows = [_record(row) for row in self._database.rows(f"{sql} LIMIT ? OFFSET ?", page)]
        if limit is None and offset == 0:
            return rows, len(rows)
        return rows, self.count(kind, parent=parent)

    def count(self, kind: str, *, parent: str | Parents | None = ANY_PARENT) -> int:
        """Count the records of a kind, below a parent if one is named."""
        condition, values = _condition(kind, parent)
        return self._database.count(f"SELECT count(*) FROM records WHERE {condition}", values)

    def delete(self, kind: str, id: str) -> bool:  # noqa: A002
        """Remove a record; returns whether it existed."""
        self._changes[kind] += 1
        sql = "DELETE FROM records WHERE kind = ? AND id = ?"
        return self._database.run(sql, (kind, id)) > 0

    def delete_below(self, kind: str, parent: str) -> int:
        """Remove all records of a kind below a parent; returns their number."""
        self._changes[kind] += 1
        sql = "DELETE FROM records WHERE kind = ? AND parent = ?"
        return self._database.run(sql, (kind, parent))


def _condition(kind: str, parent: str | Parents | None) -> tuple[str, tuple[Any, ...]]:
    if isinstance(parent, Parents):
        return "kind = ?", (kind,)
    if parent is None:
        return "kind = ? AND parent IS NULL", (kind,)
    return "kind = ? AND parent = ?", (kind, parent)


def _record(row: tuple[Any, ...]) -> Record:
    kind, record_id, parent, n, body, created_at, updated_at = row
    return Record(kind, record_id, parent, n, json.loads(body), created_at, updated_at)
