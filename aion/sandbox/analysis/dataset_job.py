"""The job that makes a dataset of a completed batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.records import Record

DATASET: Final = "dataset"
EXPORT: Final = "dataset_export"
"""Kinds of the records; an export belongs to its dataset."""

FORMATS: Final = ("csv", "coco", "yolo", "pascal_voc")


def begin(
    state: State,
    batch_id: str,
    name: str,
    description: str | None,
    format_config: Mapping[str, Any] | None,
) -> Record:
    """Store a dataset and queue it, inside the caller's transaction."""
    dataset_id = state.records.new_id(DATASET)
    body = {
        "name": name,
        "description": description,
        "batch_id": batch_id,
        "status": "pending",
        "format_config": dict(format_config or {}),
    }
    state.jobs.schedule(DATASET, dataset_id, name=name)
    return state.records.put(DATASET, dataset_id, body)


@job(DATASET)
def make(step: Step[State]) -> Next | None:
    """Advance a dataset to ready, or to failed by a fault."""
    if step.state.records.get(DATASET, step.id) is None:
        return None
    if step.stage == "queued":
        step.state.records.update(DATASET, step.id, status="processing")
        return step.next("processing")
    status = "ready" if step.failure() is None else "failed"
    step.state.records.update(DATASET, step.id, status=status)
    return None
