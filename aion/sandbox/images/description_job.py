"""The jobs that describe an image and make its variants, from its bytes."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final

from aion.sandbox.images import variants
from aion.sandbox.images.description import Description, describe_image
from aion.sandbox.images.image_facts import InvalidImage
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.jsontext import json_text

DESCRIBE: Final = "describe"
"""Kind of the job that describes a file, by the id of the file."""

VARIANTS: Final = "variants"
"""Kind of the job that makes the variants."""

_FOLLOWING: Final = {"pending": "queued", "queued": "processing"}
_MAX_TAGS: Final = 40


@job(DESCRIBE)
def describe(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    """Advance a description; the last stage reads the picture."""
    file = step.state.files.get(step.id)
    if file is None or file.described:
        return None
    if step.stage == "processing":
        return _describe(step, file)
    following = _FOLLOWING[step.stage]
    now = step.stamp()
    begun = {"described_from": now} if following == "processing" else {}
    step.state.files.update(file.n, description_status=following, changed_at=now, **begun)
    return step.next(following)


async def _describe(step: Step[State], file: StoredFile) -> None:
    state = step.state
    failure = step.failure()
    try:
        if failure is not None:
            raise InvalidImage(failure)
        made: Description = await state.in_thread(
            describe_image,
            state.objects.path(file.object_key),
            file.format,
            state.options.limits.max_pixels,
        )
    except (InvalidImage, OSError) as error:
        values: dict[str, Any] = {
            "description_status": "failed",
            "description_error": str(error),
        }
    else:
        values = {
            "description_status": "completed",
            "description": made.text,
            "visible_text": made.visible_text,
            "confidence": made.confidence,
            "tags": json_text(_tags(step, made)),
        }
    now = step.stamp()
    current = state.files.get(step.id)
    # The user may have cancelled or deleted it while its pixels were read.
    if current is not None and not current.described:
        state.files.update(file.n, **values, finished_at=now, changed_at=now)


def _tags(step: Step[State], made: Description) -> list[str]:
    file = step.state.files.get(step.id)
    if file is None or file.tags_edited:
        return file.tag_list() if file is not None else []
    return list(dict.fromkeys([*file.tag_list(), *made.tags]))[:_MAX_TAGS]


@job(VARIANTS)
def make(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    """Advance the variants; the last stage writes them."""
    file = step.state.files.get(step.id)
    if file is None:
        return None
    if step.stage == "processing":
        return _make(step, file)
    step.state.files.update(file.n, variant_status="processing", changed_at=step.stamp())
    return step.next("processing")


async def _make(step: Step[State], file: StoredFile) -> None:
    state = step.state
    failure = step.failure()
    path = state.objects.path(file.object_key)
    try:
        if failure is not None:
            raise InvalidImage(failure)
        made: variants.Variants = await state.in_thread(
            variants.make_variants, path, file.format
        )  # fmt: skip
    except (InvalidImage, OSError) as error:
        values: dict[str, Any] = {"variant_status": "failed", "variant_error": str(error)}
    else:
        values = {
            "variant_status": "completed",
            "variant_error": None,
            "variant_suffix": made.suffix,
            "blur_hash": made.blur_hash,
        }
    state.files.update(file.n, **values, changed_at=step.stamp())
