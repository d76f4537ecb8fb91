"""Materials of images, derived from their tags without a model."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.handlers._views import file_item
from aion.sandbox.handlers.colors import images_of_batch, require_image
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.description import MARK
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.records import Record

_KIND: Final = "materials"
_MATERIALS: Final[dict[str, tuple[str, ...]]] = {
    "wood": ("raw", "oiled", "varnished", "painted"),
    "metal": ("brushed", "polished", "matte"),
    "stone": ("polished", "rough"),
    "glass": ("clear", "frosted"),
    "fabric": ("woven", "knitted"),
    "leather": ("smooth", "suede"),
    "ceramic": ("glazed", "matte"),
    "plastic": ("glossy", "matte"),
    "paper": ("matte", "coated"),
    "concrete": ("raw", "polished"),
}


@operation("classify_materials", kind="minimal")
async def classify_materials(call: Call) -> Response:
    """Read the tags of an image, unless it was done before."""
    file = require_image(call, call.path["image_id"])
    known = call.state.records.get(_KIND, file.id)
    if known is None or call.query["force"]:
        known = _classify(call, file)
    return _answer(file, known)


@operation("get_image_materials", kind="minimal")
async def get_image_materials(call: Call) -> Response:
    """Return the materials of an image, or that it was not classified."""
    file = require_image(call, call.path["image_id"])
    return _answer(file, call.state.records.get(_KIND, file.id))


@operation("batch_classify_materials", kind="minimal")
async def batch_classify_materials(call: Call) -> Response:
    """Read the tags of several images."""
    done = 0
    for file in images_of_batch(call, call.body["image_ids"]):
        if call.body.get("force", False) or call.state.records.get(_KIND, file.id) is None:
            _classify(call, file)
            done += 1
    return Response(
        {"queued_count": done, "message": f"{MARK} the tags of {done} images were read"}
    )


@operation("search_by_material", kind="minimal")
async def search_by_material(call: Call) -> Response:
    """Find images whose tags name a material."""
    names = ("material_type", "surface_finish", "texture", "pattern")
    wanted = [call.body[name].lower() for name in names if call.body.get(name) is not None]
    records, _ = call.state.records.find(_KIND, newest_first=True)
    found = [
        (file, record)
        for record in records
        if set(wanted) <= set(record.body["tags"])
        and (file := call.state.files.get(record.id)) is not None
        and (wanted or record.body["classification"]["materials"])
    ]
    limit, offset = call.body.get("limit", 50), call.body.get("offset", 0)
    return Response(
        {
            "results": [
                {
                    "image_id": file.id,
                    "thumbnail_url": file_item(call, file)["thumbnail_url"],
                    "material_classification": record.body["classification"],
                    "confidence_score": 1.0,
                }
                for file, record in found[offset : offset + limit]
            ],
            "total_count": len(found),
            "limit": limit,
            "offset": offset,
        }
    )


@operation("list_material_types", kind="minimal")
async def list_material_types(call: Call) -> Response:
    """List the materials that a tag can name."""
    del call
    return Response(
        [
            {
                "type": name,
                "display_name": name.capitalize(),
                "description": f"{MARK} images with the tag {name}",
                "common_finishes": list(finishes),
            }
            for name, finishes in _MATERIALS.items()
        ]
    )


def _classify(call: Call, file: StoredFile) -> Record:
    tags = [tag.lower() for tag in file.tag_list()]
    classification: dict[str, Any] = {
        "materials": [
            {
                "material_type": tag,
                "surface_finish": next((one for one in _MATERIALS[tag] if one in tags), None),
                "confidence": 1.0,
            }
            for tag in dict.fromkeys(tags)
            if tag in _MATERIALS
        ],
        "note": f"{MARK} not made by a model: these are the materials that its tags name",
    }
    body = {
        "tags": tags,
        "classification": classification,
        "classified_at": call.state.clock.stamp(),
    }
    with call.state.database.transaction():
        return call.state.records.put(_KIND, file.id, body)


def _answer(file: StoredFile, known: Record | None) -> Response:
    return Response(
        {
            "image_id": file.id,
            "status": "completed" if known is not None else "pending",
            "material_classification": known.body["classification"] if known is not None else None,
            "classified_at": known.body["classified_at"] if known is not None else None,
        }
    )
