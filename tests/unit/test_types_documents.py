from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion import exceptions
from aion.types import documents as types
from aion.types.callbacks import DocumentProcessingProgressEvent, DocumentUploadProgressEvent
from aion_api import Model

ID = "5f0c0b1e-0000-4000-8000-000000000001"
ITEM: dict[str, Any] = {
    "id": ID,
    "filename": "a.pdf",
    "content_type": "application/pdf",
    "size_bytes": 10,
    "page_count": 2,
    "chunk_count": 3,
    "extraction_status": "completed",
    "created_at": "2026-03-01T10:00:00Z",
}
CHUNK: dict[str, Any] = {
    "chunk_id": "c-1",
    "document_id": ID,
    "document_filename": "a.pdf",
    "chunk_index": 4,
    "content": "text",
    "page_numbers": [1, 2],
    "heading_hierarchy": ["A"],
    "similarity_score": 0.5,
    "metadata": {"token_count": 7, "chunk_type": "paragraph"},
}
TARGET: dict[str, Any] = {
    "upload_url": "https://bucket.example/x",
    "upload_method": "PUT",
    "object_key": "k",
    "expires_at": "2026-03-01T10:00:00",
    "upload_headers": {"Content-Type": "text/plain"},
    "upload_fields": None,
}
DOCUMENT = {"document_id": ID, "filename": "a.pdf", "object_key": "k"}
ANSWERS: list[tuple[Any, dict[str, Any], set[str]]] = [
    (types.DocumentItem, ITEM, {"id", "filename"}),
    (types.DocumentDetails, ITEM, {"id", "filename"}),
    (
        types.DocumentList,
        {"documents": [ITEM], "total_count": 3, "page": 1, "page_size": 1},
        set(),
    ),
    (types.DocumentChunk, CHUNK, {"chunk_id", "content"}),
    (
        types.DocumentChunksResponse,
        {"document_id": ID, "chunks": [CHUNK], "total_chunks": 1, "status_counts": {}},
        {"document_id"},
    ),
    (types.DocumentSearchResult, CHUNK, {"chunk_id", "document_id", "content"}),
    (
        types.DocumentSearchResponse,
        {"query": "q", "results": [CHUNK], "total_count": 1, "search_time_ms": 5},
        set(),
    ),
    (
        types.DocumentPresignedUploadResult,
        {**TARGET, "max_size_bytes": 9, "storage_target": "default", "bucket_name": None},
        {"upload_url", "object_key"},
    ),
    (
        types.DocumentConfirmResult,
        {**DOCUMENT, "document_type": "pdf", "status": "pending", "confirmed": True},
        {"document_id"},
    ),
    (
        types.DocumentStatusResult,
        {**DOCUMENT, "text_extraction_status": "completed", "created_at": "2026-03-01"},
        {"document_id"},
    ),
    (
        types.DocumentQuotaCheck,
        {"can_proceed": True, "requested": 1, "monthly_limit": 10, "current_usage": 4},
        {"can_proceed"},
    ),
    (
        types.DocumentBatchFileInfo,
        {**TARGET, "file_index": 0, "filename": "a.pdf", "upload_intent_id": "i"},
        {"upload_url", "object_key"},
    ),
    (
        types.DocumentBatchPrepareResult,
        {
            "batch_id": "b",
            "upload_plan": {"strategy": "parallel"},
            "presigned_urls": [{**TARGET, "filename": "a.pdf"}],
            "total_size_bytes": 3,
            "estimated_time_seconds": 1,
            "expires_at": "2026-03-01T10:00:00Z",
        },
        {"batch_id"},
    ),
    (
        types.DocumentBatchConfirmResult,
        {
            "batch_id": "b",
            "successful_uploads": 1,
            "failed_uploads": 1,
            "processing_status": "partial",
            "message": "text",
            "failed_files": ["b.pdf"],
            "documents": [{**DOCUMENT, "text_extraction_status": "pending"}],
        },
        {"batch_id"},
    ),
    (
        types.DocumentBatchStatusResult,
        {
            "batch_id": "b",
            "status": "processing",
            "total_documents": 3,
            "confirmed_documents": 2,
            "processed_documents": 1,
            "failed_documents": 1,
            "documents": [{**DOCUMENT, "text_extraction_status": "completed"}],
        },
        {"batch_id"},
    ),
    (types.DocumentDeleteResult, {"id": ID, "status": "deleted", "deleted_at": None}, {"id"}),
    (
        types.DocumentBatchDeleteResponse,
        {"summary": {"total": 1}, "deleted": [{"id": ID, "status": "deleted"}]},
        set(),
    ),
    (
        types.DocumentUploadResult,
        {"image_id": ID, "filename": "a.pdf", "object_key": "k", "status": "completed"},
        {"image_id"},
    ),
]
NAMES = [one[0].__name__ for one in ANSWERS]


@pytest.mark.parametrize(("cls", "data", "needed"), ANSWERS, ids=NAMES)
def test_p18_a_response_decodes_after_any_optional_field_is_nulled_or_left_out(
    cls: Any, data: dict[str, Any], needed: set[str]
) -> None:
    for name in data.keys() - needed:
        assert isinstance(cls.from_api_response({**data, name: None}), Model)
        assert isinstance(
            cls.from_api_response({key: data[key] for key in data if key != name}), Model
        )


@pytest.mark.parametrize(("cls", "data", "needed"), ANSWERS, ids=NAMES)
def test_p18_an_unknown_field_stays_readable(
    cls: Any, data: dict[str, Any], needed: set[str]
) -> None:
    del needed
    made = cls.from_api_response({**data, "new_field": [1]})
    assert made.additional_properties["new_field"] == [1]
    assert made.to_dict()["new_field"] == [1]


@pytest.mark.parametrize(("cls", "data", "needed"), ANSWERS, ids=NAMES)
def test_what_to_dict_writes_reads_as_the_same(
    cls: Any, data: dict[str, Any], needed: set[str]
) -> None:
    del needed
    made = cls.from_api_response(data)
    assert cls.from_api_response(made.to_dict()) == made


@pytest.mark.parametrize(("cls", "data", "needed"), ANSWERS, ids=NAMES)
def test_p6_results_survive_pickle_and_copy(
    cls: Any, data: dict[str, Any], needed: set[str]
) -> None:
    del needed
    made = cls.from_api_response(data)
    assert pickle.loads(pickle.dumps(made)) == made
    assert copy.deepcopy(made) == made


@pytest.mark.parametrize(("cls", "data", "needed"), ANSWERS, ids=NAMES)
def test_a_needed_field_that_is_missing_is_named(
    cls: Any, data: dict[str, Any], needed: set[str]
) -> None:
    for name in needed:
        with pytest.raises(KeyError):
            cls.from_api_response({key: data[key] for key in data if key != name})


def test_an_item_takes_the_status_of_the_wire_and_of_older_responses() -> None:
    assert types.DocumentItem.from_api_response(ITEM).text_extraction_status == "completed"
    older = {**ITEM, "extraction_status": None, "text_extraction_status": "failed"}
    assert types.DocumentItem.from_api_response(older).text_extraction_status == "failed"


def test_a_bad_date_does_not_fail_the_object_and_is_kept() -> None:
    item = types.DocumentItem.from_api_response({**ITEM, "created_at": "soon"})
    assert item.created_at is None
    assert item.additional_properties == {"created_at": "soon"}


@pytest.mark.parametrize(
    ("page", "size", "total", "more"),
    [(1, 20, 0, False), (1, 20, 20, False), (1, 20, 21, True), (2, 20, 40, False)],
)
def test_a_page_without_the_flag_shows_by_its_numbers_whether_more_follow(
    page: int, size: int, total: int, more: bool
) -> None:
    data: dict[str, Any] = {"documents": [], "total_count": total, "page": page, "page_size": size}
    assert types.DocumentList.from_api_response(data).has_more is more
    told = types.DocumentList.from_api_response({**data, "has_more": not more})
    assert told.has_more is not more


def test_a_chunk_takes_its_document_from_the_response_around_it() -> None:
    bare = {"chunk_id": "c", "content": "text"}
    answer = types.DocumentChunksResponse.from_api_response({"document_id": ID, "chunks": [bare]})
    assert [(one.document_id, one.chunk_index) for one in answer.chunks] == [(ID, 0)]
    assert answer.total_chunks == 1


def test_a_chunk_keeps_what_else_its_metadata_says() -> None:
    chunk = types.DocumentChunk.from_api_response(CHUNK)
    assert chunk.token_count == 7
    assert chunk.additional_properties["metadata"] == {"chunk_type": "paragraph"}


@pytest.mark.parametrize("name", ["similarity_score", "score", "relevance_score"])
def test_a_hit_takes_its_score_under_each_of_its_names(name: str) -> None:
    data = {key: value for key, value in CHUNK.items() if key != "similarity_score"}
    assert types.DocumentSearchResult.from_api_response({**data, name: 0.25}).score == 0.25


def test_confirmed_batches_name_what_failed() -> None:
    answer = types.DocumentBatchConfirmResult.from_api_response(
        {"batch_id": "b", "documents": [DOCUMENT], "failed_files": ["b.pdf"]}
    )
    assert [(one.filename, one.status) for one in answer.documents] == [
        ("a.pdf", "created"),
        ("b.pdf", "failed"),
    ]
    assert (answer.created_count, answer.failed_count) == (1, 1)


@pytest.mark.parametrize(
    ("extraction", "embedding", "expected"),
    [
        ("pending", None, "processing"),
        ("processing", None, "processing"),
        ("completed", None, "completed"),
        ("completed", "completed", "completed"),
        ("completed", "pending", "processing"),
        ("completed", "failed", "failed"),
        ("failed", None, "failed"),
        ("reticulating", None, "processing"),
        (None, None, "processing"),
    ],
)
def test_p18_a_status_is_completed_failed_or_running_whatever_it_says(
    extraction: str | None, embedding: str | None, expected: str
) -> None:
    status = types.DocumentStatusResult.from_api_response(
        {
            "document_id": ID,
            "text_extraction_status": extraction,
            "embedding_status": embedding,
        }
    )
    found = {
        "processing": status.is_processing,
        "completed": status.is_completed,
        "failed": status.is_failed,
    }
    assert [name for name, holds in found.items() if holds] == [expected]


@pytest.mark.parametrize(
    ("text", "kind", "retryable"),
    [
        ("Extraction timed out", "timeout", True),
        ("could not extract text", "extraction_error", True),
        ("Unsupported format: rtf", "unsupported_format", False),
        ("file is corrupt", "corrupt_file", False),
        ("extraction failed: the file is encrypted", "password_protected", False),
        ("file too large", "too_large", False),
        ("embedding backend failed", "embedding_error", True),
        ("monthly quota used up", "resource_limit", False),
        ("storage limit exceeded", "resource_limit", False),
        ("Rate limit exceeded", "rate_limit", True),
        ("rate limit: monthly quota used up", "resource_limit", False),
        ("the provider answered 429", "rate_limit", True),
        ("the embedding provider answered 429", "rate_limit", True),
        ("page 429 is damaged", "corrupt_file", False),
        ("object 84295 was in the way", "unknown", False),
        ("502 Bad Gateway", "extraction_error", True),
        ("invalid object 15029: timed out", "timeout", True),
        ("quota check timed out", "timeout", True),
        ("the moon was in the way", "unknown", False),
        ("", "unknown", False),
    ],
)
def test_an_error_text_is_classified(text: str, kind: str, retryable: bool) -> None:
    failure = types.DocumentProcessingFailure.from_error_message(ID, text, "a.pdf")
    assert (failure.error_type.value, failure.is_retryable) == (kind, retryable)
    assert (failure.document_id, failure.error_message, failure.filename) == (ID, text, "a.pdf")


@pytest.mark.parametrize("name", ["timeout.pdf", "Democracy.pdf", "index.txt"])
def test_the_name_of_a_document_does_not_show_why_it_failed(name: str) -> None:
    lost = types.DocumentUploadResult.of_file(name, None)
    lost = lost.lost(f"it was not accepted: {name}", retryable=None)
    assert (lost.processing_error_type, lost.processing_is_retryable) == ("unknown", False)


@given(st.text())
def test_every_error_text_has_a_kind(text: str) -> None:
    kind, _ = types.DocumentProcessingFailure.classify_error(text)
    assert kind.is_known


def result(status: str = "completed", document_id: str = ID, **values: Any) -> Any:
    return types.DocumentUploadResult(
        document_id, "a.pdf", "k", "", 1, types.DocumentProcessingStatus(status), **values
    )


def test_a_batch_of_results_is_a_list_that_can_distinguish_them() -> None:
    good, waiting = result(), result("pending")
    bad = result("failed", processing_error="broken", processing_is_retryable=True)
    batch = types.BatchDocumentUploadResults([good, bad, waiting])
    assert (batch.succeeded(), batch.failed(), batch.pending()) == ([good], [bad], [waiting])
    assert (batch.succeeded_count, batch.failed_count, batch.pending_count) == (1, 1, 1)
    assert (batch.has_failures, batch.retryable()) == (True, [bad])
    assert batch.summary() == "1 succeeded, 1 failed (1 retryable), 1 pending"
    with pytest.raises(exceptions.DocumentProcessingError, match="broken") as caught:
        batch.raise_on_failures()
    assert caught.value.partial_results is batch


def test_a_batch_without_failures_gives_itself_back() -> None:
    batch = types.BatchDocumentUploadResults([result()])
    assert batch.raise_on_failures() is batch
    assert types.BatchDocumentUploadResults().summary() == "no documents"


def test_thousands_of_documents_are_shown_by_their_counts_and_the_first() -> None:
    one = types.DocumentUploadResult("d1", "a.txt", "", "text/plain", 1)
    text = repr(types.BatchDocumentUploadResults([one] * 5000))
    assert text.startswith("<BatchDocumentUploadResults: 5000 pending; DocumentUploadResult(")
    assert text.endswith(" and 4,997 more>")


def test_what_was_not_stored_is_an_upload_error() -> None:
    lost = result(document_id="").lost("refused", retryable=False)
    batch = types.BatchDocumentUploadResults([result(), lost])
    with pytest.raises(exceptions.UploadError, match=r"a\.pdf was not stored: refused"):
        batch.raise_on_failures()


def test_several_documents_that_were_not_stored_are_counted() -> None:
    lost = result(document_id="").lost("refused", retryable=False)
    batch = types.BatchDocumentUploadResults([result(), lost, lost])
    with pytest.raises(exceptions.UploadError, match=r"2 of 3 files failed; a\.pdf was not stored"):
        batch.raise_on_failures()


def test_a_failure_without_a_reason_says_so() -> None:
    status = types.DocumentStatusResult(ID, "failed")
    after = types.DocumentUploadResult.from_status_result(status, result("pending"))
    assert after.processing_error == "the service gave no reason"
    assert (after.processing_error_type, after.processing_is_retryable) == ("unknown", False)


def test_an_unknown_state_of_a_result_is_kept_and_counts_as_running() -> None:
    status = types.DocumentStatusResult(ID, "reticulating")
    after = types.DocumentUploadResult.from_status_result(status, result("pending"))
    assert (after.is_pending, str(after.status)) == (True, "reticulating")


def test_events_show_how_far_it_is() -> None:
    event = DocumentProcessingProgressEvent(1, 4, result())
    assert (event.progress_percent, event.remaining_count) == (25.0, 3)
    sent = DocumentUploadProgressEvent(0, 10, 10)
    assert sent.to_dict() == {"file_index": 0, "uploaded_bytes": 10, "total_bytes": 10}
    assert sent.progress_percent == 100.0
