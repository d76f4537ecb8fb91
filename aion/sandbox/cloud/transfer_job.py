"""Imports and exports: jobs that move files between a drive and the library, a few at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Final

from aion.sandbox.cloud import drive
from aion.sandbox.cloud.consent import CONNECTION
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.records import Record
from aion.sandbox.uploads import placeholders
from aion.sandbox.uploads.file_kinds import Refusal
from aion.sandbox.uploads.intake import examine, received_file

TRANSFER: Final = "cloud_transfer"
"""Kind of the jobs and of their records."""

_PARTS: Final = 4
"""Approximate number of steps of a job, so that progress is visible."""


def begin(
    state: State,
    kind: str,
    connection: Record,
    items: Sequence[Mapping[str, Any]],
    **options: Any,
) -> Record:
    """Store a job and queue it, inside the caller's transaction.

    Args:
        state: The sandbox.
        kind: ``import`` or ``export``.
        connection: The connection to the drive.
        items: The files to move, each with a `name`.
        options: Further fields of its record.
    """
    job_id = state.records.new_id(TRANSFER)
    body: dict[str, Any] = {
        "type": kind,
        "status": "pending",
        "connection_id": connection.id,
        "account": connection.parent,
        "items": [{**item, "outcome": None} for item in items],
        "error": None,
        "completed_at": None,
        **options,
    }
    state.records.update(CONNECTION, connection.id, last_used_at=state.clock.stamp())
    state.jobs.schedule(TRANSFER, job_id, name=str(items[0]["name"]))
    return state.records.put(TRANSFER, job_id, body, parent=connection.id)


@job(TRANSFER)
def move(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    """Advance a job: begin, then move a part of its files at each step."""
    record = step.state.records.get(TRANSFER, step.id)
    if record is None:
        return None
    if step.stage == "queued":
        step.state.records.update(TRANSFER, step.id, status="in_progress")
        return step.next("moving")
    return _move(step, record)


async def _move(step: Step[State], record: Record) -> Next | None:
    state, items = step.state, list(record.body["items"])
    failure = step.failure()
    connection = state.records.get(CONNECTION, record.body["connection_id"])
    stopped = connection is None or not connection.body["is_active"]
    left = [position for position, item in enumerate(items) if item["outcome"] is None]
    part = left[: max(1, -(-len(items) // _PARTS))]
    for position in left if stopped or failure else part:
        item = items[position]
        if stopped or failure:
            reason: str | None = failure or "the account was disconnected"
            _give_up(state, item, reason or "")
        elif record.body["type"] == "import":
            reason = await _import(state, item, record)
        else:
            reason = await _export(state, item, record)
        items[position] = {**item, "outcome": reason or "moved"}
        state.records.update(TRANSFER, step.id, items=items)
    if any(item["outcome"] is None for item in items):
        return step.next("moving")
    lost = [item for item in items if item["outcome"] != "moved"]
    status = "completed" if not lost else "failed" if len(lost) == len(items) else "partial"
    if stopped and lost:
        status = "cancelled"
    error = None
    if lost:
        first = lost[0]
        error = f"{len(lost)} of {len(items)} files were not moved; {first['name']}: "
        error += str(first["outcome"])
    changes = {"status": status, "error": error, "completed_at": step.stamp()}
    state.records.update(TRANSFER, step.id, **changes)
    return None


async def _import(state: State, item: Mapping[str, Any], record: Record) -> str | None:
    """Fill the placeholder of one file; returns why it failed, or None."""
    account = record.body["account"]
    exported = drive.exported_path(state, account, item["cloud_id"])
    data: bytes | None = await state.in_thread(drive.read, item["cloud_id"], exported)
    if data is None:
        return _give_up(state, item, "the drive does not have this file")
    path = state.objects.incoming()
    path.write_bytes(data)
    try:
        file = received_file(path, str(item["name"]), len(data), hashlib.sha256(data).hexdigest())
        examined = await examine(state, file)
        if not isinstance(examined, Refusal) and examined.kind.name != "image":
            text = f"{examined.kind.name}s are not imported by this sandbox"
            examined = Refusal(400, "UNSUPPORTED_FILE_TYPE", text)
        if isinstance(examined, Refusal):
            return _give_up(state, item, examined.reason)
        with state.database.transaction():
            waiting = state.files.get(item["image_id"])
            if waiting is None:
                return "its image was deleted"
            describe = bool(record.body["auto_describe"])
            if placeholders.is_awaiting(waiting):
                placeholders.fill(state, waiting, file, examined, describe=describe)
    finally:
        path.unlink(missing_ok=True)
    return None


async def _export(state: State, item: Mapping[str, Any], record: Record) -> str | None:
    """Copy one image into the drive; returns why it failed, or None."""
    file = state.files.get(item["image_id"])
    if file is None:
        return "the image was deleted"
    if not file.object_key:
        return "the image has no bytes yet"
    ending = file.object_key.rpartition(".")[2]
    key = f"drive/{item['cloud_id']}/original.{ending}"
    await state.in_thread(state.objects.copy, file.object_key, key)
    body = {
        "name": item["name"],
        "mime_type": file.content_type,
        "size_bytes": file.size_bytes,
        "folder_id": record.body["folder_id"],
        "object_key": key,
    }
    with state.database.transaction():
        state.records.put(drive.DRIVE_FILE, item["cloud_id"], body, parent=record.body["account"])
    return None


def _give_up(state: State, item: Mapping[str, Any], reason: str) -> str:
    waiting = state.files.get(item["image_id"])
    if waiting is not None and placeholders.is_awaiting(waiting):
        with state.database.transaction():
            placeholders.mark_failed(state, waiting, reason)
    return reason


def on_wire(record: Record) -> dict[str, Any]:
    """Return a job in its wire form."""
    body = record.body
    outcomes = [item["outcome"] for item in body["items"]]
    moved = outcomes.count("moved")
    return {
        "job_id": record.id,
        "type": body["type"],
        "status": body["status"],
        "connection_id": body["connection_id"],
        "provider": drive.PROVIDER,
        "total_files": len(outcomes),
        "completed_files": moved,
        "failed_files": len(outcomes) - moved - outcomes.count(None),
        "error": body["error"],
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "completed_at": body["completed_at"],
    }
