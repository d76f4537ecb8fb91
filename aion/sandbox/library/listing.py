"""Lists files: filters, full-text search, order and pages, as one SQL query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aion.sandbox.contract.errors import InvalidRequest, Problem
from aion.sandbox.store.clock import seconds_of, stamp
from aion.sandbox.store.database import Database
from aion.sandbox.store.files import COLUMNS, StoredFile
from aion.sandbox.store.text_index import words_expression

_DATE: Final = "coalesce(content_created_at, created_at)"
SORTS: Final = {
    "content_created_at": _DATE,
    "created_at": "created_at",
    "title": "title COLLATE NOCASE",
    "size_bytes": "size_bytes",
}
"""Sort orders of a list; a file without a date of its own sorts by its upload."""

MEDIA_TYPES: Final = frozenset({"image", "video", "document", "link"})
_SEARCHED: Final = {
    "all": "title description visible_text",
    "metadata": "title description",
    "visible_text": "visible_text",
}
_MAX_IDS: Final = 500
_MAX_OFFSET: Final = 2**62
_MANY: Final = 1000
"""Number of hits from which on the date index is scanned instead."""


def list_files(database: Database, wanted: Mapping[str, Any]) -> tuple[list[StoredFile], int]:
    """Return one page of the files that pass all filters, and the number on all pages.

    Args:
        database: The sandbox's database.
        wanted: The decoded query parameters of the operation.

    Raises:
        InvalidRequest: a value that the contract's types allow is out of range.
    """
    order_by = wanted["sort_by"] or "content_created_at"
    direction = (wanted["sort_order"] or "desc").lower()
    _refuse_unknown("sort_by", [order_by], SORTS)
    _refuse_unknown("sort_order", [direction], ("asc", "desc"))
    conditions, values = _conditions(wanted)
    where = " AND ".join(conditions)
    table = _table(database, wanted)
    total = database.count(f"SELECT count(*) FROM {table} WHERE {where}", values)
    order = f"{SORTS[order_by]} {direction}, n {direction}"
    # The page is selected by number first: sorting whole rows costs three times as much.
    page = f"SELECT n FROM {table} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
    rows = database.rows(
        f"SELECT {COLUMNS} FROM files WHERE n IN ({page}) ORDER BY {order}",
        (*values, wanted["limit"], min(wanted["offset"], _MAX_OFFSET)),
    )
    return [StoredFile(*row) for row in rows], total


def _table(database: Database, wanted: Mapping[str, Any]) -> str:
    """Return the table of files, with the index that suits the number of hits."""
    if not _is_search(wanted):
        return "files"
    found = database.count(
        "SELECT count(*) FROM (SELECT 1 FROM files_text WHERE files_text MATCH ? LIMIT ?)",
        (match_expression(wanted["search"], wanted["search_mode"]), _MANY),
    )
    # A few hits are read by number. Many hits would mean as many rows, while a scan of the dates
    # reads no rows: it checks for each number only whether it is a hit.
    return "files" if found < _MANY else "files INDEXED BY files_by_date"


def _is_search(wanted: Mapping[str, Any]) -> bool:
    return bool((wanted["search"] or "").strip())


def _conditions(wanted: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    conditions = ["deleted_at IS NULL"]
    values: list[Any] = []
    if _is_search(wanted):
        conditions.append("n IN (SELECT rowid FROM files_text WHERE files_text MATCH ?)")
        values.append(match_expression(wanted["search"], wanted["search_mode"]))
    for tag in wanted["tags"] or ():
        conditions.append("EXISTS (SELECT 1 FROM json_each(files.tags) WHERE value = ?)")
        values.append(tag)
    for name, comparison in (("date_from", ">="), ("date_to", "<=")):
        if wanted[name] is not None:
            conditions.append(f"{_DATE} {comparison} ?")
            values.append(_moment(name, wanted[name]))
    if wanted["has_description"] is not None:
        conditions.append(f"description IS {'NOT ' if wanted['has_description'] else ''}NULL")
    if wanted["ids"] is not None:
        if len(wanted["ids"]) > _MAX_IDS:
            raise InvalidRequest([Problem(("query", "ids"), f"At most {_MAX_IDS} ids", "too_long")])
        conditions.append(f"id IN ({', '.join('?' for _ in wanted['ids'])})")
        values += [one.lower() for one in wanted["ids"]]
    if wanted["media_types"] is not None:
        _refuse_unknown("media_types", wanted["media_types"], MEDIA_TYPES)
        conditions.append(f"media_type IN ({', '.join('?' for _ in wanted['media_types'])})")
        values += wanted["media_types"]
    if wanted["folder_id"] is not None:
        conditions.append("folder_id = ?")
        values.append(wanted["folder_id"].lower())
    return conditions, values


def match_expression(text: str, mode: str) -> str:
    """Build the FTS5 query for all words of a text, each as the start of a word."""
    return f"{{{_SEARCHED[mode]}}} : ({words_expression(text)})"


def _moment(name: str, text: str) -> str:
    try:
        return stamp(seconds_of(text.upper()))
    except (ValueError, OverflowError):
        raise InvalidRequest(
            [Problem(("query", name), "Not a date and time that can be compared", "datetime")]
        ) from None


def _refuse_unknown(name: str, given: list[str], allowed: Any) -> None:
    for one in given:
        if one not in allowed:
            choices = ", ".join(sorted(allowed))
            raise InvalidRequest(
                [Problem(("query", name), f"{one!r} is not one of {choices}", "enum")]
            )
