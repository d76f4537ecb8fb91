"""The history of descriptions and verifications, its exports, and its images."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aion.sandbox.analysis import history
from aion.sandbox.analysis.history import HistoryEntry
from aion.sandbox.analysis.request_images import SIDES, thumbnail
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.image_facts import FORMATS, InvalidImage
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.jsontext import json_text
from aion.sandbox.store.objects import content_type_of
from aion.sandbox.store.records import Record

EXPORT: Final = "data_export"
"""Kind of the jobs that export the history, and of their records."""

_MOST: Final = 100_000
_TYPES: Final = {"csv": "csv", "json": "json", "jsonl": "txt"}
_SIZE_OF_VARIANT: Final = {
    "tiny_64": 64, "small_256": 256, "medium_750": 750, "large_1024": 1024
}  # fmt: skip


@operation("get_description_history")
async def get_description_history(call: Call) -> Response:
    """List all descriptions, newest first."""
    return _page(call, "description")


@operation("get_verification_history")
async def get_verification_history(call: Call) -> Response:
    """List all verifications, newest first."""
    return _page(call, "verification")


@operation("export_processing_results", role="viewer")
async def export_processing_results(call: Call) -> Response:
    """Queue the export of a part of the history to a file."""
    export_id = call.state.records.new_id(EXPORT)
    body = {"wanted": call.body, "status": "pending", "count": None, "key": None, "error": None}
    with call.state.database.transaction():
        stored = call.state.records.put(EXPORT, export_id, body)
        call.state.jobs.schedule(EXPORT, export_id, name=call.body["format"])
    return Response(_export(call, stored), status=202)


@operation("get_export_status")
async def get_export_status(call: Call) -> Response:
    """Return the status of an export."""
    found = call.state.records.get(EXPORT, call.path["export_id"].lower())
    if found is None:
        raise ApiError(404, f"no export {call.path['export_id']}")
    return Response(_export(call, found))


@operation("get_stored_image")
async def get_stored_image(call: Call) -> Response:
    """Return the image of a result, or a smaller copy."""
    size = call.query["size"] if call.query["thumbnail"] else None
    return await _image(call, call.path["verification_id"], size)


@operation("get_batch_item_image")
async def get_batch_item_image(call: Call) -> Response:
    """Return the image of an item of a batch, or a smaller copy."""
    size = call.query["size"] if call.query["thumbnail"] else None
    return await _image(call, call.path["item_id"], size)


@operation("get_verification_thumbnail")
async def get_verification_thumbnail(call: Call) -> Response:
    """Return a smaller copy of the image of a result."""
    return await _image(call, call.path["verification_id"], call.query["size"] or "small")


@operation("get_batch_thumbnail")
async def get_batch_thumbnail(call: Call) -> Response:
    """Return a smaller copy of the image of an item."""
    return await _image(call, call.path["batch_item_id"], call.query["size"] or "small")


@operation("list_image_variants")
async def list_image_variants(call: Call) -> Response:
    """List the variants of an image."""
    result_id = call.path["verification_id"].lower()
    _require(call, result_id)
    base = f"/api/v2/data/images/{result_id}/variant"
    names = ["original", *_SIZE_OF_VARIANT]
    variants = [{"variant_type": name, "url": f"{base}/{name}"} for name in names]
    return Response({"verification_id": result_id, "variants": variants})


@operation("get_image_variant")
async def get_image_variant(call: Call) -> Response:
    """Return one variant of an image."""
    name = call.path["variant_type"]
    if name != "original" and name not in _SIZE_OF_VARIANT:
        raise ApiError(404, f"no variant {name!r}")
    side = _SIZE_OF_VARIANT.get(name)
    return await _bytes(call, call.path["verification_id"], side)


@job(EXPORT)
def write(step: Step[State]) -> Next | None:
    """Advance an export; the last stage writes its file."""
    state = step.state
    stored = state.records.get(EXPORT, step.id)
    if stored is None:
        return None
    if step.stage == "queued":
        state.records.update(EXPORT, step.id, status="processing")
        return step.next("processing")
    failure = step.failure()
    if failure is not None:
        state.records.update(EXPORT, step.id, status="failed", error=failure)
        return None
    rows = _rows(state, stored.body["wanted"])
    data = _file(stored.body["wanted"]["format"], rows)
    key = f"exports/{step.id}/history.{_TYPES[stored.body['wanted']['format']]}"
    state.objects.write(key, data)
    state.records.update(EXPORT, step.id, status="completed", count=len(rows), key=key)
    return None


def _page(call: Call, kind: str) -> Response:
    query = call.query
    search, sources = query["search"], query["source_types"]
    wanted = {
        **query,
        "search_terms": [search] if search else None,
        "source_types": [one.strip() for one in sources.split(",")] if sources else None,
    }
    found = history.matching(history.history_entries(call.state, kind), wanted)
    offset, limit = query["offset"], query["limit"]
    page = found[offset : offset + limit]
    return Response(
        {
            "results": [_as_json(call, one) for one in page],
            "total_count": len(found),
            "statistics": history.statistics(found),
            "filters_applied": history.filters(wanted),
            "page_info": {
                "offset": offset,
                "limit": limit,
                "has_next": offset + len(page) < len(found),
                "has_previous": offset > 0,
                "total_pages": -(-len(found) // limit),
                "current_page": offset // limit + 1,
            },
        }
    )


def _as_json(call: Call, one: HistoryEntry) -> dict[str, Any]:
    base = f"/api/v2/data/images/{one.id}"
    return {
        "id": one.id,
        "type": one.type,
        "source_type": one.source_type,
        "source_id": one.source_id,
        "created_at": one.created_at,
        "image_url": one.image_url,
        "stored_image_url": call.object_url(one.object_key) if one.object_key else None,
        "description": one.description,
        "confidence_score": one.confidence,
        "image_id": one.image_id,
        "thumbnail_url": f"{base}/thumbnail",
        "metadata": one.metadata,
        "verification": one.verification,
    }


def _export(call: Call, stored: Record) -> dict[str, Any]:
    body = stored.body
    kind = body["wanted"]["format"]
    key = body["key"]
    return {
        "export_id": stored.id,
        "status": body["status"],
        "download_url": call.object_url(key, f"history.{kind}") if key else None,
        "record_count": body["count"],
        "format": kind,
        "created_at": stored.created_at,
        "estimated_completion_time": None,
        "error_message": body["error"],
    }


def _rows(state: State, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = history.matching(history.history_entries(state, "description"), wanted)
    limit = wanted.get("limit")
    rows: list[dict[str, Any]] = []
    for one in found[: _MOST if limit is None else max(0, limit)]:
        row: dict[str, Any] = {
            "id": one.id,
            "source_type": one.source_type,
            "source_id": one.source_id,
            "created_at": one.created_at,
            "description": one.description,
            "confidence_score": one.confidence,
        }
        if wanted.get("include_metadata", True):
            row["metadata"] = one.metadata
        fields = wanted.get("fields")
        rows.append({name: row.get(name) for name in fields} if fields else row)
    return rows


def _file(kind: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    if kind == "json":
        return json_text(list(rows)).encode()
    if kind == "jsonl":
        return "".join(f"{json_text(dict(row))}\n" for row in rows).encode()
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]) if rows else ["id"])
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {key: json_text(one) if isinstance(one, dict) else one for key, one in row.items()}
        )
    return target.getvalue().encode()


async def _image(call: Call, result_id: str, size: str | None) -> Response:
    if size is not None and size not in SIDES:
        raise ApiError(400, f"size must be one of {', '.join(SIDES)}, not {size!r}")
    return await _bytes(call, result_id, SIDES[size] if size is not None else None)


async def _bytes(call: Call, result_id: str, side: int | None) -> Response:
    key, kind = _require(call, result_id.lower())
    path = call.state.objects.path(key)
    try:
        if side is None:
            data: bytes = await call.state.in_thread(path.read_bytes)
            content_type = content_type_of(f"x.{FORMATS[kind]}")
        else:
            data = await call.state.in_thread(thumbnail, path, kind, side)
            content_type = "image/jpeg"
    except (OSError, InvalidImage):
        raise ApiError(404, f"the image of {result_id} was deleted") from None
    return Response(raw=data, headers={"content-type": content_type})


def _require(call: Call, result_id: str) -> tuple[str, str]:
    found = history.image_of(call.state, result_id)
    if found is None:
        raise ApiError(404, f"no result {result_id} with an image")
    return found
