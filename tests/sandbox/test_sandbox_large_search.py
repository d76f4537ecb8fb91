"""A search with very many matches returns the same pages as a search with a few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from aion.sandbox.library.listing import list_files
from aion.sandbox.store.clock import Clock
from aion.sandbox.store.database import Database
from aion.sandbox.store.files import Files

MANY = 1200
NOTHING: dict[str, Any] = dict.fromkeys(
    ("tags", "date_from", "date_to", "has_description", "ids", "media_types", "folder_id"),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Every file has the word "boat", every fourth the word "red"; some are deleted."""
    path = tmp_path_factory.mktemp("large") / "sandbox.sqlite3"
    with closing(Database(path, durable=False)) as opened:
        files = Files(opened, Clock(stepped=True))
        for number in range(MANY):
            file = files.add(
                id=files.new_id(),
                media_type="video" if number % 3 else "image",
                filename=f"{number}.jpg",
                title=f"{'red ' if number % 4 == 0 else ''}boat {number:04}",
                size_bytes=number * 7919 % 1000,
                # Neither in the order of numbers nor without equal ones.
                content_created_at=f"2026-01-01T00:{number * 31 % 59:02}:00.000000Z",
            )
            if number % 10 == 0:
                files.update(file.n, deleted_at="2026-02-01T00:00:00.000000Z")
        yield opened


def listed(database: Database, **wanted: Any) -> tuple[list[int], int]:
    defaults = {"search": None, "search_mode": "all", "sort_by": None, "sort_order": None}
    found, total = list_files(
        database, {**NOTHING, **defaults, "limit": MANY, "offset": 0, **wanted}
    )
    return [file.n for file in found], total


@pytest.mark.parametrize("sort_by", ["content_created_at", "created_at", "title", "size_bytes"])
@pytest.mark.parametrize("sort_order", ["asc", "desc"])
def test_a_word_of_all_files_finds_them_in_the_order_of_the_list(
    database: Database, sort_by: str, sort_order: str
) -> None:
    order = {"sort_by": sort_by, "sort_order": sort_order}
    assert listed(database, search="boat", **order) == listed(database, **order)


def test_a_page_from_the_middle_is_a_piece_of_the_whole(database: Database) -> None:
    whole, total = listed(database, search="boat")
    page = listed(database, search="boat", limit=20, offset=500)
    assert page == (whole[500:520], total)


def test_other_filters_narrow_a_large_search_down(database: Database) -> None:
    searched = listed(database, search="boat", media_types=["image"])
    assert searched == listed(database, media_types=["image"])
    assert 0 < searched[1] < MANY / 2


def test_a_word_of_fewer_files_finds_only_those(database: Database) -> None:
    found, total = listed(database, search="red")
    every = set(listed(database)[0])
    assert set(found) == {n for n in range(1, MANY + 1) if (n - 1) % 4 == 0} & every
    assert total == len(found)
