"""The job that extracts the colors of an image, and the record in which it leaves them.

While a job is there, its stage is the status of the extraction; after it, the record tells.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterable, Iterator
from typing import Any, Final

from .colors import to_lab
from .files import StoredFile
from .images import Unusable
from .jobs import Next, Step, job
from .palette import Swatch, read_palette
from .records import Record
from .state import State

COLORS: Final = "colors"
"""Kind of the job, and of the record; both have the id of the image."""

MOST: Final = 16
"""Colors of an extraction that asks for no other number."""

_FOLLOWING: Final = {"pending": "queued", "queued": "processing"}


@job(COLORS)
def extract(step: Step) -> Next | Awaitable[Next | None] | None:
    """Move an extraction on; the last stage reads the picture."""
    file = step.state.files.get(step.id)
    if file is None:
        return None
    if step.stage in _FOLLOWING:
        return step.next(_FOLLOWING[step.stage])
    return _extract(step, file)


async def _extract(step: Step, file: StoredFile) -> None:
    failure = step.failure()
    try:
        if failure is not None:
            raise Unusable(failure)
        await extract_now(step.state, file, step.data.get("n_colors", MOST), step.stamp())
    except (Unusable, OSError) as error:
        failed = {"status": "failed", "error": str(error), "extracted_at": None}
        step.state.records.put(COLORS, file.id, {**failed, "colors": []})


async def extract_now(state: State, file: StoredFile, most: int, now: str) -> Record:
    """Extract and store the colors of an image.

    Raises:
        Unusable: it cannot be read.
        OSError: its bytes are gone.
    """
    found: list[Swatch] = await state.in_thread(
        read_palette, state.objects.path(file.object_key), file.format, most
    )
    body: dict[str, Any] = {
        "status": "completed",
        "error": None,
        "extracted_at": now,
        # The last three are for the search, which looks at every color of every image.
        "colors": [[one.hex, one.percentage, one.name, *to_lab(one.rgb)] for one in found],
    }
    return state.records.put(COLORS, file.id, body)


Stored = tuple[str, float, str, float, float, float]
"""A stored color: hex code, percentage, name, and its place in CIE L*a*b*."""


def swatches(colors: Iterable[Stored]) -> list[Swatch]:
    """A stored palette."""
    return [Swatch(code, percentage, name) for code, percentage, name, *_ in colors]


def palettes(state: State) -> Iterator[tuple[int, str, list[Stored]]]:
    """Number, id and colors of every image that has some and is not deleted."""
    for number, file_id, colors in state.database.rows(
        "SELECT files.n, files.id, json_extract(records.body, '$.colors') FROM records "
        "JOIN files ON files.id = records.id WHERE kind = ? AND files.deleted_at IS NULL",
        (COLORS,),
    ):
        yield number, file_id, json.loads(colors)
