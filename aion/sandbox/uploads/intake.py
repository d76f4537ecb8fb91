"""Turns received bytes into a stored file: checks, duplicates, the row, the jobs.

The same for single and batch uploads; they differ only in how they report a refusal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aion.sandbox.contract.errors import InvalidRequest, Problem
from aion.sandbox.images.image_facts import FORMATS, ImageFacts, InvalidImage, inspect, sniff
from aion.sandbox.images.image_jobs import queue_image_jobs
from aion.sandbox.library.editing import check_tags
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.ids import TENANT_ID
from aion.sandbox.store.multipart import Form, ReceivedFile
from aion.sandbox.store.objects import CONTENT_TYPES
from aion.sandbox.uploads.file_kinds import (
    FILE_KINDS,
    ExaminedFile,
    FileKind,
    Refusal,
    UploadOptions,
    register_file_kind,
)
from aion.sandbox.uploads.upload_checks import check_target


def read_options(form: Form, state: State) -> UploadOptions:
    """Read the options of an upload form.

    Raises:
        InvalidRequest: tags out of range, or an unknown storage target.
        ApiError: the custom storage target, which needs a configuration.
    """
    fields = form.fields
    tags = dict.fromkeys(tag.strip() for tag in (fields.get("tags") or "").split(","))
    tags.pop("", None)
    check_tags(list(tags))
    target = fields.get("storage_target", "default")
    if target not in {"default", "custom"}:
        raise InvalidRequest(
            [Problem(("body", "storage_target"), "must be default or custom", "enum")]
        )
    check_target(target, configured=state.records.get("s3_config", TENANT_ID) is not None)
    return UploadOptions(
        auto_describe=fields.get("auto_describe", True),
        skip_duplicates=fields.get("skip_duplicates", False),
        tags=tuple(tags),
        title=fields.get("title") or None,
        storage_target=target,
    )


async def examine(state: State, file: ReceivedFile) -> ExaminedFile | Refusal:
    """Decide whether the bytes can be stored, without storing them."""
    limits = state.options.limits
    if file.too_large:
        reason = f"file is larger than {limits.max_file_bytes} bytes"
        return Refusal(413, "FILE_TOO_LARGE", reason)
    if file.size == 0:
        return Refusal(400, "EMPTY_FILE", "file is empty")
    for kind in FILE_KINDS.values():
        found = kind.sniff(file)
        if found is not None:
            facts = await kind.examine(state, file, found)
            return facts if isinstance(facts, Refusal) else ExaminedFile(kind, found, facts)
    reason = "unsupported file type: by its content it is not a supported image or document"
    return Refusal(400, "UNSUPPORTED_FILE_TYPE", reason)


def store(
    state: State,
    file: ReceivedFile,
    examined: ExaminedFile,
    options: UploadOptions,
    session_id: str | None = None,
) -> tuple[StoredFile, bool]:
    """Store an examined file and queue its work, inside the caller's transaction.

    Returns:
        The file, and whether it is an older one with the same bytes, skipped on request.
    """
    if options.skip_duplicates:
        known = state.files.with_hash(file.sha256)
        if known is not None:
            return known, True
    return examined.kind.store(state, file, examined, options, session_id), False


def received_file(path: Path, filename: str, size: int, sha256: str) -> ReceivedFile:
    """Describe bytes of another source (a presigned upload, an import) for `examine`.

    `store` moves the file at `path`: pass a copy of a file that must stay.
    """
    with path.open("rb") as source:
        head = source.read(512)
    return ReceivedFile("file", filename, path, size=size, head=head, sha256=sha256)


def _image_type(file: ReceivedFile) -> str | None:
    return sniff(file.head)


async def _examine_image(state: State, file: ReceivedFile, kind: str) -> ImageFacts | Refusal:
    try:
        facts: ImageFacts = await state.in_thread(
            inspect, file.path, kind, state.options.limits.max_pixels
        )
    except InvalidImage as error:
        return Refusal(400, "INVALID_IMAGE", str(error))
    return facts


def _store_image(
    state: State,
    file: ReceivedFile,
    examined: ExaminedFile,
    options: UploadOptions,
    session_id: str | None,
) -> StoredFile:
    facts: ImageFacts = examined.facts
    file_id = state.files.new_id()
    ending = FORMATS[facts.format]
    key = f"images/{file_id}/original.{ending}"
    state.objects.adopt(file.path, key)
    stored = state.files.add(
        id=file_id,
        media_type="image",
        filename=file.filename,
        object_key=key,
        size_bytes=file.size,
        content_type=CONTENT_TYPES[ending],
        format=facts.format,
        sha256=file.sha256,
        title=options.title,
        tags=options.tags,
        width=facts.width,
        height=facts.height,
        description_status="pending" if options.auto_describe else "skipped",
        variant_status="pending",
        upload_method=options.upload_method,
        storage_target=options.storage_target,
        content_created_at=facts.taken_at,
        session_id=session_id,
    )
    queue_image_jobs(state, file_id, file.filename, describe=options.auto_describe)
    return stored


IMAGE: Final = register_file_kind(FileKind("image", _image_type, _examine_image, _store_image))
"""The kind of image files."""
