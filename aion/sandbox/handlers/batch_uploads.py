"""Presigned uploads of a few images as one batch: prepare, confirm, recover, clean up; status."""

from __future__ import annotations

from collections import Counter
from typing import Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers._views import STUCK_AFTER, unified_status
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import seconds_of
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.ids import TENANT_ID, make_id
from aion.sandbox.store.upload_sessions import Session, SessionItem
from aion.sandbox.uploads import placeholders
from aion.sandbox.uploads.file_kinds import Refusal
from aion.sandbox.uploads.presigned import check_announcement, mismatch, presigned_fields
from aion.sandbox.uploads.quota import require_storage
from aion.sandbox.uploads.upload_checks import check_name, check_target

_STALE_AFTER: Final = 2 * 3600
_BYTES_PER_SECOND: Final = 1_000_000
_FOLLOWED: Final = ("uploading", "confirming", "queued", "processing")
_LIMIT: Final = 50
"""Maximum error messages of one status."""


@operation("prepare_batch_upload")
async def prepare(call: Call) -> Response:
    """Prepare a batch of placeholders, each with a URL for its bytes."""
    body, state = call.body, call.state
    if body["intent"] != "describe":
        raise ApiError(400, f"intent {body['intent']!r} is not served by this sandbox")
    largest = state.options.limits.max_presigned_bytes
    total = sum(one["size_bytes"] for one in body["files"])
    for position, one in enumerate(body["files"]):
        check_name(("body", "files", position, "filename"), one["filename"])
        check_target(one.get("storage_target", "default"))
        check_announcement(
            call, one["content_type"], one["size_bytes"], largest=largest, files=len(body["files"])
        )
    require_storage(state, total)
    with state.database.transaction():
        batch_id = make_id("session", state.sessions.next_number())
        files = [
            placeholders.add(
                state,
                filename=check_name((), one["filename"]),
                content_type=one["content_type"],
                size_bytes=one["size_bytes"],
                upload_method="PRESIGNED",
                session_id=batch_id,
            )
            for one in body["files"]
        ]
        items = [
            SessionItem(position, file.filename, False, None, False, file)
            for position, file in enumerate(files)
        ]
        now = state.clock.stamp()
        state.sessions.add(Session(batch_id, "presigned", True, now, None, tuple(items)))
    return Response(
        {
            "batch_id": batch_id,
            "upload_plan": {
                "strategy": "parallel",
                "max_concurrent": len(files),
                "timeout_per_upload": 300,
                "retry_policy": {"max_retries": 3, "backoff_seconds": 1},
            },
            "presigned_urls": [
                {
                    "file_index": position,
                    "filename": file.filename,
                    "image_id": file.id,
                    **presigned_fields(call, placeholders.key_of(file), file.content_type, largest),
                }
                for position, file in enumerate(files)
            ],
            "total_size_bytes": total,
            "estimated_time_seconds": max(1, total // _BYTES_PER_SECOND),
        }
    )


@operation("confirm_batch_upload")
async def confirm(call: Call) -> Response:
    """Store the received files; files that were confirmed before are reported unchanged."""
    session = _batch(call, call.body["batch_id"])
    if session is None or session.upload_method != "presigned":
        raise ApiError(404, f"no batch {call.body['batch_id']}")
    if session.cancelled_at is not None:
        raise ApiError(400, f"the batch is {session.status}")
    known = {placeholders.key_of(file): file for file in _files(session)}
    for one in call.body["confirmations"]:
        if one["object_key"] not in known:
            raise ApiError(
                400,
                f"{one['object_key']} does not belong to the batch",
                details={"object_key": one["object_key"]},
            )
    describe = call.body.get("auto_process", True)
    for one in call.body["confirmations"]:
        file = known[one["object_key"]]
        if not placeholders.is_awaiting(file):
            continue
        reason = one.get("error_message") or "the client could not upload it"
        if one["success"]:
            reason = mismatch(
                call, placeholders.key_of(file), one["file_size"], one.get("checksum")
            )
        await _settle(call, file, reason, describe=describe)
    named = [known[one["object_key"]].id for one in call.body["confirmations"]]
    files = [file for file in (call.state.files.get(one) for one in named) if file is not None]
    stored = [file for file in files if placeholders.stage(file) == placeholders.STORED]
    lost = [file.filename for file in files if file not in stored]
    status = "failed" if not stored else "partial" if lost else "queued"
    return Response(
        {
            "batch_id": session.id,
            "successful_uploads": len(stored),
            "failed_uploads": len(lost),
            "processing_status": status,
            "failed_files": lost or None,
            "message": f"[sandbox] {len(stored)} of {len(files)} files are stored",
            "stored_images": [
                {
                    "image_id": file.id,
                    "object_key": file.object_key,
                    "filename": file.filename,
                    "thumbnail_url": None,
                    "variant_status": file.variant_status,
                    "created_at": file.created_at,
                }
                for file in stored
            ],
        }
    )


@operation("get_batch_status_api_v2_uploads_batch__batch_id__status_get")
async def get_status(call: Call) -> Response:
    """Count the states of a prepared batch, or of any upload session."""
    session = _batch(call, call.path["batch_id"])
    if session is None:
        raise ApiError(404, f"no batch {call.path['batch_id']}")
    files = _files(session)
    refused = [item for item in session.items if item.error is not None]
    states = Counter(unified_status(file) for file in files)
    states["failed"] += len(refused)
    descriptions = Counter(file.description_status for file in files)
    ended = sum(states[name] for name in ("completed", "failed", "partially_completed"))
    errors = [item.error for item in refused if item.error is not None]
    errors += [text for file in files if (text := file.description_error or file.variant_error)]
    now = call.state.clock.now()
    return Response(
        {
            "batch_id": session.id,
            "tenant_id": TENANT_ID,
            "overall_status": _overall(states, len(session.items)),
            "completion_percentage": round(100 * ended / max(1, len(session.items)), 1),
            "counts": {
                "total": len(session.items),
                **{name: states[name] for name in _FOLLOWED},
                **{name: states[name] for name in ("completed", "failed", "partially_completed")},
                "stuck": sum(_is_stuck(file, now) for file in files),
            },
            "description_counts": {
                "pending": descriptions["pending"] + descriptions["queued"],
                "processing": descriptions["processing"],
                "completed": descriptions["completed"],
                "failed": descriptions["failed"],
                "skipped": descriptions["skipped"],
            },
            "error_summary": {"count": len(errors), "messages": errors[:_LIMIT]},
            "created_at": session.created_at,
            "last_activity_at": max([session.created_at, *(file.changed_at for file in files)]),
        }
    )


@operation("get_pending_batches")
async def list_pending(call: Call) -> Response:
    """List the unconfirmed batches of the last two hours."""
    now = call.state.clock.now()
    pending = [one for one in _awaited(call) if now - seconds_of(one.created_at) < _STALE_AFTER]
    return Response(
        {
            "has_recoverable": bool(pending),
            "batches": [
                {
                    "batch_id": one.id,
                    "status": one.status,
                    "total_files": len(one.items),
                    "confirmed_count": 0,
                    "created_at": one.created_at,
                    "age_seconds": int(now - seconds_of(one.created_at)),
                }
                for one in pending
            ],
        }
    )


@operation("auto_recover_batch")
async def recover(call: Call) -> Response:
    """Store the received files of an unconfirmed batch; the missing ones fail."""
    batch_id = call.path["batch_id"]
    session = _batch(call, batch_id)
    if session is None or session.upload_method != "presigned":
        return _recovered(batch_id, "not_found", 0, 0)
    awaited = [file for file in _files(session) if placeholders.is_awaiting(file)]
    if not awaited:
        return _recovered(batch_id, "already_processed", 0, 0)
    if not any(call.state.objects.has(placeholders.key_of(file)) for file in awaited):
        return _recovered(batch_id, "nothing_to_recover", 0, len(awaited))
    stored = 0
    for file in awaited:
        reason = (
            None if call.state.objects.has(placeholders.key_of(file)) else "its bytes never arrived"
        )
        stored += await _settle(call, file, reason, describe=True)
    return _recovered(batch_id, "recovered", stored, len(awaited) - stored)


def _recovered(batch_id: str, status: str, stored: int, failed: int) -> Response:
    text = f"[sandbox] {status.replace('_', ' ')}: {stored} files stored, {failed} missing"
    return Response(
        {
            "batch_id": batch_id,
            "recovered_files": stored,
            "failed_files": failed,
            "status": status,
            "message": text,
        }
    )


@operation("cleanup_stale_batches")
async def clean_up(call: Call) -> Response:
    """Expire batches that were not confirmed within two hours."""
    now = call.state.clock.now()
    stale = [one for one in _awaited(call) if now - seconds_of(one.created_at) >= _STALE_AFTER]
    with call.state.database.transaction():
        for session in stale:
            for file in _files(session):
                reason = "the upload was never confirmed"
                placeholders.mark_failed(call.state, file, reason, placeholders.EXPIRED)
    text = f"[sandbox] {len(stale)} batches expired"
    return Response({"cleaned_count": len(stale), "message": text})


async def _settle(call: Call, file: StoredFile, reason: str | None, *, describe: bool) -> bool:
    """Store the bytes of one file, or why it failed; returns whether they are stored."""
    state = call.state
    arrived = None
    if reason is None:
        arrived = await placeholders.examine_upload(state, placeholders.key_of(file), file.filename)
        reason = arrived.reason if isinstance(arrived, Refusal) else None
    with state.database.transaction():
        current = state.files.get(file.id)
        # It may have been confirmed or deleted while its bytes were examined.
        if current is None or not placeholders.is_awaiting(current):
            return current is not None and placeholders.stage(current) == placeholders.STORED
        if arrived is None or isinstance(arrived, Refusal):
            placeholders.mark_failed(state, current, reason or "its bytes never arrived")
            return False
        placeholders.fill(state, current, *arrived, describe=describe)
    return True


def _batch(call: Call, batch_id: str) -> Session | None:
    return call.state.sessions.get(batch_id)


def _awaited(call: Call) -> list[Session]:
    sessions, _ = call.state.sessions.page(None, "presigned", 2**31, 0)
    return [
        one
        for one in sessions
        if one.cancelled_at is None
        and _files(one)
        and all(placeholders.is_awaiting(file) for file in _files(one))
    ]


def _files(session: Session) -> list[StoredFile]:
    return [item.file for item in session.items if item.file is not None]


def _is_stuck(file: StoredFile, now: float) -> bool:
    unfinished = unified_status(file) in _FOLLOWED
    return unfinished and now - seconds_of(file.changed_at) >= STUCK_AFTER


def _overall(states: Counter[str], total: int) -> str:
    if states["uploading"]:
        return "uploading"
    if states["processing"]:
        return "processing"
    if states["confirming"] or states["queued"]:
        return "queued"
    for end in ("completed", "failed"):
        if states[end] == total:
            return end
    return "partially_completed"
