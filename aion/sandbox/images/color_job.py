"""The job that extracts the colors of an image, and the record of its result.

While a job exists, its stage is the status of the extraction; afterwards the record has it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, Final

from aion.sandbox.images.color_index import index_colors
from aion.sandbox.images.image_facts import InvalidImage
from aion.sandbox.images.palette import Swatch, read_palette
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile

COLORS: Final = "colors"
"""Kind of the job, and of the record; both have the id of the image."""

MOST: Final = 16
"""Default number of colors of an extraction."""

_FOLLOWING: Final = {"pending": "queued", "queued": "processing"}


@job(COLORS)
def extract(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    """Advance an extraction; the last stage reads the picture."""
    file = step.state.files.get(step.id)
    if file is None:
        return None
    if step.stage in _FOLLOWING:
        return step.next(_FOLLOWING[step.stage])
    return _extract(step, file)


async def _extract(step: Step[State], file: StoredFile) -> None:
    state, failure = step.state, step.failure()
    path, most = state.objects.path(file.object_key), step.data.get("n_colors", MOST)
    try:
        if failure is not None:
            raise InvalidImage(failure)
        found: list[Swatch] = await state.in_thread(read_palette, path, file.format, most)
    except (InvalidImage, OSError) as error:
        failed = {"status": "failed", "error": str(error), "extracted_at": None}
        _store(state, file.id, failed, ())
        return
    store_colors(state, file.id, found, step.stamp())


def store_colors(state: State, image_id: str, found: Sequence[Swatch], now: str) -> None:
    """Store the extracted colors of an image."""
    done = {"status": "completed", "error": None, "extracted_at": now}
    _store(state, image_id, done, found)


def _store(state: State, image_id: str, outcome: dict[str, Any], found: Sequence[Swatch]) -> None:
    colors = [[one.hex, one.percentage, one.name] for one in found]
    with state.database.transaction():
        state.records.put(COLORS, image_id, {**outcome, "colors": colors})
        index_colors(state.database, image_id, found)


Stored = tuple[str, float, str]
"""A stored color: hex code, percentage and name."""


def swatches(colors: Iterable[Stored]) -> list[Swatch]:
    """Return a stored palette."""
    return [Swatch(*one) for one in colors]
