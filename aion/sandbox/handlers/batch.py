"""Describe or verify many images in the background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aion.sandbox.analysis import batch_job, request_images
from aion.sandbox.analysis.rule_checks import rules_of
from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.records import Record


@operation("batch_describe")
async def batch_describe(call: Call) -> Response:
    """Start a batch of images."""
    images: list[dict[str, Any]] = call.body["images"]
    _check([(("images", number), one) for number, one in enumerate(images)])
    return _begin(call, "describe", images)


@operation("batch_verify")
async def batch_verify(call: Call) -> Response:
    """Start a batch of pairs of an image and a text."""
    pairs: list[dict[str, Any]] = call.body["image_text_pairs"]
    name = "image_text_pairs"
    _check([((name, number, "image"), one["image"]) for number, one in enumerate(pairs)])
    return _begin(call, "verify", pairs)


@operation("get_batch_status_api_v2_batch__batch_id__get")
async def get_batch_status(call: Call) -> Response:
    """Return the status of a batch."""
    return Response(batch_job.as_json(call.state, _batch(call)))


@operation("get_batch_results")
async def get_batch_results(call: Call) -> Response:
    """Return one page of items."""
    batch = _batch(call)
    offset, limit = call.query["offset"], call.query["limit"]
    include_failed = call.query["include_failed"]
    page, total = call.state.records.find(
        batch_job.ITEM,
        parent=batch.id,
        where=None if include_failed else lambda one: one.body["status"] != "failed",
        limit=limit,
        offset=offset,
    )
    return Response(
        {
            "batch_id": batch.id,
            "status": batch.body["status"],
            "results": [_item(call, one) for one in page],
            "pagination": {
                "offset": offset,
                "limit": limit,
                "total": total,
                "has_more": offset + len(page) < total,
            },
            "summary": batch_job.summary(call.state, batch),
        }
    )


@operation("cancel_batch_api_v2_batch__batch_id__delete")
async def cancel_batch(call: Call) -> Response:
    """Cancel a running batch."""
    batch = _batch(call)
    if batch.body["status"] in batch_job.ENDED:
        raise ApiError(
            400, f"the batch is {batch.body['status']}: only a running batch can be cancelled"
        )
    with call.state.database.transaction():
        batch_job.cancel(call.state, batch)
    return Response(status=204)


def _begin(call: Call, kind: str, items: Sequence[Mapping[str, Any]]) -> Response:
    body: dict[str, Any] = call.body
    options = {name: value for name, value in body.items() if name not in {"images"}}
    options.pop("image_text_pairs", None)
    options["applied_rules"] = rules_of(call.state, body)
    with call.state.database.transaction():
        batch = batch_job.begin(call.state, kind, items, options)
        status = batch_job.as_json(call.state, batch)
    names = ("batch_id", "status", "total_items", "processed_items", "failed_items")
    dates = ("created_at", "estimated_completion_time")
    return Response({name: status[name] for name in (*names, *dates)}, status=202)


def _check(images: Sequence[tuple[tuple[str | int, ...], Mapping[str, Any]]]) -> None:
    problems = [
        Problem(("body", *place), text, "value_error")
        for place, image in images
        if (text := request_images.source_problem(image)) is not None
    ]
    if problems:
        raise InvalidRequest(problems)


def _batch(call: Call) -> Record:
    found = call.state.records.get(batch_job.BATCH, call.path["batch_id"].lower())
    if found is None:
        raise ApiError(404, f"no batch {call.path['batch_id']}")
    return found


def _item(call: Call, item: Record) -> dict[str, Any]:
    body = item.body
    given = dict(body["input"])
    # The response has no bytes of the request.
    image = dict(given.get("image", given))
    if image.get("image_base64"):
        image["image_base64"] = f"[sandbox] {len(image['image_base64'])} characters"
    given = {**given, "image": image} if "image" in given else image
    output: dict[str, Any] | None = body["output_data"]
    if output is not None:
        output = {name: value for name, value in output.items() if name != "object_key"}
    key = body["object_key"]
    return {
        "item_id": item.id,
        "item_index": body["item_index"],
        "status": body["status"],
        "input_data": given,
        "output_data": output,
        "error_message": body["error_message"],
        "processing_time_ms": body["processing_time_ms"],
        "stored_image_url": call.object_url(key) if key else None,
    }
