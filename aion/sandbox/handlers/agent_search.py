"""Search agents: images, passages of documents, videos with their scenes."""

from __future__ import annotations

import time
from typing import Any, Final

from aion.sandbox.agents.keywords import keywords
from aion.sandbox.agents.markup import found_text, result_ref
from aion.sandbox.agents.search import FileMatch, Scope, find_files, find_passages, find_scenes
from aion.sandbox.agents.token_usage import token_usage
from aion.sandbox.handlers._views import file_item
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.files import StoredFile

_LIMIT: Final = 50
_KEY: Final = "search_1"


@operation("search_images_with_agent", role="viewer")
async def search_images(call: Call) -> Response:
    """Find images with words of the query in title, description, text, tags or name."""
    began = time.perf_counter()
    scope = Scope(call.body.get("image_ids"), call.body.get("folder_id"))
    found = find_files(call.state, "image", call.body["query"], scope)
    some = found[: _limit(call)]
    results = [_image(call, one) for one in some]
    ids = [one.file.id for one in some]
    return Response(
        {
            "results": results,
            "count": len(found),
            "result_ids": ids,
            **_shared_fields(call, began, "image", ids, [one.file for one in some]),
        }
    )


@operation("search_documents_with_agent", role="viewer")
async def search_documents(call: Call) -> Response:
    """Find passages with words of the query."""
    began = time.perf_counter()
    scope = Scope(call.body.get("document_ids"), document_types=call.body.get("document_types"))
    found = find_passages(call.state, call.body["query"], scope)
    some = found[: _limit(call)]
    documents = {one.document.id: one.document for one in some}
    return Response(
        {
            "results": [
                {
                    "chunk_id": one.id,
                    "document_id": one.document.id,
                    "document_filename": one.document.filename,
                    "text": one.text,
                    "score": one.score,
                    "page_numbers": one.pages,
                    "chunk_index": one.index,
                }
                for one in some
            ],
            "count": len(found),
            "chunk_ids": [one.id for one in some],
            "document_ids": list(documents),
            "search_mode": "text",
            **_shared_fields(call, began, "document", list(documents), list(documents.values())),
        }
    )


@operation("search_videos_with_agent", role="viewer")
async def search_videos(call: Call) -> Response:
    """Find videos with words of the query in them or their scenes; all for a vague query."""
    began = time.perf_counter()
    state, query = call.state, call.body["query"]
    words = keywords(query)
    scope = Scope(call.body.get("video_ids"), call.body.get("folder_id"))
    scores = {one.file.id: one.score for one in find_files(state, "video", query, scope)}
    videos: list[dict[str, Any]] = []
    files: dict[str, StoredFile] = {}
    for one in find_files(state, "video", "", scope):
        scenes = find_scenes(state, one.file, words) if words else []
        score = scores.get(one.file.id, 0.0) + sum(found for _, found in scenes)
        if score > 0:
            files[one.file.id] = one.file
            videos.append(_video(call, one.file, round(score, 4), scenes))
    videos.sort(key=lambda video: -video["score"])
    some = videos[: _limit(call)]
    ids = [video["video_id"] for video in some]
    return Response(
        {
            "results": some,
            "count": len(videos),
            "video_ids": ids,
            "search_mode": "text" if words else "browse",
            **_shared_fields(call, began, "video", ids, [files[one] for one in ids]),
        }
    )


def _limit(call: Call) -> int:
    # JSON Schema accepts 5.0 as an integer.
    return int(call.body.get("limit", _LIMIT))


def _shared_fields(
    call: Call, began: float, id_type: str, ids: list[str], files: list[StoredFile]
) -> dict[str, Any]:
    """Return the fields that all searches share beside their results."""
    query: str = call.body["query"]
    words = keywords(query)
    label = f"{id_type}s"
    raw, summary = found_text(_KEY, len(ids), label, query, files)
    known = [file.description or "" for file in files]
    return {
        "success": True,
        "summary": summary,
        "summary_raw": raw,
        "result_refs": {_KEY: result_ref(ids, id_type, label)},
        "search_strategy": {
            "engine": "sandbox",
            "mode": "text" if words else "browse",
            "words": words,
        },
        "execution_time_ms": _elapsed(call, began),
        "iterations": 1,
        "token_usage": token_usage([query, *known], [summary]),
    }


def _elapsed(call: Call, began: float) -> int:
    # A stepped clock does not measure elapsed time: responses are the same in every run.
    return 0 if call.state.clock.stepped else int((time.perf_counter() - began) * 1000)


def _image(call: Call, found: FileMatch) -> dict[str, Any]:
    file = found.file
    return {
        "image_id": file.id,
        "score": found.score,
        "filename": file.filename,
        "title": file.title,
        "description": file.description,
        "folder_id": file.folder_id,
        "thumbnail_url": file_item(call, file)["thumbnail_url"],
        "features": _features(file),
    }


def _features(file: StoredFile) -> list[dict[str, Any]] | None:
    """Return tags and text of an image, as groups of features."""
    groups: list[dict[str, Any]] = []
    tags = [{"name": tag, "count": 1, "confidence": 1.0} for tag in file.tag_list()]
    if tags:
        groups.append({"name": "tags", "items": tags})
    if file.visible_text:
        item = {
            "name": "text",
            "count": 1,
            "confidence": 1.0,
            "description": file.visible_text,
        }
        groups.append({"name": "visible_text", "items": [item]})
    return groups or None


def _video(call: Call, file: StoredFile, score: float, scenes: list[Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = file.extras().get("video_metadata") or {}
    width, height = metadata.get("width") or file.width, metadata.get("height") or file.height
    return {
        "video_id": file.id,
        "video_filename": file.filename,
        "video_description": file.description or "",
        "duration_seconds": metadata.get("duration_seconds"),
        "resolution": f"{width}x{height}" if width and height else None,
        "score": score,
        "thumbnail_url": file_item(call, file)["thumbnail_url"],
        "matched_scenes": [
            {
                "scene_id": scene.id,
                "scene_index": scene.body.get("scene_index", number),
                "start_time": scene.body.get("start_time", 0.0),
                "end_time": scene.body.get("end_time", 0.0),
                "time_range_formatted": scene.body.get("time_range_formatted", ""),
                "description": scene.body.get("description") or "",
                "tags": scene.body.get("tags"),
                "score": found,
                "thumbnail_url": scene.body.get("thumbnail_url"),
            }
            for number, (scene, found) in enumerate(scenes)
        ],
    }
