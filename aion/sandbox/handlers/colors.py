"""Colors of images: extraction, the palette of one image, search by Delta E, name and family.

Where the contract leaves a choice: the distance is Delta E of 1976, a search without a color is
refused with 400, an unknown family has no results, and a batch of at most 200 ignores ids that
are not images.
"""

from __future__ import annotations

from typing import Any, Final

from aion._color_spaces import is_hex, to_rgb
from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers._views import file_item
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.color_index import ColorHit, ColorQuery, indexed_colors, search_colors
from aion.sandbox.images.color_job import COLORS, MOST, swatches
from aion.sandbox.images.color_names import NAMED, to_lab
from aion.sandbox.images.palette import FAMILIES, analysis, brief_palette, family_of, named_hex
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.records import Record

_MOST_IMAGES: Final = 200


@operation("get_image_colors")
async def get_image_colors(call: Call) -> Response:
    """Return the palette of an image, or the status of its extraction."""
    file = require_image(call, call.path["image_id"])
    status = call.state.jobs.stage(COLORS, file.id)
    record = call.state.records.get(COLORS, file.id)
    return _answer(file, status, record)


@operation("extract_colors")
async def extract_colors(call: Call) -> Response:
    """Queue an extraction, unless a result exists and `force` is not set."""
    file = require_image(call, call.path["image_id"])
    record = call.state.records.get(COLORS, file.id)
    status = call.state.jobs.stage(COLORS, file.id)
    if status is None and not call.query["force"] and _is_done(record):
        return _answer(file, None, record)
    with call.state.database.transaction():
        _queue(call, file, call.query["n_colors"])
    return _answer(file, "queued", None)


@operation("batch_extract_colors")
async def batch_extract_colors(call: Call) -> Response:
    """Queue extractions; images with a palette are skipped, unless `force` is set."""
    force = call.body.get("force", False)
    queued = 0
    with call.state.database.transaction():
        for file in images_of_batch(call, call.body["image_ids"]):
            if force or not _is_done(call.state.records.get(COLORS, file.id)):
                _queue(call, file, call.body.get("n_colors", MOST))
                queued += 1
    return Response({"queued_count": queued, "message": f"{queued} images queued for extraction"})


@operation("search_by_color")
async def search_by_color(call: Call) -> Response:
    """Find images with a color that meets all conditions, best first."""
    limit, offset = call.body.get("limit", 50), call.body.get("offset", 0)
    hits, total = search_colors(call.state.database, _query(call.body), limit, offset)
    return Response(
        {
            "results": [_shown(call, hit) for hit in hits],
            "total_count": total,
            "limit": limit,
            "offset": offset,
        }
    )


@operation("list_color_families")
async def list_color_families(call: Call) -> Response:
    """List all families, with the hex codes of their named colors."""
    del call
    return Response(
        [
            {
                "name": family,
                "display_name": title,
                "description": text,
                "example_colors": [named_hex(name) for name in names],
            }
            for family, (title, text, names) in FAMILIES.items()
        ]
    )


def require_image(call: Call, image_id: str) -> StoredFile:
    """Return the image of an id.

    Raises:
        ApiError: unknown file (404), or not an image (400).
    """
    file = call.state.files.get(image_id)
    if file is None:
        raise ApiError(404, f"no image {image_id}")
    if file.media_type != "image":
        raise ApiError(400, f"{image_id} is a {file.media_type}, not an image")
    return file


def images_of_batch(call: Call, ids: list[str]) -> list[StoredFile]:
    """Return the images among some ids, each once.

    Raises:
        ApiError: too many ids, or none.
    """
    if not 1 <= len(ids) <= _MOST_IMAGES:
        raise ApiError(400, f"a batch has 1 to {_MOST_IMAGES} images, this one has {len(ids)}")
    files = [call.state.files.get(one) for one in dict.fromkeys(one.lower() for one in ids)]
    return [file for file in files if file is not None and file.media_type == "image"]


def _shown(call: Call, hit: ColorHit) -> dict[str, Any]:
    file = call.state.files.get_numbered(hit.file)
    assert file is not None, "the index has no deleted images"
    return {
        "image_id": file.id,
        "thumbnail_url": file_item(call, file)["thumbnail_url"],
        "color_analysis": brief_palette(indexed_colors(call.state.database, hit.file)),
        "match_score": round(hit.score, 4),
        "matched_hex": hit.hex,
        "matched_percentage": hit.percentage,
    }


def _queue(call: Call, file: StoredFile, n_colors: int) -> None:
    call.state.jobs.schedule(COLORS, file.id, name=file.filename, data={"n_colors": n_colors})


def _is_done(record: Record | None) -> bool:
    return record is not None and record.body["status"] == "completed"


def _answer(file: StoredFile, status: str | None, record: Record | None) -> Response:
    if status is not None or record is None:
        body = {"image_id": file.id, "status": status or "pending"}
        return Response({**body, "color_analysis": None, "extracted_at": None})
    extracted_at = record.body["extracted_at"]
    return Response(
        {
            "image_id": file.id,
            "status": record.body["status"],
            "color_analysis": (
                analysis(swatches(record.body["colors"]), extracted_at)
                if _is_done(record)
                else None
            ),
            "extracted_at": extracted_at,
        }
    )


def _query(body: dict[str, Any]) -> ColorQuery:
    code, name, family = (body.get(key) for key in ("hex_code", "color_name", "color_family"))
    if code is None and name is None and family is None:
        raise ApiError(400, "pass at least one of hex_code, color_name and color_family")
    if code is not None and not is_hex(code):
        raise InvalidRequest([Problem(("body", "hex_code"), "not a hex code", "pattern")])
    return ColorQuery(
        least=body.get("min_percentage", 5.0),
        near=to_lab(to_rgb(code)) if code is not None else None,
        threshold=body.get("delta_e_threshold", 15.0),
        names=_names(name, family) if name is not None or family is not None else None,
    )


def _names(name: str | None, family: str | None) -> list[str]:
    """Return the named colors of a family whose names have all words of a name."""
    words = (name or "").lower().replace("_", " ").split()
    if name is not None and not words:
        return []
    return [
        one
        for one in NAMED
        if set(words) <= set(one.split()) and (family is None or family_of(one) == family.lower())
    ]
