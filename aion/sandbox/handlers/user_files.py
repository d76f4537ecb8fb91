"""Files: list, details, edits, deletion, variants and downloads."""

from __future__ import annotations

from typing import Any

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers._views import file_details, file_item, variant_key
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images import variants
from aion.sandbox.images.description_job import VARIANTS
from aion.sandbox.library.deletion import delete_file, delete_files
from aion.sandbox.library.editing import edit_file
from aion.sandbox.library.listing import list_files
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.ids import make_id


@operation("list_user_files_api_v2_user_files_get")
async def list_user_files(call: Call) -> Response:
    """List one page of the files that pass the filters."""
    files, total = list_files(call.state.database, call.query)
    return Response(
        {
            "files": [file_item(call, file) for file in files],
            "total_count": total,
            "has_more": call.query["offset"] + len(files) < total and bool(files),
        }
    )


@operation("get_user_file_api_v2_user_files__image_id__get")
async def get_user_file(call: Call) -> Response:
    """Return the details of a file by its id or the first 8 characters of it."""
    file = call.state.files.find(call.path["image_id"])
    if file is None:
        raise _not_found(call)
    return Response(file_details(call, file))


@operation("update_user_file_api_v2_user_files__image_id__patch")
async def update_user_file(call: Call) -> Response:
    """Change title or tags; null empties a field, an absent field stays."""
    return Response(edit_file(call.state, _file(call), call.body))


@operation("delete_user_file_api_v2_user_files__image_id__delete")
async def delete_user_file(call: Call) -> Response:
    """Delete a file; its bytes stay, since the service can restore it for thirty days."""
    file = _file(call)
    now = delete_file(call.state, file)
    return Response({"id": file.id, "deleted_at": now, "message": "File deleted"})


@operation("batch_delete_user_files_api_v2_user_files_batch_delete_post")
async def batch_delete_user_files(call: Call) -> Response:
    """Delete many files, each with its own outcome; unfinished ones are skipped."""
    return Response(
        delete_files(call.state, "file_ids", call.body["file_ids"], "File", call.state.files.get)
    )


@operation("get_user_file_variant_api_v2_user_files__image_id__variant__variant_type__get")
async def get_variant(call: Call) -> Response:
    """Redirect to a signed URL of one size."""
    name = call.path["variant_type"]
    if name != variants.ORIGINAL and name not in variants.SIZES:
        choices = ", ".join((variants.ORIGINAL, *variants.SIZES))
        raise InvalidRequest(
            [Problem(("path", "variant_type"), f"{name!r} is not one of {choices}", "enum")]
        )
    file = _file(call)
    key = variant_key(file, name)
    if key is None:
        raise ApiError(
            404,
            f"variant {name} of file {file.id} does not exist: its status is {file.variant_status}",
            code="VARIANT_NOT_READY",
            details={"variant_status": file.variant_status},
        )
    return Response(status=302, headers={"location": call.object_url(key)})


@operation("download_user_file_api_v2_user_files__image_id__download_get")
async def download(call: Call) -> Response:
    """Redirect to a signed URL of the original bytes, as a download with their filename."""
    file = _file(call)
    if not file.object_key:
        raise ApiError(400, f"a {file.media_type} has no bytes to download")
    return Response(
        status=302, headers={"location": call.object_url(file.object_key, file.filename)}
    )


@operation("trigger_variant_generation_api_v2_user_files__image_id__trigger_variants_post")
async def trigger_variants(call: Call) -> Response:
    """Make the variants again; returns the running task, if any."""
    file = _file(call)
    if file.media_type != "image":
        raise ApiError(400, f"a {file.media_type} has no variants")
    running = file.variant_status in {"pending", "processing"}
    if not running:
        with call.state.database.transaction():
            now = call.state.clock.stamp()
            call.state.files.update(
                file.n, variant_status="pending", variant_error=None, changed_at=now
            )
            call.state.jobs.schedule(VARIANTS, file.id, stage="pending", name=file.filename)
    body: dict[str, Any] = {
        "success": True,
        "message": "Variant generation is already running" if running else "Variants queued",
        "task_id": make_id("variants", file.id),
        "current_status": _file(call).variant_status,
        "image_id": file.id,
    }
    return Response({**body, "skipped_duplicate": True} if running else body)


def _file(call: Call) -> StoredFile:
    file = call.state.files.get(call.path["image_id"])
    if file is None:
        raise _not_found(call)
    return file


def _not_found(call: Call) -> ApiError:
    file_id = call.path["image_id"]
    return ApiError(404, f"no file {file_id}", details={"image_id": file_id})
