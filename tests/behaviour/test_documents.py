from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from aion import exceptions
from aion.testing import Sandbox
from aion.types.documents import DocumentProcessingStatus
from tests.behaviour.calls import Calls, Client
from tests.behaviour.papers import MANUAL, pdf, word
from tests.behaviour.servers import answering
from tests.faults.server import Connection, FaultServer

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KEY = "aion_test_0123456789abcdefghij"
MISSING = "00000000-0000-4000-8000-000000000000"


def uploaded(calls: Calls, client: Client, text: str = MANUAL, name: str = "manual.md") -> str:
    return calls(client.documents.upload_one(text.encode(), filename=name)).document_id


def operations(sandbox: Sandbox) -> list[str]:
    return [(one.operation or one.path).partition("_api_v2")[0] for one in sandbox.requests]


def test_get_shows_what_is_known_of_a_document(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    document_id = uploaded(calls, client)
    document = calls(client.documents.get(document_id))
    assert (document.id, document.filename) == (document_id, "manual.md")
    assert (document.content_type, document.size_bytes) == ("text/markdown", len(MANUAL))
    assert (document.text_extraction_status, document.page_count) == ("completed", 1)
    assert document.chunk_count == 3
    assert document.created_at is not None
    assert document.created_at.tzinfo is not None


def test_get_text_gives_the_whole_text(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    assert calls(client.documents.get_text(uploaded(calls, client))) == MANUAL


def test_get_text_of_a_document_that_failed_says_why(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("extract", "the scanner dreamt")
    client = calls.client(sandbox)
    result = calls(client.documents.upload_one(b"text", filename="a.txt", raise_on_failure=False))
    with pytest.raises(exceptions.ValidationError, match="the scanner dreamt") as caught:
        calls(client.documents.get_text(result.document_id))
    assert (caught.value.status_code, caught.value.code) == (409, "DOCUMENT_NOT_READY")


def test_chunks_are_the_passages_in_their_order(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    document_id = uploaded(calls, client)
    answer = calls(client.documents.get_chunks(document_id))
    assert (answer.document_id, answer.total_chunks) == (document_id, 3)
    assert [chunk.chunk_index for chunk in answer.chunks] == [0, 1, 2]
    assert {chunk.document_id for chunk in answer.chunks} == {document_id}
    valves = answer.chunks[1]
    assert valves.content == "Valves\n\nThe relief valve opens at six bar."
    assert valves.heading_hierarchy == ["Pump manual", "Valves"]
    assert (valves.page_numbers, valves.token_count, valves.embedding) == ([1], 11, None)


def test_chunks_show_how_far_their_vectors_are_when_asked(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    document_id = uploaded(calls, client)
    answer = calls(client.documents.get_chunks(document_id, include_embeddings=True))
    assert answer.status_counts == {"completed": 3, "pending": 0, "failed": 0}
    assert sandbox.requests[-1].query == "include_embeddings=true"


def test_download_gives_a_url_of_the_bytes_that_needs_no_key(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    url = calls(client.documents.download(uploaded(calls, client)))
    answer = httpx.get(url, verify=False)
    assert answer.content == MANUAL.encode()
    assert 'filename="manual.md"' in answer.headers["content-disposition"]


def test_search_finds_passages_best_first_with_page_and_score(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    data = pdf("An introduction", "The relief valve opens at six bar", titles=["Start", "Valves"])
    first = calls(client.documents.upload_one(data, filename="guide.pdf")).document_id
    uploaded(calls, client, "A valve can open.", "glossary.txt")
    answer = calls(client.documents.search("When does the relief valve open?"))
    assert answer.query == "When does the relief valve open?"
    assert (answer.total_count, len(answer.results)) == (2, 2)
    best, other = answer.results
    assert (best.document_id, best.document_filename) == (first, "guide.pdf")
    assert best.content == "The relief valve opens at six bar"
    assert (best.page_numbers, best.heading_hierarchy) == ([2], ["Valves"])
    assert 1.0 >= best.score > other.score >= 0.3
    assert other.document_filename == "glossary.txt"


def test_search_keeps_to_threshold_limit_and_documents(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    one = uploaded(calls, client, "red apple", "a.txt")
    uploaded(calls, client, "green apple", "b.txt")

    def found(**options: Any) -> list[str]:
        answer = calls(client.documents.search("red apple", **options))
        return [hit.document_filename for hit in answer.results]

    assert found() == ["a.txt", "b.txt"]
    assert found(limit=1) == ["a.txt"]
    assert found(similarity_threshold=0.9) == ["a.txt"]
    assert found(document_ids=[one]) == ["a.txt"]


def test_list_gives_pages_newest_first_and_shows_whether_more_follow(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    for number in range(3):
        uploaded(calls, client, f"text {number}", f"{number}.txt")
    page = calls(client.documents.list(page=1, page_size=2))
    assert [one.filename for one in page.documents] == ["2.txt", "1.txt"]
    assert (page.total_count, page.page, page.page_size, page.has_more) == (3, 1, 2, True)
    last = calls(client.documents.list(page=2, page_size=2))
    assert [one.filename for one in last.documents] == ["0.txt"]
    assert last.has_more is False


def test_list_filters_by_status(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail_job("extract", "broken", name="bad.txt")
    calls(client.documents.upload_one(b"x", filename="bad.txt", raise_on_failure=False))
    uploaded(calls, client)
    failed = calls(client.documents.list(status_filter="failed"))
    assert [one.filename for one in failed.documents] == ["bad.txt"]
    done = calls(client.documents.list(status_filter=DocumentProcessingStatus.COMPLETED))
    assert [one.text_extraction_status for one in done.documents] == ["completed"]


def test_p20_list_all_gives_every_document_once_and_can_be_iterated_twice(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    for number in range(5):
        uploaded(calls, client, f"text {number}", f"{number}.txt")
    found = client.documents.list_all(page_size=2)
    names = [one.filename for one in calls.items(found)]
    assert names == ["4.txt", "3.txt", "2.txt", "1.txt", "0.txt"]
    assert [one.filename for one in calls.items(found)] == names


def test_p20_list_all_stops_with_an_error_on_a_page_that_repeats(calls: Calls) -> None:
    item = {"id": MISSING, "filename": "a.txt", "created_at": "2026-03-01T10:00:00Z"}
    body = json.dumps({"documents": [item], "total_count": 9, "page": 1, "page_size": 1}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with answering(f"{head}\r\n\r\n".encode() + body) as url:
        client = calls.client_of(url, KEY)
        with pytest.raises(exceptions.ServerError, match="repeats an earlier one"):
            calls.items(client.documents.list_all(page_size=1))


@pytest.mark.parametrize("told", [True, False])
def test_p20_list_all_gives_all_documents_of_a_service_with_smaller_pages(
    told: bool, calls: Calls
) -> None:
    def capped(connection: Connection) -> None:
        while True:
            query = parse_qs(urlsplit(connection.read_request().target).query)
            number, size = int(query["page"][0]), min(int(query["page_size"][0]), 20)
            found = [{"id": f"d{n}", "filename": "a.txt"} for n in range(110)]
            page = {
                "documents": found[(number - 1) * size : number * size],
                "total_count": 110,
                "has_more": number * size < 110,
                **({"page": number, "page_size": size} if told else {}),
            }
            connection.answer(json.dumps(page).encode())

    with FaultServer(capped) as server:
        listed = calls.client_of(server.url + "/api/v2", KEY).documents.list_all(page_size=50)
        ids = [[one.id for one in calls.items(listed)] for _ in range(2)]
    assert ids == [[f"d{n}" for n in range(110)]] * 2


def test_list_all_sends_nothing_before_it_is_iterated(calls: Calls, sandbox: Sandbox) -> None:
    calls.client(sandbox).documents.list_all()
    assert sandbox.requests == []


def test_a_deleted_document_is_gone_from_list_and_search(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    document_id = uploaded(calls, client)
    calls(client.documents.delete(document_id))
    assert calls(client.documents.list()).documents == []
    assert calls(client.documents.search("relief valve")).results == []
    with pytest.raises(exceptions.ResourceNotFoundError):
        calls(client.documents.get(document_id))


def test_a_document_that_is_processed_cannot_be_deleted(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.hold("extract", "processing")
    client = calls.client(sandbox)
    result = calls(client.documents.upload_one(b"x", filename="a.txt", wait_for_processing=False))
    with pytest.raises(exceptions.ValidationError) as caught:
        calls(client.documents.delete(result.document_id))
    assert (caught.value.status_code, caught.value.code) == (409, "DOCUMENT_PROCESSING")


def test_batch_delete_reports_every_document(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    done = uploaded(calls, client)
    sandbox.faults.hold("extract", "processing")
    busy = calls(
        client.documents.upload_one(b"x", filename="busy.txt", wait_for_processing=False)
    ).document_id
    answer = calls(client.documents.batch_delete([done, busy, MISSING]))
    assert [(one.id, one.status) for one in answer.deleted] == [(done, "deleted")]
    assert answer.deleted[0].deleted_at is not None
    assert [(one.id, one.message) for one in answer.skipped] == [
        (busy, "Document is being processed")
    ]
    assert [one.id for one in answer.failed] == [MISSING]
    assert answer.summary == {"total": 3, "deleted": 1, "skipped": 1, "failed": 1}


def test_quota_check_counts_uploads(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    uploaded(calls, client)
    quota = calls(client.documents.quota_check(3))
    assert (quota.can_proceed, quota.requested) == (True, 3)
    assert (quota.document_count, quota.document_limit) == (1, 50_000)
    assert quota.documents_remaining == 49_999
    assert (quota.storage_used_bytes, quota.storage_remaining_bytes) == (0, 0)


def test_quota_check_of_a_used_up_allowance_says_so(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.zero_quota()
    quota = calls(calls.client(sandbox).documents.quota_check())
    assert quota.can_proceed is False
    assert quota.message == "Upload quota exceeded: 0 left, 1 wanted"


def test_a_document_can_be_sent_in_steps(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    data = word(("Wiring", "The red wire is live."))
    target = calls(client.documents.request_upload("wiring.docx", DOCX, len(data)))
    assert (target.upload_method, target.upload_fields) == ("PUT", None)
    assert (target.max_size_bytes, target.storage_target) == (50 * 1024 * 1024, "default")
    assert target.expires_at is not None
    sent = httpx.put(target.upload_url, content=data, headers=target.upload_headers, verify=False)
    assert sent.status_code == 200
    checksum = "sha256:" + hashlib.sha256(data).hexdigest()
    made = calls(
        client.documents.confirm_upload(target.object_key, len(data), DOCX, checksum=checksum)
    )
    assert (made.filename, made.status, made.document_type) == ("wiring.docx", "pending", "docx")
    assert (made.deduplicated, made.is_idempotent_retry) == (False, False)
    status = calls(client.documents.wait_for_processing(made.document_id))
    assert (status.is_completed, status.page_count, status.chunk_count) == (True, 1, 1)
    again = calls(client.documents.confirm_upload(target.object_key, len(data), DOCX))
    assert (again.document_id, again.is_idempotent_retry) == (made.document_id, True)


def test_the_same_idempotency_key_gives_the_same_upload(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    one, other, third = (
        calls(client.documents.request_upload("a.txt", "text/plain", 3, idempotency_key=key))
        for key in ("k-1", "k-1", "k-2")
    )
    assert one.object_key == other.object_key != third.object_key


def test_a_confirmation_of_what_never_arrived_is_refused(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    target = calls(client.documents.request_upload("a.txt", "text/plain", 3))
    with pytest.raises(exceptions.ValidationError, match="no bytes were sent"):
        calls(client.documents.confirm_upload(target.object_key, 3, "text/plain"))


def test_a_batch_can_be_sent_in_steps(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    texts = [b"first text", b"second text", b"never sent"]
    files = [
        {"filename": f"{number}.txt", "content_type": "text/plain", "size_bytes": len(text)}
        for number, text in enumerate(texts)
    ]
    batch = calls(client.documents.batch_prepare(files, additional_params={"language": "en"}))
    assert [one.filename for one in batch.files] == ["0.txt", "1.txt", "2.txt"]
    assert batch.total_size_bytes == sum(map(len, texts))
    assert batch.expires_at is not None
    before = calls(client.documents.batch_status(batch.batch_id))
    assert (before.status, before.is_complete, before.processing_count) == ("pending", False, 3)
    for file, text in list(zip(batch.files, texts, strict=True))[:2]:
        httpx.put(file.upload_url, content=text, headers=file.upload_headers, verify=False)
    confirmed = calls(
        client.documents.batch_confirm(
            batch.batch_id,
            [
                {"object_key": batch.files[0].object_key, "size_bytes": len(texts[0])},
                {
                    "object_key": batch.files[1].object_key,
                    "size_bytes": len(texts[1]),
                    "content_type": "text/plain",
                },
                {"object_key": batch.files[2].object_key, "success": False},
            ],
        )
    )
    assert (confirmed.created_count, confirmed.failed_count) == (2, 1)
    assert (confirmed.processing_status, confirmed.batch_id) == ("partial", batch.batch_id)
    assert [(one.filename, one.status) for one in confirmed.documents] == [
        ("0.txt", "created"),
        ("1.txt", "created"),
        ("2.txt", "failed"),
    ]
    for one in confirmed.documents[:2]:
        calls(client.documents.wait_for_processing(one.document_id))
    after = calls(client.documents.batch_status(batch.batch_id))
    assert (after.status, after.is_complete, after.total_documents) == ("completed", True, 3)
    assert (after.completed_count, after.processing_count, after.failed_count) == (2, 0, 1)
    assert [one.text_extraction_status for one in after.documents] == ["completed"] * 2


def test_get_status_shows_how_far_a_document_is(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.hold("extract", "processing")
    client = calls.client(sandbox)
    document_id = calls(
        client.documents.upload_one(b"x", filename="a.txt", wait_for_processing=False)
    ).document_id
    status = calls(client.documents.get_status(document_id))
    assert (status.document_id, status.filename) == (document_id, "a.txt")
    assert (status.is_processing, status.is_completed, status.is_failed) == (True, False, False)
    assert (status.document_type, status.completed_at) == ("txt", None)


@pytest.mark.parametrize(
    "method",
    ["get", "get_text", "get_chunks", "download", "delete", "get_status", "batch_status"],
)
def test_an_unknown_id_is_not_found(calls: Calls, sandbox: Sandbox, method: str) -> None:
    with pytest.raises(exceptions.ResourceNotFoundError) as caught:
        calls(getattr(calls.client(sandbox).documents, method)(MISSING))
    assert caught.value.status_code == 404


FILE = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 3}


BAD: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("get", [""], {}, "document_id"),
    ("get", [".."], {}, "document_id"),
    ("list", [], {"page": 0}, "page"),
    ("list", [], {"page_size": 101}, "page_size"),
    ("list", [], {"status_filter": "done"}, "status_filter"),
    ("list_all", [], {"page_size": 0}, "page_size"),
    ("search", [""], {}, "query"),
    ("search", ["x" * 1001], {}, "query"),
    ("search", ["x"], {"limit": 101}, "limit"),
    ("search", ["x"], {"similarity_threshold": 1.1}, "similarity_threshold"),
    ("search", ["x"], {"similarity_threshold": float("nan")}, "similarity_threshold"),
    ("search", ["x"], {"document_ids": []}, "document_ids"),
    ("search", ["x"], {"document_ids": "one"}, "document_ids"),
    ("batch_delete", [[]], {}, "document_ids"),
    ("batch_delete", [["a", "a"]], {}, "document_ids[1]"),
    ("batch_delete", [[str(n) for n in range(101)]], {}, "document_ids"),
    ("quota_check", [0], {}, "file_count"),
    ("request_upload", ["", "text/plain", 1], {}, "filename"),
    ("request_upload", ["a.png", "image/png", 1], {}, "content_type"),
    ("request_upload", ["a.txt", "text/plain", 0], {}, "size_bytes"),
    ("request_upload", ["a.txt", "text/plain", 52_428_801], {}, "size_bytes"),
    (
        "request_upload",
        ["a.txt", "text/plain", 1],
        {"storage_target": "mine"},
        "storage_target",
    ),
    ("request_upload", ["a.txt", "text/plain", 1], {"idempotency_key": "ä"}, "idempotency_key"),
    ("confirm_upload", ["", 1, "text/plain"], {}, "object_key"),
    ("confirm_upload", ["k", 1, "text/html"], {}, "content_type"),
    ("batch_prepare", [[]], {}, "files"),
    ("batch_prepare", [[FILE] * 101], {}, "files"),
    ("batch_prepare", [FILE], {}, "files"),
    ("batch_prepare", [["a.txt"]], {}, "files[0]"),
    ("batch_prepare", [[FILE, {**FILE, "size": 1}]], {}, "files[1]"),
    ("batch_prepare", [[{**FILE, "size_bytes": None}]], {}, "files[0].size_bytes"),
    ("batch_confirm", ["b", []], {}, "confirmations"),
    ("batch_confirm", ["", [{"object_key": "k", "size_bytes": 1}]], {}, "batch_id"),
    ("batch_confirm", ["b", [{"object_key": "k"}]], {}, "confirmations[0].size_bytes"),
    (
        "batch_confirm",
        ["b", [{"object_key": "k", "size_bytes": 1, "success": "yes"}]],
        {},
        "confirmations[0].success",
    ),
    ("wait_for_processing", [""], {}, "document_id"),
    ("wait_for_processing", ["d"], {"timeout": 0}, "timeout"),
    ("wait_for_processing", ["d"], {"poll_interval": -1}, "poll_interval"),
]


@pytest.mark.parametrize(("method", "arguments", "options", "field"), BAD)
def test_bad_arguments_are_refused_before_anything_is_sent(
    calls: Calls,
    sandbox: Sandbox,
    method: str,
    arguments: list[Any],
    options: dict[str, Any],
    field: str,
) -> None:
    with pytest.raises(exceptions.ValidationError) as caught:
        calls(getattr(calls.client(sandbox).documents, method)(*arguments, **options))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []
