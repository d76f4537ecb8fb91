"""Batch jobs: some items at each step of the clock, so that progress is visible.

A fault `fail_job("batch", text)` fails a whole batch, `fail_job("batch_item", text, name=...)`
single items, selected by the name in their metadata, their object key or their address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Final

from aion.sandbox.analysis import dataset_job, describe_verify, request_images
from aion.sandbox.faults.job_kinds import job_kind
from aion.sandbox.images.image_facts import InvalidImage
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.clock import seconds_of, stamp
from aion.sandbox.store.records import Record

BATCH: Final = "batch"
ITEM: Final = job_kind("batch_item")
"""Kinds of the records, and of the faults; only batches are jobs."""

ENDED: Final = frozenset({"completed", "failed", "cancelled", "partially_completed"})


def begin(
    state: State, kind: str, items: Sequence[Mapping[str, Any]], options: Mapping[str, Any]
) -> Record:
    """Store a batch and queue it, inside the caller's transaction.

    Args:
        state: The sandbox.
        kind: ``describe`` or ``verify``.
        items: The images, or the pairs of `image` and `text`.
        options: The other settings of the request, `applied_rules` among them.
    """
    batch_id = state.records.new_id(BATCH)
    body: dict[str, Any] = {
        "type": kind,
        "status": "pending",
        "total_items": len(items),
        "started_at": None,
        "completed_at": None,
        "options": dict(options),
    }
    for index, given in enumerate(items):
        image = given if kind == "describe" else given["image"]
        item = {
            "item_index": index,
            "name": request_images.name_of(image),
            "input": dict(given),
            "status": "pending",
            "output_data": None,
            "error_message": None,
            "processing_time_ms": None,
            "object_key": None,
        }
        state.records.put(ITEM, state.records.new_id(ITEM), item, parent=batch_id)
    state.jobs.schedule(BATCH, batch_id, name=kind)
    return state.records.put(BATCH, batch_id, body)


def items_of(state: State, batch_id: str) -> list[Record]:
    """Return the items of a batch in their order."""
    return state.records.find(ITEM, parent=batch_id)[0]


@job(BATCH)
def work(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    """Advance a batch: begin, then some items at each step."""
    batch = step.state.records.get(BATCH, step.id)
    if batch is None or batch.body["status"] in ENDED:
        return None
    if step.stage == "queued":
        step.state.records.update(BATCH, step.id, status="processing", started_at=step.stamp())
        return step.next("processing")
    return _work(step, batch)


async def _work(step: Step[State], batch: Record) -> Next | None:
    state = step.state
    failure = step.failure()
    waiting = [
        one for one in items_of(state, step.id) if one.body["status"] in {"pending", "processing"}
    ]
    if failure is not None:
        for item in waiting:
            state.records.update(ITEM, item.id, status="failed", error_message=failure)
        _finish(step, "failed")
        return None
    # Even a small batch shows two states of its progress.
    most = batch.body["options"].get("max_parallel") or 5
    part = waiting[: min(most, max(1, -(-batch.body["total_items"] // 2)))]
    for item in part:
        state.records.update(ITEM, item.id, status="processing")
    for item in part:
        changes = await _one(step, batch, item)
        state.records.update(ITEM, item.id, **changes)
    current = state.records.get(BATCH, step.id)
    if current is None or current.body["status"] in ENDED:
        return None
    items = items_of(state, step.id)
    if any(one.body["status"] == "pending" for one in items):
        return step.next("processing")
    good = sum(one.body["status"] == "success" for one in items)
    mixed = "partially_completed" if good else "failed"
    _finish(step, "completed" if good == len(items) else mixed)
    return None


async def _one(step: Step[State], batch: Record, item: Record) -> dict[str, Any]:
    state, given = step.state, item.body["input"]
    options = batch.body["options"]
    failure = state.faults.job_failure(ITEM, "processing", item.body["name"])
    try:
        if failure is not None:
            raise InvalidImage(failure)
        if batch.body["type"] == "describe":
            image = given
            made = await describe_verify.describe(state, given, item.id, options)
            kind = "description"
        else:
            image = given["image"]
            level = given.get("verification_level")
            own = {**options, "verification_level": level} if level else options
            made = await describe_verify.verify(state, image, given["text"], item.id, own)
            kind = "verification"
    except (InvalidImage, OSError) as error:
        return {"status": "failed", "error_message": str(error), "processing_time_ms": 0}
    source = {"source_type": "batch", "source_id": batch.id, "image_url": image.get("image_url")}
    describe_verify.store_result(state, item.id, kind, made, **source)
    return {
        "status": "success",
        "output_data": made,
        "object_key": made["object_key"],
        "processing_time_ms": 0,
    }


def _finish(step: Step[State], status: str) -> None:
    state = step.state
    state.records.update(BATCH, step.id, status=status, completed_at=step.stamp())
    batch = state.records.get(BATCH, step.id)
    options: dict[str, Any] = batch.body["options"] if batch is not None else {}
    if status == "completed" and options.get("create_dataset"):
        name = options.get("dataset_name") or f"[sandbox] dataset of batch {step.id[:8]}"
        dataset_job.begin(state, step.id, name, options.get("dataset_description"), None)


def cancel(state: State, batch: Record) -> None:
    """Stop a batch: items in progress still end, the rest is skipped."""
    state.jobs.cancel(BATCH, batch.id)
    for item in items_of(state, batch.id):
        if item.body["status"] == "pending":
            state.records.update(ITEM, item.id, status="skipped")
    state.records.update(
        BATCH, batch.id, status="cancelled", completed_at=state.clock.stamp()
    )  # fmt: skip


def as_json(state: State, batch: Record) -> dict[str, Any]:
    """Return the status of a batch in its wire form."""
    states = [one.body["status"] for one in items_of(state, batch.id)]
    total, good, bad = len(states), states.count("success"), states.count("failed")
    ended = good + bad
    body = batch.body
    estimate = None
    if body["status"] not in ENDED:
        left = -(-(total - ended) // (body["options"].get("max_parallel") or 5)) + 1
        estimate = stamp(state.clock.now() + left * state.options.pace)
    progress = 100.0 if body["status"] in ENDED else round(100 * ended / total, 2)
    return {
        "batch_id": batch.id,
        "status": body["status"],
        "total_items": total,
        "processed_items": ended,
        "successful_items": good,
        "failed_items": bad,
        "success_rate": round(good / ended, 4) if ended else 0.0,
        "created_at": batch.created_at,
        "started_at": body["started_at"],
        "completed_at": body["completed_at"],
        "estimated_completion_time": estimate,
        "progress_percentage": progress,
        "avg_processing_time_ms": _elapsed(body) // ended if ended else None,
    }


def summary(state: State, batch: Record) -> dict[str, int]:
    """Return the totals of a batch."""
    states = [one.body["status"] for one in items_of(state, batch.id)]
    return {
        "total_items": len(states),
        "successful_items": states.count("success"),
        "failed_items": states.count("failed"),
        "skipped_items": states.count("skipped"),
        "processing_time_ms": _elapsed(batch.body),
    }


def _elapsed(body: Mapping[str, Any]) -> int:
    if not body["started_at"] or not body["completed_at"]:
        return 0
    return int(1000 * (seconds_of(body["completed_at"]) - seconds_of(body["started_at"])))
