"""Imports from a cloud drive and exports to it, as jobs."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.cloud import drive, transfer_job
from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers.cloud_connections import connection_of
from aion.sandbox.handlers.registry import operation
from aion.sandbox.library.editing import check_tags
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.ids import is_id
from aion.sandbox.uploads import placeholders
from aion.sandbox.uploads.quota import require_quota, require_storage
from aion.sandbox.uploads.upload_checks import check_name

_MOST: Final = 10_000


@operation("import_files")
async def import_files(call: Call) -> Response:
    """Add placeholders for all files, and queue a job that fills them."""
    body, state = call.body, call.state
    connection = connection_of(call, body["connection_id"])
    files: list[dict[str, Any]] = body["files"]
    _check_count("files", len(files))
    tags: list[str] = list(dict.fromkeys(body.get("tags", [])))
    check_tags(tags)
    require_quota(state, len(files))
    require_storage(state, sum(one.get("size_bytes") or 0 for one in files), status=507)
    describe = body.get("auto_describe", True)
    with state.database.transaction():
        waiting = [
            placeholders.add(
                state,
                filename=check_name(("body", "files", position, "name"), one["name"]),
                content_type=one.get("mime_type") or "application/octet-stream",
                size_bytes=one.get("size_bytes") or 0,
                tags=tags,
                upload_method="CLOUD_IMPORT",
                auto_describe=describe,
            )
            for position, one in enumerate(files)
        ]
        items = [
            {"cloud_id": one["id"], "name": one["name"], "image_id": file.id}
            for one, file in zip(files, waiting, strict=True)
        ]
        job = transfer_job.begin(state, "import", connection, items, auto_describe=describe)
    return Response(
        {
            "is_async": True,
            "message": f"[sandbox] importing {len(files)} files",
            "image_ids": [file.id for file in waiting],
            "job_id": job.id,
            "status": "pending",
            "total_files": len(files),
        }
    )


@operation("export_files")
async def export_files(call: Call) -> Response:
    """Queue a job that copies images into a folder of the drive."""
    body, state = call.body, call.state
    connection = connection_of(call, body["connection_id"])
    account = connection.parent or ""
    ids: list[str] = [one.lower() for one in body["image_ids"]]
    _check_count("image_ids", len(ids))
    files = [state.files.get(one) if is_id(one) else None for one in ids]
    missing = [one for one, file in zip(ids, files, strict=True) if file is None]
    if missing:
        raise ApiError(404, f"no image {missing[0]}", details={"image_ids": missing})
    folder_id, folder_name = body.get("folder_id"), body.get("folder_name")
    if folder_id is not None and folder_name is not None:
        raise ApiError(400, "folder_id and folder_name exclude each other")
    if folder_id is not None and not drive.has_folder(state, account, folder_id):
        raise ApiError(404, f"the drive has no folder {folder_id}")
    with state.database.transaction():
        target = folder_id or drive.ROOT
        if folder_name is not None:
            target = drive.make_folder(state, account, folder_name)
        items = [
            {
                "cloud_id": state.records.new_id(drive.DRIVE_FILE),
                "name": file.filename,
                "image_id": file.id,
            }
            for file in files
            if file is not None
        ]
        job = transfer_job.begin(state, "export", connection, items, folder_id=target)
    return Response(
        {
            "is_async": True,
            "message": f"[sandbox] exporting {len(ids)} images",
            "cloud_file_ids": None,
            "job_id": job.id,
            "job_status": "pending",
        }
    )


@operation("get_job_status")
async def get_job(call: Call) -> Response:
    """Return the status of a job."""
    found = call.state.records.get(transfer_job.TRANSFER, call.path["job_id"].lower())
    if found is None:
        raise ApiError(404, f"no job {call.path['job_id']}")
    return Response({"job": transfer_job.on_wire(found)})


def _check_count(field: str, count: int) -> None:
    if not 1 <= count <= _MOST:
        text = f"must have 1 to {_MOST} entries"
        raise InvalidRequest([Problem(("body", field), text, "too_short" if not count else "long")])
