"""Validates the arguments that the calls of agents share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aion import _checks as check
from aion_api import UNSET, Unset

LONGEST_REQUEST = 2000
"""Most characters in a query or an intent."""

# The contract does not limit the ids of an agent: this only stops an endless generator.
_MOST_IDS = 100_000


def request_text(field: str, value: Any) -> str:
    """Validate a query or an intent. Blank text is refused."""
    words = check.text(field, value, 1, LONGEST_REQUEST)
    if not words.strip():
        check.refuse(field, value, "text with at least one word")
    return words


def id_list(field: str, value: Iterable[Any]) -> list[str]:
    """Validate ids of files, any number of them."""
    items = check.texts(field, value, most=_MOST_IDS)
    if items is None:
        check.refuse(field, value, "a list of ids")
    return [check.identifier(f"{field}[{number}]", one) for number, one in enumerate(items)]


def ids(field: str, value: Iterable[Any] | None) -> list[str] | Unset:
    """Validate ids of files, any number of them; None becomes `UNSET`."""
    return UNSET if value is None else id_list(field, value)


def some_ids(field: str, value: Iterable[Any] | None) -> list[str] | Unset:
    """Validate ids that limit a search. An empty list is refused: it would search everything."""
    items = ids(field, value)
    if items == []:
        check.refuse(field, value, "a list of at least one id, or None for no limit")
    return items


def folder(field: str, value: Any) -> str | Unset:
    """Validate the id of a folder; None becomes `UNSET`."""
    return UNSET if value is None else check.identifier(field, value)
