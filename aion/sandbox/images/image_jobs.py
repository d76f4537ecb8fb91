"""Queues the background work of a stored image."""

from __future__ import annotations

from aion.sandbox.images.color_job import COLORS
from aion.sandbox.images.description_job import DESCRIBE, VARIANTS
from aion.sandbox.runtime.state import State


def queue_image_jobs(state: State, file_id: str, filename: str, *, describe: bool) -> None:
    """Queue variants, colors and, on request, the description, inside the caller's transaction."""
    for kind in (VARIANTS, COLORS, *([DESCRIBE] if describe else [])):
        state.jobs.schedule(kind, file_id, stage="pending", name=filename)
