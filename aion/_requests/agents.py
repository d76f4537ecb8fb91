"""What the calls of agents check in the same way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aion import _checks as check
from aion_api import UNSET, Unset

LONGEST_REQUEST = 2000
"""Characters of a query or an intent."""

# No document limits how many ids an agent takes: this only ends a generator that never ends.
_MOST_IDS = 100_000


def request_text(field: str, value: Any) -> str:
    """A query or an intent. Blank text asks for nothing."""
    words = check.text(field, value, 1, LONGEST_REQUEST)
    if not words.strip():
        check.refuse(field, value, "text with at least one word")
    return words


def id_list(field: str, value: Iterable[Any]) -> list[str]:
    """Ids of files, any number of them."""
    items = check.texts(field, value, most=_MOST_IDS)
    if items is None:
        check.refuse(field, value, "a list of ids")
    return [check.identifier(f"{field}[{number}]", one) for number, one in enumerate(items)]


def ids(field: str, value: Iterable[Any] | None) -> list[str] | Unset:
    """Ids of files, any number of them; left out for None."""
    return UNSET if value is None else id_list(field, value)


def some_ids(field: str, value: Iterable[Any] | None) -> list[str] | Unset:
    """Ids that a search is limited to. An empty list is refused: it would search everything."""
    found = ids(field, value)
    if found == []:
        check.refuse(field, value, "a list of at least one id, or None for no limit")
    return found


def folder(field: str, value: Any) -> str | Unset:
    """The id of a folder; left out for None."""
    return UNSET if value is None else check.identifier(field, value)
