"""Placeholders: rows of images whose bytes have not arrived yet.

Presigned uploads and imports make them, so that an id is valid from the start. `extra["upload"]`
is the status of the bytes: awaiting, stored, failed or expired.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from aion.sandbox.images.image_facts import FORMATS, ImageFacts
from aion.sandbox.images.image_jobs import queue_image_jobs
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.multipart import ReceivedFile
from aion.sandbox.store.objects import CONTENT_TYPES
from aion.sandbox.uploads.file_kinds import ExaminedFile, Refusal
from aion.sandbox.uploads.intake import examine, received_file

AWAITING: Final = "awaiting"
STORED: Final = "stored"
FAILED: Final = "failed"
EXPIRED: Final = "expired"

IMAGE_TYPES: Final = {CONTENT_TYPES[ending]: ending for ending in FORMATS.values()}
"""Extension of an object's key by its announced media type."""


def add(
    state: State,
    *,
    filename: str,
    content_type: str,
    size_bytes: int,
    upload_method: str,
    title: str | None = None,
    tags: Sequence[str] = (),
    storage_target: str = "default",
    session_id: str | None = None,
    auto_describe: bool = True,
    folder_id: str | None = None,
) -> StoredFile:
    """Store the row of an image without bytes, inside the caller's transaction."""
    file_id = state.files.new_id()
    return state.files.add(
        id=file_id,
        media_type="image",
        filename=filename,
        content_type=content_type,
        size_bytes=size_bytes,
        title=title,
        tags=tags,
        description_status="pending",
        variant_status="pending",
        upload_method=upload_method,
        storage_target=storage_target,
        session_id=session_id,
        folder_id=folder_id,
        extra={
            "upload": AWAITING,
            "upload_key": upload_key(file_id, content_type),
            "auto_describe": auto_describe,
        },
    )


def upload_key(upload_id: str, content_type: str) -> str:
    """Return the key under which the bytes of an upload arrive."""
    return f"uploads/{upload_id}/original.{IMAGE_TYPES.get(content_type, 'bin')}"


def key_of(file: StoredFile) -> str:
    """Return the key under which the bytes of a placeholder arrive."""
    return str(file.extras().get("upload_key", ""))


def stage(file: StoredFile) -> str:
    """Return the status of the bytes of a file; those of other uploads are stored."""
    return str(file.extras().get("upload", STORED))


def is_awaiting(file: StoredFile) -> bool:
    """Return whether the bytes may still arrive."""
    return stage(file) == AWAITING


async def examine_upload(
    state: State, key: str, filename: str
) -> tuple[ReceivedFile, ExaminedFile] | Refusal:
    """Examine the object of a presigned upload; it stays in place."""
    info = state.objects.info(key)
    if info is None:
        return Refusal(400, "UPLOAD_NOT_FOUND", "no bytes were sent to the presigned URL", True)
    file = received_file(state.objects.path(key), filename, info.size, info.sha256)
    examined = await examine(state, file)
    if isinstance(examined, Refusal):
        return examined
    if examined.kind.name != "image":
        return Refusal(
            400, "UNSUPPORTED_FILE_TYPE", f"{examined.kind.name}s are not supported here"
        )
    return file, examined


def fill(
    state: State, file: StoredFile, bytes_: ReceivedFile, examined: ExaminedFile, *, describe: bool
) -> None:
    """Move bytes into a placeholder and queue its jobs, inside the caller's transaction."""
    facts: ImageFacts = examined.facts
    ending = FORMATS[facts.format]
    key = f"images/{file.id}/original.{ending}"
    state.objects.adopt(bytes_.path, key)
    _change(
        state,
        file,
        STORED,
        object_key=key,
        size_bytes=bytes_.size,
        content_type=CONTENT_TYPES[ending],
        format=facts.format,
        sha256=bytes_.sha256,
        width=facts.width,
        height=facts.height,
        content_created_at=facts.taken_at,
        description_status="pending" if describe else "skipped",
    )
    queue_image_jobs(state, file.id, file.filename, describe=describe)


def mark_failed(state: State, file: StoredFile, reason: str, stage: str = FAILED) -> None:
    """Mark the upload of a placeholder as failed, inside the caller's transaction."""
    _change(
        state,
        file,
        stage,
        description_status="failed",
        description_error=reason,
        variant_status="failed",
        variant_error=reason,
        finished_at=state.clock.stamp(),
    )


def _change(state: State, file: StoredFile, stage: str, **values: Any) -> None:
    state.files.update(file.n, **values)
    state.files.update_extra(file.n, upload=stage)
