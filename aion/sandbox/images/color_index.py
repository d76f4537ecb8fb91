"""The colors of all images by their place in CIE L*a*b*, for the search by color.

A search reads only the colors in a box around the wanted one. A deleted image leaves the index.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from aion.sandbox.images.color_names import Lab, to_lab
from aion.sandbox.images.palette import Swatch
from aion.sandbox.store.database import Database

_MARGIN: Final = 1e-6
"""Margin, so that rounding does not exclude colors at the threshold."""


@dataclass(frozen=True, slots=True)
class ColorQuery:
    """The conditions of a color search."""

    least: float
    """Minimum percentage of the picture."""
    near: Lab | None = None
    threshold: float = 0.0
    """Largest Delta E of 1976 from `near`."""
    names: Collection[str] | None = None
    """Its nearest named color is one of these; None for any."""


@dataclass(frozen=True, slots=True)
class ColorHit:
    """The best matching color of an image."""

    file: int
    """Number of the image."""
    score: float
    """Similarity, from 0 to 1."""
    hex: str
    percentage: float


def index_colors(database: Database, image_id: str, colors: Iterable[Swatch]) -> None:
    """Replace the colors of an image, largest first, unless it is deleted; none removes it."""
    file = database.row("SELECT n FROM files WHERE id = ? AND deleted_at IS NULL", (image_id,))
    if file is None:
        return
    database.run("DELETE FROM swatches WHERE file = ?", file)
    for position, one in enumerate(sorted(colors, key=lambda one: -one.percentage)):
        database.run(
            "INSERT INTO swatches (file, position, hex, percentage, name, lightness, a, b) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*file, position, one.hex, one.percentage, one.name, *to_lab(one.rgb)),
        )


def indexed_colors(database: Database, file: int) -> list[Swatch]:
    """Return the palette of the image with a number, largest first."""
    rows = database.rows(
        "SELECT hex, percentage, name FROM swatches WHERE file = ? ORDER BY position", (file,)
    )
    return [Swatch(*row) for row in rows]


def search_colors(
    database: Database, query: ColorQuery, limit: int, offset: int = 0
) -> tuple[list[ColorHit], int]:
    """Return one page of the images with a matching color, and the number on all pages.

    Each comes with its best matching color, the largest of equals. Order: best match, then larger
    color, then newer image.
    """
    found = (
        _of_these_names(database, query)
        if query.near is None
        else _near(database, query, query.near)
    )
    page = found[offset : offset + limit]
    return [ColorHit(file, score, code, share) for score, share, file, code in page], len(found)


_Found = tuple[float, float, int, str]
"""Score, percentage, number of the image, hex code."""


def _of_these_names(database: Database, query: ColorQuery) -> list[_Found]:
    condition, values = _conditions(query)
    rows = database.rows(
        "SELECT percentage, file, hex, min(position) FROM swatches "
        f"WHERE {condition} GROUP BY file ORDER BY percentage DESC, file DESC",
        values,
    )
    return [(1.0, percentage, file, code) for percentage, file, code, _ in rows]


def _near(database: Database, query: ColorQuery, near: Lab) -> list[_Found]:
    condition, values = _conditions(query)
    # Smallest first, so that of two equal matches the larger one remains.
    rows = database.rows(
        "SELECT file, hex, percentage, lightness, a, b FROM swatches "
        f"WHERE {condition} ORDER BY position DESC",
        values,
    )
    best: dict[int, _Found] = {}
    for file, code, percentage, *place in rows:
        score = _score(math.dist(near, place), query.threshold)
        if score is not None and (file not in best or score >= best[file][0]):
            best[file] = (score, percentage, file, code)
    return sorted(best.values(), key=lambda found: found[:3], reverse=True)


def _conditions(query: ColorQuery) -> tuple[str, list[float | str]]:
    conditions, values = ["percentage >= ?"], list[float | str]([query.least])
    if query.near is not None:
        reach = query.threshold + _MARGIN
        for axis, middle in zip(("lightness", "a", "b"), query.near, strict=True):
            conditions.append(f"{axis} BETWEEN ? AND ?")
            values += [middle - reach, middle + reach]
    if query.names is not None:
        conditions.append(f"name IN ({', '.join('?' for _ in query.names)})")
        values += query.names
    return " AND ".join(conditions), values


def _score(distance: float, threshold: float) -> float | None:
    if distance > threshold:
        return None
    return 1.0 - distance / threshold if threshold > 0 else 1.0
