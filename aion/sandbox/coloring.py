"""The job that extracts the colors of an image, and the record in which it leaves them.

While a job is there, its stage is the status of the extraction; after it, the record tells.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final

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
        "colors": [[one.hex, one.percentage] for one in found],
    }
    return state.records.put(COLORS, file.id, body)


def swatches(record: Record) -> list[Swatch]:
    """The stored palette."""
    return [Swatch(code, percentage) for code, percentage in record.body["colors"]]
