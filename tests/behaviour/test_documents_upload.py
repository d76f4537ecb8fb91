from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from aion import exceptions
from aion.testing import Sandbox
from aion.types.callbacks import (
    DocumentFileCompleteEvent,
    DocumentProcessingFailedEvent,
    DocumentProcessingProgressEvent,
    DocumentUploadProgressEvent,
)
from aion.types.documents import (
    BatchDocumentUploadResults,
    DocumentStatusResult,
    DocumentUploadResult,
)
from tests.behaviour.calls import Calls
from tests.behaviour.papers import MANUAL, pdf, word
from tests.behaviour.test_documents import operations

BATCH = "stream_batch_upload_api_v2_user_files_upload_stream_batch_post"
LIST = "list_user_files_api_v2_user_files_get"
STATUS = "get_document_status_api_v2_document_uploads__document_id__status_get"


@pytest.mark.parametrize(
    ("data", "filename", "content_type", "pages"),
    [
        (pdf("one", "two"), "report.bin", "application/pdf", 2),
        (word(("A", "text"), ("B", "text")), "letter.zip", "docx", 2),
        (b"plain words", "notes.txt", "text/plain", 1),
        (MANUAL.encode(), "README.md", "text/markdown", 1),
    ],
    ids=["pdf", "docx", "txt", "md"],
)
def test_upload_one_decides_the_type_by_content(
    calls: Calls, sandbox: Sandbox, data: bytes, filename: str, content_type: str, pages: int
) -> None:
    client = calls.client(sandbox)
    result = calls(client.documents.upload_one(data, filename=filename))
    assert (result.filename, result.size_bytes) == (filename, len(data))
    assert content_type in result.content_type.replace(".document", "/docx")
    assert (result.status, result.is_completed, result.page_count) == ("completed", True, pages)
    assert result.chunk_count is not None
    assert result.chunk_count >= 1
    assert result.object_key.startswith("documents/")
    assert result.created_at is not None


def test_upload_one_takes_a_path(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "manual.md"
    path.write_text(MANUAL, encoding="utf-8")
    result = calls(calls.client(sandbox).documents.upload_one(path))
    assert (result.filename, result.chunk_count) == ("manual.md", 3)


def test_upload_one_goes_through_stream_batch_and_polls_its_status(
    calls: Calls, sandbox: Sandbox
) -> None:
    calls(calls.client(sandbox).documents.upload_one(b"x", filename="a.txt"))
    assert list(dict.fromkeys(operations(sandbox))) == [
        "check_upload_quota",
        "stream_batch_upload",
        "get_document_status",
    ]


def test_upload_one_need_not_wait(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    result = calls(client.documents.upload_one(b"x", filename="a.txt", wait_for_processing=False))
    assert (result.is_pending, result.is_stored, result.chunk_count) == (True, True, None)
    assert operations(sandbox) == ["check_upload_quota", "stream_batch_upload"]


def test_a_failed_extraction_raises_with_the_reason(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    locked = pdf("secret", password="open sesame")
    with pytest.raises(exceptions.DocumentProcessingError, match="a password is needed") as caught:
        calls(client.documents.upload_one(locked, filename="locked.pdf"))
    assert (caught.value.code, caught.value.status) == ("DOCUMENT_PROCESSING_ERROR", "failed")
    result = caught.value.partial_results[0]
    assert caught.value.document_id == result.document_id
    assert result.processing_error_type == "password_protected"
    assert result.processing_is_retryable is False


def test_a_failed_extraction_is_in_the_result_on_request(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("extract", "extraction timed out")
    client = calls.client(sandbox)
    result = calls(client.documents.upload_one(b"x", filename="a.txt", raise_on_failure=False))
    assert (result.is_failed, result.processing_error) == (True, "extraction timed out")
    assert (result.processing_error_type, result.processing_is_retryable) == ("timeout", True)


def test_p23_a_wait_for_processing_gives_up_by_its_deadline_and_says_how_to_resume(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.hold("extract", "processing")
    client = calls.client(sandbox)
    with pytest.raises(exceptions.AionvisionTimeoutError, match="do not upload") as caught:
        calls(client.documents.upload_one(b"x", filename="a.txt", processing_timeout=0.2))
    last = caught.value.last_result
    assert isinstance(last, DocumentUploadResult)
    assert (last.status, last.filename) == ("processing", "a.txt")
    assert caught.value.details["document_ids"] == [last.document_id]
    assert pickle.loads(pickle.dumps(caught.value)).last_result == last
    sandbox.faults.clear()
    status = calls(client.documents.wait_for_processing(last.document_id))
    assert (status.is_completed, status.error_message) == (True, None)


def test_p23_wait_for_processing_times_out_with_the_last_status(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.hold("extract", "pending")
    client = calls.client(sandbox)
    document_id = calls(
        client.documents.upload_one(b"x", filename="a.txt", wait_for_processing=False)
    ).document_id
    with pytest.raises(
        exceptions.AionvisionTimeoutError, match=r"documents\.wait_for_processing"
    ) as caught:
        calls(client.documents.wait_for_processing(document_id, timeout=0.1, poll_interval=0.02))
    last = caught.value.last_result
    assert isinstance(last, DocumentStatusResult)
    assert last.text_extraction_status == "pending"
    assert caught.value.details == {"document_id": document_id, "status": "pending"}


def test_wait_for_processing_raises_when_it_fails(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("extract", "cannot parse")
    client = calls.client(sandbox)
    document_id = calls(
        client.documents.upload_one(b"x", filename="a.txt", wait_for_processing=False)
    ).document_id
    with pytest.raises(exceptions.DocumentProcessingError, match="cannot parse") as caught:
        calls(client.documents.wait_for_processing(document_id))
    assert caught.value.document_id == document_id


def test_a_used_up_allowance_is_reported_before_anything_is_stored(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.zero_quota()
    client = calls.client(sandbox)
    with pytest.raises(exceptions.QuotaExceededError) as caught:
        calls(client.documents.upload_one(b"x", filename="a.txt"))
    assert caught.value.details["stage"] == "quota"
    assert operations(sandbox) == ["check_upload_quota"]


@pytest.mark.parametrize(
    ("data", "filename", "message"),
    [
        (b"", "a.pdf", "is empty"),
        (b"x", None, "filename is missing"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "images go through"),
        (b"PK\x03\x04 no archive", "a.docx", "ZIP archive that holds no Word document"),
        (b"a;b\n1;2\n", "a.csv", "pass filename='a.csv.txt'"),
        (b"\0\1\2", "a.txt", "no known type"),
    ],
    ids=["empty", "nameless", "image", "zip", "table", "binary"],
)
def test_what_is_not_a_document_is_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, data: bytes, filename: str | None, message: str
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(exceptions.ValidationError, match=message):
        calls(client.documents.upload_one(data, filename=filename))
    assert sandbox.requests == []


def texts(count: int) -> dict[str, Any]:
    return {
        "files": [f"# Note {number}".encode() for number in range(count)],
        "filenames": [f"note-{number}.md" for number in range(count)],
    }


@pytest.mark.parametrize("count", [3, 12])
def test_upload_gives_one_result_for_each_in_order(
    calls: Calls, sandbox: Sandbox, count: int
) -> None:
    results = calls(calls.client(sandbox).documents.upload(**texts(count)))
    assert isinstance(results, BatchDocumentUploadResults)
    assert [one.filename for one in results] == [f"note-{n}.md" for n in range(count)]
    assert results.summary() == f"{count} succeeded"
    stored = calls(calls.client(sandbox).documents.list(page_size=100)).documents
    assert {one.id for one in stored} == {one.document_id for one in results}


def test_many_documents_share_their_polls(calls: Calls, sandbox: Sandbox) -> None:
    calls(calls.client(sandbox).documents.upload(**texts(40)))
    asked = [one for one in operations(sandbox) if one == "get_document_status"]
    assert asked == []
    assert operations(sandbox).count("stream_batch_upload") == 1


def test_upload_need_not_wait_and_knows_every_id(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.hold("extract", "pending")
    client = calls.client(sandbox)
    results = calls(client.documents.upload(**texts(12), wait_for_processing=False))
    assert len({one.document_id for one in results}) == 12
    assert (results.pending_count, results.has_failures) == (12, False)
    assert set(operations(sandbox)) == {"check_upload_quota", "stream_batch_upload"}


def test_upload_takes_the_documents_of_a_directory(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.txt", "a.md", "picture.jpg", ".hidden.txt", "deep/c.txt"):
        (tmp_path / name).write_text(f"text of {name}", encoding="utf-8")
    client = calls.client(sandbox)
    results = calls(client.documents.upload(tmp_path))
    assert [one.filename for one in results] == ["a.md", "b.txt", "c.txt"]
    flat = calls(client.documents.upload(tmp_path, recursive=False, include_hidden=True))
    assert [one.filename for one in flat] == [".hidden.txt", "a.md", "b.txt"]


def test_one_bad_document_stops_no_other(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "b.txt").write_text("bad", encoding="utf-8")
    (tmp_path / "c.txt").write_text("good", encoding="utf-8")
    sandbox.faults.fail_job("extract", "embedding service down", name="b.txt")
    client = calls.client(sandbox)
    results = calls(client.documents.upload(tmp_path, raise_on_failure=False))
    assert [one.filename for one in results] == ["a.txt", "b.txt", "c.txt"]
    lost, bad, good = results
    assert (lost.is_stored, lost.is_failed, lost.processing_error) == (
        False,
        True,
        "a.txt is empty: there is nothing to upload",
    )
    assert (bad.is_stored, bad.processing_error_type) == (True, "embedding_error")
    assert good.is_completed
    assert results.summary() == "1 succeeded, 2 failed (1 retryable)"
    assert results.retryable() == [bad]


def test_upload_raises_at_the_end_with_all_results(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("extract", "corrupt", name="note-1.md")
    client = calls.client(sandbox)
    with pytest.raises(exceptions.DocumentProcessingError, match=r"note-1\.md") as caught:
        calls(client.documents.upload(**texts(3)))
    results = caught.value.partial_results
    assert [one.is_failed for one in results] == [False, True, False]
    assert caught.value.document_id == results[1].document_id


def test_a_file_that_the_service_refuses_is_an_upload_error(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail(BATCH, status=413)
    with pytest.raises(exceptions.ValidationError) as caught:
        calls(client.documents.upload_one(b"x", filename="a.txt"))
    assert caught.value.status_code == 413


def test_a_batch_that_stops_midway_shows_what_is_stored(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, max_retries=0)
    sandbox.faults.fail(BATCH, status=503, every=2)
    with pytest.raises(exceptions.UploadError) as caught:
        calls(client.documents.upload(**texts(12), wait_for_processing=False))
    results = caught.value.partial_results
    assert isinstance(results, BatchDocumentUploadResults)
    assert caught.value.stage == "upload"
    stored = calls(client.documents.list(page_size=100)).documents
    assert {one.document_id for one in results} >= {one.id for one in stored}
    assert len(stored) >= 5


def test_a_document_that_is_not_known_everywhere_yet_is_waited_for(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail(STATUS, status=404, times=2)
    result = calls(calls.client(sandbox).documents.upload_one(b"x", filename="a.txt"))
    assert result.is_completed


@pytest.mark.parametrize(("count", "broken"), [(2, STATUS), (8, LIST)])
def test_a_wait_that_breaks_loses_no_stored_document(
    calls: Calls, sandbox: Sandbox, count: int, broken: str
) -> None:
    sandbox.faults.fail(broken, status=403, message="no look")
    client = calls.client(sandbox)
    with pytest.raises(exceptions.UploadError, match=r"are stored.*no look") as caught:
        calls(client.documents.upload(**texts(count)))
    assert (caught.value.stage, caught.value.status_code) == ("session_results", 403)
    assert caught.value.details["cause"] == "FORBIDDEN"
    assert caught.value.partial_results is not None
    assert all(one.is_stored for one in caught.value.partial_results)
    assert len(caught.value.partial_results) == count


def test_callbacks_are_called_for_every_document(calls: Calls, sandbox: Sandbox) -> None:
    told: list[Any] = []
    sandbox.faults.fail_job("extract", "unsupported", name="note-2.md")
    calls(
        calls.client(sandbox).documents.upload(
            **texts(7),
            raise_on_failure=False,
            on_progress=told.append,
            on_file_complete=told.append,
            on_processing_progress=told.append,
            on_processing_failed=told.append,
        )
    )
    sent = [one for one in told if isinstance(one, DocumentUploadProgressEvent)]
    stored = [one for one in told if isinstance(one, DocumentFileCompleteEvent)]
    ended = [one for one in told if isinstance(one, DocumentProcessingProgressEvent)]
    failed = [one for one in told if isinstance(one, DocumentProcessingFailedEvent)]
    assert sorted(one.file_index for one in sent) == list(range(7))
    assert {one.progress_percent for one in sent} == {100.0}
    assert sorted(one.result.filename for one in stored) == [f"note-{n}.md" for n in range(7)]
    assert [one.completed_count for one in ended] == list(range(1, 8))
    assert (ended[-1].remaining_count, ended[-1].progress_percent) == (0, 100.0)
    assert [(one.file_index, one.error_message, one.is_retryable) for one in failed] == [
        (2, "unsupported", False)
    ]


def test_what_a_callback_raises_goes_to_the_caller(calls: Calls, sandbox: Sandbox) -> None:
    def stop(event: DocumentFileCompleteEvent) -> None:
        raise RuntimeError(event.result.filename)

    with pytest.raises(RuntimeError, match=r"a\.txt") as caught:
        calls(calls.client(sandbox).documents.upload(b"x", filename="a.txt", on_file_complete=stop))
    assert "known to be stored: 1; upload the others only" in caught.value.__notes__[0]


def test_named_documents_that_are_bad_stop_no_other_where_failures_are_results(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(b"hello")
    files = [tmp_path / "no.pdf", tmp_path / "a.txt"]
    results = calls(calls.client(sandbox).documents.upload(files, raise_on_failure=False))
    assert [(one.filename, one.is_stored) for one in results] == [
        ("no.pdf", False),
        ("a.txt", True),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        {"files": []},
        {"files": [b"x"], "filenames": ["a.txt", "b.txt"]},
        {"files": [b"x", b"y"], "filename": "a.txt"},
        {"files": b"x", "filename": "a.txt", "filenames": ["a.txt"]},
        {"files": b"x", "filename": "a.txt", "processing_timeout": 0},
        {"files": b"x", "filename": "a.txt", "storage_target": "elsewhere"},
        {"files": "/nowhere/at/all.pdf"},
        {"files": 7},
    ],
    ids=["none", "names", "one-name", "both", "timeout", "target", "path", "type"],
)
def test_bad_uploads_are_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, arguments: dict[str, Any]
) -> None:
    with pytest.raises(exceptions.ValidationError):
        calls(calls.client(sandbox).documents.upload(**arguments))
    assert sandbox.requests == []
