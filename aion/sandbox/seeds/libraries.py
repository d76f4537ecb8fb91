"""Ready-made libraries: many described files at once, without a request.

The n-th picture of a library is the same in every run. Variants are made on their first request,
which makes a library of thousands quick.
"""

from __future__ import annotations

import asyncio
import colorsys
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from aion.sandbox.images import blurhash
from aion.sandbox.images.color_job import MOST, store_colors
from aion.sandbox.images.color_names import dominant_names
from aion.sandbox.images.description import Description, compose
from aion.sandbox.images.image_facts import FORMATS, ImageFacts
from aion.sandbox.images.palette import SIDE, Swatch, palette
from aion.sandbox.seeds.documents import documents

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State

Library = Callable[["State", int], Awaitable[list[str]]]
"""Stores a number of files and returns their ids."""

LIBRARIES: Final[dict[str, Library]] = {}
"""Name -> the function that stores it."""

DEFAULT_COUNT: Final = 100
"""Default number of files of a library."""

_MOST: Final = 100_000
_SLICE: Final = 100
_SUBJECTS: Final = ("harbor", "market", "garden", "street", "hill", "station", "lake", "bridge")
_SIZES: Final = ((320, 240), (240, 320), (256, 256))


def library(name: str) -> Callable[[Library], Library]:
    """Register a library under a name."""

    def register(maker: Library) -> Library:
        if name in LIBRARIES:
            raise LookupError(f"a library {name!r} already exists")
        LIBRARIES[name] = maker
        return maker

    return register


library("documents")(documents)


def check_library(name: str, count: int) -> None:
    """Refuse an unknown library, or a number out of range; raises ValueError."""
    if name not in LIBRARIES:
        raise ValueError(f"no library {name!r}; there are {', '.join(sorted(LIBRARIES))}")
    if not 1 <= count <= _MOST:
        raise ValueError(f"count must be between 1 and {_MOST}")


async def seed(state: State, name: str, count: int) -> list[str]:
    """Add the files of a library; returns their ids.

    Raises:
        ValueError: unknown library, or a number out of range.
    """
    check_library(name, count)
    return await LIBRARIES[name](state, count)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of a library with all of its stored facts."""

    data: bytes
    facts: ImageFacts
    description: Description
    colors: list[Swatch]
    blur_hash: str
    title: str


def draw(number: int) -> Drawn:
    """Draw the picture of a number: a ground, a band, a disc, in its own colors."""
    width, height = _SIZES[number % len(_SIZES)]
    ground = _color(number * 0.618, 0.35 + number % 5 * 0.1, 0.9)
    picture = Image.new("RGB", (width, height), ground)
    pen = ImageDraw.Draw(picture)
    level = height // 3 + number * 7 % (height // 3)
    pen.rectangle((0, level, width, height), _color(number * 0.618 + 0.4, 0.7, 0.5))
    radius = 20 + number * 11 % 40
    middle = 60 + number * 13 % (width - 120)
    pen.ellipse(
        (middle - radius, level - radius, middle + radius, level + radius),
        _color(number * 0.618 + 0.15, 0.9, 0.8),
    )
    # The number itself, bit by bit, so that no two pictures have the same bytes.
    for bit in range(20):
        if number >> bit & 1:
            pen.rectangle((bit * 8, 0, bit * 8 + 5, 5), (20, 20, 20))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=80)
    facts = ImageFacts("JPEG", width, height, 1, None, None, None)
    return Drawn(
        data=target.getvalue(),
        facts=facts,
        description=compose(facts, dominant_names(picture.reduce(8))),
        colors=_palette_of(picture),
        blur_hash=blurhash.encode(picture.reduce(16)),
        title=f"{_SUBJECTS[number % len(_SUBJECTS)].title()} {number}",
    )


def _palette_of(picture: Image.Image) -> list[Swatch]:
    # Before compression it has few colors, which makes the palette quick.
    small = picture.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.NEAREST)
    return palette(small, MOST)


@library("photos")
async def photos(state: State, count: int) -> list[str]:
    """Store described pictures with titles; numbers continue after earlier libraries."""
    first = state.database.count("SELECT n FROM counters WHERE kind = 'seed/photos'") + 1
    ids: list[str] = []
    for start in range(first, first + count, _SLICE):
        numbers = range(start, min(start + _SLICE, first + count))
        drawn: list[Drawn] = await state.in_thread(_draw_all, numbers)
        with state.database.transaction():
            ids += [_store(state, one) for one in drawn]
        await asyncio.sleep(0)
    return ids


def _draw_all(numbers: range) -> list[Drawn]:
    return [draw(number) for number in numbers]


def _store(state: State, drawn: Drawn) -> str:
    number = state.database.next_number("seed/photos")
    file_id = state.files.new_id()
    ending = FORMATS[drawn.facts.format]
    key = f"images/{file_id}/original.{ending}"
    state.objects.write(key, drawn.data)
    now = state.clock.stamp()
    state.files.add(
        id=file_id,
        media_type="image",
        filename=f"photo-{number:05}.{ending}",
        object_key=key,
        size_bytes=len(drawn.data),
        content_type="image/jpeg",
        format=drawn.facts.format,
        sha256=sha256(drawn.data).hexdigest(),
        title=drawn.title,
        tags=drawn.description.tags,
        width=drawn.facts.width,
        height=drawn.facts.height,
        description_status="completed",
        description=drawn.description.text,
        confidence=drawn.description.confidence,
        described_from=now,
        finished_at=now,
        variant_status="completed",
        variant_suffix="jpg",
        blur_hash=drawn.blur_hash,
    )
    store_colors(state, file_id, drawn.colors, now)
    return file_id


def _color(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)
