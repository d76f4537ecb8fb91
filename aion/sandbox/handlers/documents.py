"""Documents: list, details, text, passages, search, edits, deletion and download."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from typing import Any

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.documents import documents
from aion.sandbox.documents.search import as_hit, chunk_result, search_passages
from aion.sandbox.handlers.registry import operation
from aion.sandbox.library.deletion import delete_file, delete_files
from aion.sandbox.library.editing import edit_file
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.files import StoredFile


@operation("list_documents_api_v2_documents_get")
async def list_documents(call: Call) -> Response:
    """List one page of the documents, newest first."""
    wanted = call.query["status_filter"]
    if wanted is not None and wanted not in documents.STATES:
        choices = ", ".join(documents.STATES)
        raise InvalidRequest(
            [Problem(("query", "status_filter"), f"{wanted!r} is not one of {choices}", "enum")]
        )
    number, size = call.query["page"], call.query["page_size"]
    files, total = documents.page(call.state, number, size, wanted)
    return Response(
        {
            "documents": [_item(file) for file in files],
            "total_count": total,
            "page": number,
            "page_size": size,
        }
    )


@operation("get_document_api_v2_documents__document_id__get")
async def get_document(call: Call) -> Response:
    """Return one document, with the same fields as in the list."""
    return Response(_item(_document(call)))


@operation("get_document_text_api_v2_documents__document_id__text_get")
async def get_text(call: Call) -> Response:
    """Return the whole text of an extracted document."""
    file = _document(call)
    state = documents.status(file)
    if state != "completed":
        reason = f": {file.work_error}" if file.work_error else ""
        raise ApiError(
            409,
            f"document {file.id} has no text: its extraction is {state}{reason}",
            code="DOCUMENT_NOT_READY",
            details={"document_id": file.id, "text_extraction_status": state},
        )
    path = call.state.objects.path(documents.text_key(file))
    text: str = await call.state.in_thread(path.read_text, "utf-8")
    return Response(
        {
            "document_id": file.id,
            "filename": file.filename,
            "text": text,
            "page_count": file.extras()["page_count"],
            "metadata": {
                "character_count": len(text),
                "document_type": file.extras()["document_type"],
            },
        }
    )


@operation("get_document_chunks_api_v2_documents__document_id__chunks_get")
async def get_chunks(call: Call) -> Response:
    """List all passages of a document; none before its extraction is completed."""
    file = _document(call)
    records, total = call.state.records.find(documents.CHUNK, parent=file.id)
    chunks = [chunk_result(one.id, file, one.body, None) for one in records]
    if call.query["include_embeddings"]:
        # The sandbox has no vectors: it indexes words, together with the text.
        for chunk in chunks:
            chunk["metadata"] = {**chunk["metadata"], "embedding_status": "completed"}
    return Response(
        {
            "document_id": file.id,
            "chunks": chunks,
            "total_chunks": total,
            "status_counts": {"completed": total, "pending": 0, "failed": 0},
        }
    )


@operation("search_documents_api_v2_documents_search_post")
async def search_documents(call: Call) -> Response:
    """Find the passages that match a query, best first."""
    began = time.perf_counter()
    passages, total = search_passages(
        call.state,
        call.body["query"],
        document_ids=call.body.get("document_ids"),
        threshold=call.body.get("similarity_threshold", 0.3),
        limit=call.body.get("limit", 20),
    )
    stepped = call.state.clock.stepped
    return Response(
        {
            "query": call.body["query"],
            "results": [as_hit(one) for one in passages],
            "total_count": total,
            "search_time_ms": 0 if stepped else int((time.perf_counter() - began) * 1000),
        }
    )


@operation("update_document_api_v2_documents__document_id__patch")
async def update_document(call: Call) -> Response:
    """Change title or tags; null empties a field, an absent field stays."""
    return Response(edit_file(call.state, _document(call), call.body))


@operation("delete_document_api_v2_documents__document_id__delete")
async def delete_document(call: Call) -> Response:
    """Delete a document, unless its extraction is running."""
    file = _document(call)
    if file.busy:
        raise ApiError(
            409,
            f"document {file.id} is being processed: delete it afterwards",
            code="DOCUMENT_PROCESSING",
            details={"document_id": file.id, "text_extraction_status": documents.status(file)},
        )
    delete_file(call.state, file)
    return Response(status=204)


@operation("batch_delete_documents_api_v2_documents_batch_delete_post")
async def batch_delete(call: Call) -> Response:
    """Delete many documents, each with its own outcome; unfinished ones are skipped."""
    state, ids = call.state, call.body["document_ids"]
    return Response(
        delete_files(state, "document_ids", ids, "Document", partial(documents.get, state))
    )


@operation("download_document_api_v2_documents__document_id__download_get")
async def download(call: Call) -> Response:
    """Redirect to a signed URL of the original bytes, as a download with their filename."""
    file = _document(call)
    return Response(
        status=302, headers={"location": call.object_url(file.object_key, file.filename)}
    )


@operation("health_check_api_v2_documents_health_get")
async def health(call: Call) -> Response:
    """Report that documents are available, and their number in each state."""
    rows = call.state.database.rows(
        "SELECT json_extract(extra, '$.text_extraction_status'), count(*) FROM files "
        "WHERE media_type = 'document' AND deleted_at IS NULL GROUP BY 1"
    )
    counts = Counter({str(state): int(count) for state, count in rows})
    return Response(
        {"status": "healthy", "documents": {one: counts[one] for one in documents.STATES}}
    )


def _item(file: StoredFile) -> dict[str, Any]:
    extras = file.extras()
    return {
        "id": file.id,
        "filename": file.filename,
        "content_type": file.content_type,
        "size_bytes": file.size_bytes,
        "page_count": extras["page_count"],
        "chunk_count": extras["chunk_count"],
        "extraction_status": extras["text_extraction_status"],
        "created_at": file.created_at,
    }


def _document(call: Call) -> StoredFile:
    document_id = call.path["document_id"]
    file = documents.get(call.state, document_id)
    if file is None:
        raise ApiError(404, f"no document {document_id}", details={"document_id": document_id})
    return file
