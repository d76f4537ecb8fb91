"""Datasets: create from completed batches, export as files, count."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Final

from aion.sandbox.analysis import batch_job, dataset_job
from aion.sandbox.analysis.dataset_files import Exported, Row, export
from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.records import Record

_INLINE: Final = 64 * 1024
_DAY: Final = 86_400.0
_STATES: Final = ("pending", "processing", "ready", "failed")


@operation("create_dataset")
async def create_dataset(call: Call) -> Response:
    """Create a dataset of a completed batch."""
    body = call.body
    batch = call.state.records.get(batch_job.BATCH, body["batch_id"].lower())
    if batch is None:
        raise ApiError(404, f"no batch {body['batch_id']}")
    if batch.body["status"] != "completed":
        state = batch.body["status"]
        raise ApiError(400, f"the batch is {state}: a dataset needs a completed batch")
    with call.state.database.transaction():
        made = dataset_job.begin(
            call.state, batch.id, body["name"], body.get("description"), body.get("format_config")
        )
    return Response(_as_json(call, made), status=201)


@operation("list_datasets")
async def list_datasets(call: Call) -> Response:
    """List one page of datasets, newest first."""
    status, limit, offset = (call.query[name] for name in ("status", "limit", "offset"))
    if limit < 1 or offset < 0:
        name = "limit" if limit < 1 else "offset"
        raise InvalidRequest([Problem(("query", name), "out of range", "value_error")])
    page, total = call.state.records.find(
        dataset_job.DATASET,
        where=None if status is None else lambda one: one.body["status"] == status,
        newest_first=True,
        limit=limit,
        offset=offset,
    )
    return Response(
        {
            "datasets": [_as_json(call, one) for one in page],
            "total_count": total,
            "limit": limit,
            "offset": offset,
            "has_more": offset + len(page) < total,
        }
    )


@operation("get_dataset_api_v2_datasets__dataset_id__get")
async def get_dataset(call: Call) -> Response:
    """Return one dataset."""
    return Response(_as_json(call, _dataset(call)))


@operation("export_dataset", role="viewer")
async def export_dataset(call: Call) -> Response:
    """Write the file of a format; the response contains a small text file."""
    state, dataset, body = call.state, _dataset(call), call.body
    if dataset.body["status"] != "ready":
        raise ApiError(
            409, f"the dataset is {dataset.body['status']}: only a ready dataset can be exported"
        )
    rows = _rows(call, dataset, failed=bool(body.get("include_failed_items")))
    options: dict[str, Any] = {**dataset.body["format_config"], **(body.get("options") or {})}
    begun = time.perf_counter()
    try:
        made: Exported = await state.in_thread(export, body["format"], rows, options)
    except ValueError as error:
        raise InvalidRequest([Problem(("body", "options"), str(error), "value_error")]) from None
    seconds = 0.0 if state.clock.stepped else time.perf_counter() - begun
    export_id = state.records.new_id(dataset_job.EXPORT)
    key = f"exports/{export_id}/dataset.{made.ending}"
    state.objects.write(key, made.data)
    facts = {
        "format": body["format"],
        "record_count": len(rows),
        "file_size_bytes": len(made.data),
        "seconds": round(seconds, 6),
    }
    stored = state.records.put(dataset_job.EXPORT, export_id, facts, parent=dataset.id)
    is_text = made.ending in {"csv", "json"}
    return Response(
        {
            "export_id": export_id,
            "dataset_id": dataset.id,
            "format": body["format"],
            "status": "completed",
            "record_count": len(rows),
            "content": made.data.decode() if is_text and len(made.data) <= _INLINE else None,
            "file_path": key,
            "download_url": call.object_url(key, f"dataset.{made.ending}"),
            "file_size_bytes": len(made.data),
            "content_type": made.content_type,
            "exported_at": stored.created_at,
        }
    )


@operation("get_dataset_statistics")
async def get_dataset_statistics(call: Call) -> Response:
    """Count datasets and exports over some days."""
    days = call.query["days"] or 30
    if not 1 <= days <= 3650:
        raise InvalidRequest([Problem(("query", "days"), "out of range", "value_error")])
    until = call.state.clock.now()
    since = stamp(until - days * _DAY)
    records = call.state.records
    made = [one for one in records.find(dataset_job.DATASET)[0] if one.created_at >= since]
    exports = [one for one in records.find(dataset_job.EXPORT)[0] if one.created_at >= since]
    states = Counter(one.body["status"] for one in made)
    used = Counter(one.body["format"] for one in exports)
    popular = sorted(used, key=lambda name: (-used[name], name))
    return Response(
        {
            "dataset_statistics": {
                "total_datasets": len(made),
                "by_status": {name: states[name] for name in _STATES},
            },
            "export_statistics": {
                "total_exports": len(exports),
                "total_size_bytes": sum(one.body["file_size_bytes"] for one in exports),
                "by_format": {name: _figures(exports, name) for name in sorted(used)},
            },
            "popular_formats": [{"format": name, "count": used[name]} for name in popular],
            "period": {"since": since, "until": stamp(until), "days": days},
        }
    )


def _figures(exports: list[Record], name: str) -> dict[str, Any]:
    own = [one.body for one in exports if one.body["format"] == name]
    return {
        "count": len(own),
        "total_size_bytes": sum(one["file_size_bytes"] for one in own),
        "average_seconds": round(sum(one["seconds"] for one in own) / len(own), 6),
    }


def _dataset(call: Call) -> Record:
    found = call.state.records.get(dataset_job.DATASET, call.path["dataset_id"].lower())
    if found is None:
        raise ApiError(404, f"no dataset {call.path['dataset_id']}")
    return found


def _rows(call: Call, dataset: Record, *, failed: bool) -> list[Row]:
    objects = call.state.objects
    wanted = {"success", "failed"} if failed else {"success"}
    rows: list[Row] = []
    for item in batch_job.items_of(call.state, dataset.body["batch_id"]):
        body = item.body
        if body["status"] in wanted:
            key = body["object_key"]
            path = objects.path(key) if key and objects.has(key) else None
            values: dict[str, Any] = body["output_data"] or {}
            rows.append(
                Row(
                    item_index=body["item_index"],
                    item_id=item.id,
                    status=body["status"],
                    path=path,
                    values=values,
                    error_message=body["error_message"],
                )
            )
    return rows


def _as_json(call: Call, dataset: Record) -> dict[str, Any]:
    body, state = dataset.body, call.state
    exports, count = state.records.find(dataset_job.EXPORT, parent=dataset.id)
    batch = state.records.get(batch_job.BATCH, body["batch_id"])
    totals = batch_job.summary(state, batch) if batch is not None else {}
    latest = exports[-1] if exports else None
    return {
        "id": dataset.id,
        "name": body["name"],
        "description": body["description"],
        "batch_id": body["batch_id"],
        "status": body["status"],
        "created_at": dataset.created_at,
        "updated_at": dataset.updated_at,
        "batch_status": batch.body["status"] if batch is not None else None,
        "total_items": totals.get("total_items", 0),
        "successful_items": totals.get("successful_items", 0),
        "export_count": count,
        "supported_formats": list(dataset_job.FORMATS),
        "latest_export": latest
        and {
            "export_id": latest.id,
            "format": latest.body["format"],
            "exported_at": latest.created_at,
        },
    }
