"""Agents that work on files: reports, analyses of documents, folders."""

from __future__ import annotations

import hashlib
import time
from typing import Any, Final

from aion.sandbox.agents import organizer, synthesis
from aion.sandbox.agents.search import files_by_id, files_in, find_files, find_passages
from aion.sandbox.agents.token_usage import token_usage
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.description import MARK
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.files import StoredFile
from aion.sandbox.uploads import intake
from aion.sandbox.uploads.file_kinds import Refusal, UploadOptions

_MOST_FILES: Final = 10


@operation("synthesize_report", role="viewer")
async def synthesize(call: Call) -> Response:
    """Write a report on the given files; without files, on those that match the intent."""
    began = time.perf_counter()
    state, intent = call.state, call.body["intent"]
    if call.body.get("auto_save"):
        call.require("editor")
    image_ids, document_ids = call.body.get("image_ids"), call.body.get("document_ids")
    if image_ids is None and document_ids is None:
        images = [one.file for one in find_files(state, "image", intent)[:_MOST_FILES]]
        found = {one.document.id: one.document for one in find_passages(state, intent)}
        documents = list(found.values())[:_MOST_FILES]
    else:
        images = files_by_id(state, image_ids or (), "image")
        documents = files_by_id(state, document_ids or (), "document")
    if not images and not documents:
        summary = f"{MARK} there is nothing to report on: no image or document matches."
        body = {"report": "", "image_count": 0, "document_count": 0, "saved_document_id": None}
        return Response({**body, **_shared_fields(call, began, [], summary, success=False)})
    written = synthesis.report(state, intent, images, documents)
    saved = await _save(call, written.text) if call.body.get("auto_save") else None
    return Response(
        {
            "report": written.text,
            "image_count": len(images),
            "document_count": len(documents),
            "saved_document_id": saved,
            **_shared_fields(call, began, [one.text for one in written.passages], written.summary),
        }
    )


@operation("analyze_documents", role="viewer")
async def analyze_documents(call: Call) -> Response:
    """Find the passages of the documents that match the intent, and their common words."""
    began = time.perf_counter()
    state, intent = call.state, call.body["intent"]
    documents = files_by_id(state, call.body["document_ids"], "document")
    if not documents:
        summary = f"{MARK} there is nothing to analyze: no document matches."
        body = {"analysis": "", "document_count": 0, "categorization": None}
        shared = _shared_fields(call, began, [], summary, success=False)
        return Response({**body, "chunk_references": [], **shared})
    written = synthesis.document_analysis(state, intent, documents)
    return Response(
        {
            "analysis": written.text,
            "document_count": len(documents),
            "categorization": synthesis.categorization(intent, documents),
            "chunk_references": [synthesis.chunk_reference(one) for one in written.passages],
            **_shared_fields(call, began, [one.text for one in written.passages], written.summary),
        }
    )


@operation("organize_files")
async def organize(call: Call) -> Response:
    """Create folders and move files; without files, those outside any folder."""
    began = time.perf_counter()
    state = call.state
    given = [call.body.get(f"{kind}_ids") for kind in ("image", "document", "video")]
    if all(ids is None for ids in given):
        files = [
            file
            for kind in ("image", "document", "video", "link")
            for file in files_in(state, kind)
            if file.folder_id is None
        ]
    else:
        files = files_by_id(state, [one for ids in given for one in ids or ()])
    with state.database.transaction():
        done = organizer.organize(
            state, call.body["intent"], files, call.body.get("parent_folder_id")
        )
    known = [_known(file) for file in files]
    summary = done.summary if files else f"{MARK} no file to sort was found."
    return Response(
        {
            "actions": done.actions,
            "folders_created": done.folders_created,
            "files_moved": done.files_moved,
            **_shared_fields(call, began, known, summary, success=bool(files)),
        }
    )


def _shared_fields(
    call: Call, began: float, read: list[str], summary: str, *, success: bool = True
) -> dict[str, Any]:
    """Return the fields that the responses of all these agents share."""
    # A stepped clock does not measure elapsed time: responses are the same in every run.
    elapsed = 0 if call.state.clock.stepped else int((time.perf_counter() - began) * 1000)
    return {
        "success": success,
        "summary": summary,
        "execution_time_ms": elapsed,
        "iterations": 1,
        "token_usage": token_usage([call.body["intent"], *read], [summary]),
    }


def _known(file: StoredFile) -> str:
    return " ".join(filter(None, (file.filename, file.title, file.description)))


async def _save(call: Call, text: str) -> str | None:
    """Store a report like an uploaded document; returns None if it is refused."""
    state, data = call.state, text.encode()
    path = state.objects.incoming()
    path.write_bytes(data)
    number = state.database.next_number("agent_report")
    digest = hashlib.sha256(data).hexdigest()
    file = intake.received_file(path, f"report-{number}.md", len(data), digest)
    examined = await intake.examine(state, file)
    if isinstance(examined, Refusal):
        path.unlink(missing_ok=True)
        return None
    with state.database.transaction():
        stored, _ = intake.store(state, file, examined, UploadOptions())
    return stored.id
