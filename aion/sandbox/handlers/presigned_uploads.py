"""Presigned uploads of one image, in both of the older contract's families."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.library.editing import check_tags
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.uploads import placeholders
from aion.sandbox.uploads.file_kinds import Refusal, UploadOptions
from aion.sandbox.uploads.intake import store
from aion.sandbox.uploads.presigned import check_announcement, check_confirmation, presigned_fields
from aion.sandbox.uploads.upload_checks import check_name, check_target

_UPLOAD: Final = "presigned_upload"


@operation("request_presigned_upload_url")
async def request_url(call: Call) -> Response:
    """Return a URL for one file; the same idempotency key gets the same object key."""
    body = call.body
    filename = check_name(("body", "filename"), body["filename"])
    target = body.get("storage_target", "default")
    check_target(target)
    largest = call.state.options.limits.max_presigned_bytes
    check_announcement(call, body["content_type"], body["size_bytes"], largest=largest)
    records = call.state.records
    with call.state.database.transaction():
        upload_id = _known(call, body.get("idempotency_key")) or records.new_id(_UPLOAD)
        key = placeholders.upload_key(upload_id, body["content_type"])
        known = records.get(_UPLOAD, upload_id)
        facts = {
            "filename": filename,
            "object_key": key,
            "content_type": body["content_type"],
            "purpose": body.get("purpose", "image_analysis"),
            "image_id": known.body["image_id"] if known is not None else None,
        }
        records.put(_UPLOAD, upload_id, facts, parent=body.get("idempotency_key"))
    return Response(
        {
            **presigned_fields(call, key, body["content_type"], largest),
            "max_size_bytes": largest,
            "storage_target": target,
            "bucket_name": None,
        }
    )


def _known(call: Call, idempotency_key: str | None) -> str | None:
    if idempotency_key is None:
        return None
    found, _ = call.state.records.find(_UPLOAD, parent=idempotency_key, limit=1)
    return found[0].id if found else None


@operation("confirm_upload_api_v2_uploads_confirm_post")
async def confirm(call: Call) -> Response:
    """Store the received bytes and queue the description; a repetition changes nothing."""
    state, key = call.state, call.body["object_key"]
    found, _ = state.records.find(_UPLOAD, where=lambda one: one.body["object_key"] == key)
    if not found:
        raise ApiError(404, f"no presigned upload {key}")
    upload = found[0]
    if upload.body["image_id"] is None:
        check_confirmation(call, key, call.body["size_bytes"], call.body.get("checksum"))
        arrived = await placeholders.examine_upload(state, key, upload.body["filename"])
        if isinstance(arrived, Refusal):
            raise _refused(arrived)
        file, examined = arrived
        with state.database.transaction():
            options = UploadOptions(upload_method="PRESIGNED")
            stored, _ = store(state, file, examined, options)
            state.records.update(_UPLOAD, upload.id, image_id=stored.id)
    return Response(
        {
            "upload_id": upload.id,
            "object_key": key,
            "storage_path": f"sandbox/{key}",
            "confirmed": True,
        }
    )


@operation("initiate_upload_api_v2_user_files_upload_initiate_post")
async def initiate(call: Call) -> Response:
    """Add a placeholder; its bytes follow."""
    fields: dict[str, Any] = call.body
    filename = check_name(("body", "filename"), fields["filename"])
    tags = list(dict.fromkeys(tag.strip() for tag in (fields.get("tags") or "").split(",")))
    tags = [tag for tag in tags if tag]
    check_tags(tags)
    content_type = fields["content_type"]
    largest = call.state.options.limits.max_initiated_bytes
    check_announcement(call, content_type, fields["size_bytes"], largest=largest)
    with call.state.database.transaction():
        file = placeholders.add(
            call.state,
            filename=filename,
            content_type=content_type,
            size_bytes=fields["size_bytes"],
            title=fields.get("title") or None,
            tags=tags,
            upload_method="PRESIGNED",
            auto_describe=fields.get("auto_describe", True),
        )
    key = placeholders.key_of(file)
    return Response(
        {
            **presigned_fields(call, key, content_type, largest),
            "image_id": file.id,
            "max_size_bytes": largest,
            "thumbnail_url": None,
            "variant_urls": None,
        }
    )


@operation("confirm_upload_api_v2_user_files_upload_confirm_post")
async def confirm_initiated(call: Call) -> Response:
    """Fill the placeholder with the received bytes; a repetition changes nothing."""
    state, body = call.state, call.body
    file = state.files.get(body["image_id"])
    if file is None:
        raise ApiError(404, f"no image {body['image_id']}")
    key = body["object_key"]
    if key != placeholders.key_of(file):
        raise ApiError(400, f"{key} is not the upload of image {file.id}", code="UPLOAD_MISMATCH")
    if placeholders.is_awaiting(file):
        check_confirmation(call, key, body["size_bytes"], None)
        arrived = await placeholders.examine_upload(state, key, file.filename)
        if isinstance(arrived, Refusal):
            raise _refused(arrived)
        describe = bool(file.extras()["auto_describe"]) and body.get("auto_describe", True)
        current = state.files.get(file.id)
        # A second confirmation may have been processed in between.
        if current is not None and placeholders.is_awaiting(current):
            with state.database.transaction():
                placeholders.fill(state, current, *arrived, describe=describe)
    stored = state.files.get(file.id) or file
    return Response(
        {
            "image_id": stored.id,
            "description_status": stored.description_status,
            "title": stored.title,
            "tags": stored.tag_list(),
        }
    )


def _refused(refusal: Refusal) -> ApiError:
    return ApiError(refusal.status, refusal.reason, code=refusal.code)
