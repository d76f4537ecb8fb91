"""The index of colors finds the same as a scan of every color of every image."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aion.sandbox.images.color_index import (
    ColorHit,
    ColorQuery,
    index_colors,
    indexed_colors,
    search_colors,
)
from aion.sandbox.images.color_names import nearest_name, to_lab
from aion.sandbox.images.palette import Swatch
from aion.sandbox.store.clock import Clock
from aion.sandbox.store.database import Database
from aion.sandbox.store.files import Files, StoredFile

NAVY = Swatch("#0A145F", 60.0, "navy")
CREAM = Swatch("#FFF8DC", 40.0, "cream")
Palettes = dict[int, list[Swatch]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "sandbox.sqlite3", durable=False)) as opened:
        yield opened


@pytest.fixture
def files(database: Database) -> Files:
    return Files(database, Clock(stepped=True))


def add(files: Files) -> StoredFile:
    return files.add(id=files.new_id(), media_type="image", filename="photo.jpg")


def swatch(chance: random.Random) -> Swatch:
    red, green, blue = (chance.randrange(0, 256, 15) for _ in range(3))
    code = f"#{red:02X}{green:02X}{blue:02X}"
    return Swatch(code, float(chance.randrange(1, 40)), nearest_name((red, green, blue)))


def by_looking_at_all(palettes: Palettes, query: ColorQuery) -> list[ColorHit]:
    found: list[ColorHit] = []
    for number, palette in palettes.items():
        hits: list[ColorHit] = []
        for one in palette:
            distance = math.dist(query.near, to_lab(one.rgb)) if query.near is not None else 0.0
            wanted = query.names is None or one.name in query.names
            if one.percentage >= query.least and distance <= query.threshold and wanted:
                exact = query.near is None or not query.threshold
                score = 1.0 if exact else 1 - distance / query.threshold
                hits.append(ColorHit(number, score, one.hex, one.percentage))
        if hits:
            found.append(max(hits, key=lambda hit: (hit.score, hit.percentage)))
    return sorted(found, key=lambda hit: (-hit.score, -hit.percentage, -hit.file))


@pytest.mark.parametrize("threshold", [0.0, 5.0, 15.0, 60.0, 500.0])
@pytest.mark.parametrize("names", [None, ["navy", "indigo", "slate"], []])
def test_a_search_finds_what_looking_at_every_color_finds(
    database: Database, files: Files, threshold: float, names: list[str] | None
) -> None:
    chance = random.Random(1)
    palettes: Palettes = {}
    for _ in range(200):
        file = add(files)
        some = [swatch(chance) for _ in range(6)]
        palettes[file.n] = sorted(some, key=lambda one: -one.percentage)
        index_colors(database, file.id, palettes[file.n])
    for near in [None, *(to_lab(palette[0].rgb) for palette in list(palettes.values())[:10])]:
        query = ColorQuery(5.0, near, threshold, names)
        every = by_looking_at_all(palettes, query)
        assert search_colors(database, query, 10, 1) == (every[1:11], len(every))


def test_of_colors_that_fit_alike_the_first_of_the_largest_is_the_match(
    database: Database, files: Files
) -> None:
    same = [Swatch(code, 30.0, "navy") for code in ("#0A145F", "#0A145E")]
    index_colors(database, add(files).id, [Swatch("#0A1460", 20.0, "navy"), *same])
    (hit,), _ = search_colors(database, ColorQuery(5.0, names=["navy"]), 10)
    assert (hit.hex, hit.percentage) == ("#0A145F", 30.0)


def test_the_largest_color_of_a_palette_comes_first(database: Database, files: Files) -> None:
    file = add(files)
    index_colors(database, file.id, [CREAM, NAVY])
    assert indexed_colors(database, file.n) == [NAVY, CREAM]


def test_new_colors_take_the_place_of_the_old_ones(database: Database, files: Files) -> None:
    file = add(files)
    index_colors(database, file.id, [NAVY, CREAM])
    index_colors(database, file.id, [CREAM])
    assert indexed_colors(database, file.n) == [CREAM]


def test_colors_leave_with_their_image(database: Database, files: Files) -> None:
    file = add(files)
    index_colors(database, file.id, [NAVY])
    files.update(file.n, deleted_at="2026-01-01T00:00:00.000000Z")
    assert search_colors(database, ColorQuery(5.0, names=["navy"]), 10) == ([], 0)


def test_a_deleted_image_gets_no_colors(database: Database, files: Files) -> None:
    file = add(files)
    files.update(file.n, deleted_at="2026-01-01T00:00:00.000000Z")
    index_colors(database, file.id, [NAVY])
    assert indexed_colors(database, file.n) == []


def test_a_reset_empties_the_index(database: Database, files: Files) -> None:
    index_colors(database, add(files).id, [NAVY])
    database.clear()
    assert search_colors(database, ColorQuery(0.0), 10) == ([], 0)
