from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from aion.sandbox.documents.search import search_passages
from aion.testing import Limits, Sandbox
from tests.behaviour.papers import MANUAL, pdf
from tests.sandbox.conftest import batch, client_of, plain

Upload = Callable[..., dict[str, Any]]
STEP = 10
"""Seconds after which all work is done."""


def status(api: httpx.Client, document_id: str) -> dict[str, Any]:
    return dict(api.get(f"/document-uploads/{document_id}/status").json())


def presign(api: httpx.Client, data: bytes, name: str = "a.txt", **more: Any) -> dict[str, Any]:
    body = {"filename": name, "content_type": "text/plain", "size_bytes": len(data), **more}
    answer = api.post("/document-uploads/request-presigned-url", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def confirm(api: httpx.Client, target: dict[str, Any], data: bytes, **more: Any) -> httpx.Response:
    body = {
        "object_key": target["object_key"],
        "size_bytes": len(data),
        "content_type": "text/plain",
    }
    return api.post("/document-uploads/confirm", json={**body, **more})


def sent(api: httpx.Client, data: bytes) -> dict[str, Any]:
    target = presign(api, data)
    put = plain("PUT", target["upload_url"], content=data, headers=target["upload_headers"])
    assert put.status_code == 200, put.text
    return target


def test_a_document_goes_through_its_states_everywhere_together(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    answer = upload(MANUAL.encode(), "manual.md")
    document_id = answer["image_id"]
    assert (answer["media_type"], answer["document_type"]) == ("document", "md")
    assert answer["text_extraction_status"] == "pending"
    for expected in ("pending", "processing", "completed"):
        details = api.get(f"/user-files/{document_id}").json()
        item = api.get("/user-files", params={"media_types": "document"}).json()["files"][0]
        listed = api.get("/documents").json()["documents"][0]
        assert {
            status(api, document_id)["text_extraction_status"],
            details["text_extraction_status"],
            item["text_extraction_status"],
            listed["extraction_status"],
        } == {expected}
        sandbox.step_clock(1)
    assert status(api, document_id)["completed_at"] is not None


def test_a_session_of_documents_ends_with_their_extraction(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    sandbox.faults.fail_job("extract", "the scanner dreamt", name="b.txt")
    session_id = batch(api, [("a.txt", b"one"), ("b.txt", b"two")])["session_id"]
    assert api.get(f"/uploads/sessions/{session_id}/status").json()["status"] == "processing"
    sandbox.step_clock(STEP)
    body = api.get(f"/uploads/sessions/{session_id}/status").json()
    assert (body["status"], body["completed_files"], body["failed_files"]) == ("completed", 1, 1)
    assert body["recent_errors"][0]["error"] == "the scanner dreamt"


def test_why_an_extraction_failed_stands_in_the_history_of_its_file(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    document_id = upload(pdf("secret", password="open sesame"), "locked.pdf")["image_id"]
    sandbox.step_clock(STEP)
    assert status(api, document_id)["text_extraction_status"] == "failed"
    assert "error_message" not in status(api, document_id)
    (entry,) = api.get(f"/user-files/{document_id}").json()["processing_history"]
    assert entry["error_message"] == ("the document is encrypted: a password is needed to read it")


def test_a_held_extraction_continues_when_faults_are_cleared(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    sandbox.faults.hold("extract", "processing")
    document_id = upload(b"text", "a.txt")["image_id"]
    sandbox.step_clock(1000)
    assert status(api, document_id)["text_extraction_status"] == "processing"
    sandbox.faults.clear()
    sandbox.step_clock(STEP)
    assert status(api, document_id)["text_extraction_status"] == "completed"


def test_text_under_the_name_of_something_else_is_refused(api: httpx.Client) -> None:
    for name in ("picture.jpg", "table.csv"):
        answer = api.post("/user-files/upload/stream", files={"file": (name, b"words")})
        assert (answer.status_code, answer.json()["error"]) == (400, "UNSUPPORTED_FILE_TYPE")


def test_a_file_that_no_reader_understands_fails_with_a_reason(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    document_id = upload(b"%PDF-1.4 and then nothing", "a.pdf")["image_id"]
    sandbox.step_clock(STEP)
    answer = api.get(f"/documents/{document_id}/text")
    assert answer.status_code == 409
    assert "the pdf file is corrupt" in answer.json()["error"]["message"]


def test_chunks_are_empty_while_a_document_is_read(api: httpx.Client, upload: Upload) -> None:
    answer = api.get(f"/documents/{upload(b'text', 'a.txt')['image_id']}/chunks").json()
    assert (answer["chunks"], answer["total_chunks"]) == ([], 0)


def test_title_and_tags_are_edited_and_shown_among_the_files(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    document_id = upload(b"text", "a.txt")["image_id"]
    answer = api.patch(f"/documents/{document_id}", json={"title": "Notes", "tags": ["x", "x"]})
    assert (answer.json()["title"], answer.json()["tags"]) == ("Notes", ["x"])
    assert api.get(f"/user-files/{document_id}").json()["title"] == "Notes"
    assert api.patch(f"/documents/{document_id}", json={}).status_code == 400
    cleared = api.patch(f"/documents/{document_id}", json={"title": None}).json()
    assert (cleared["title"], cleared["tags"]) == (None, ["x"])


def test_an_image_is_not_a_document(api: httpx.Client, upload: Upload) -> None:
    from tests.sandbox.pictures import jpeg

    image_id = upload(jpeg())["image_id"]
    assert api.get(f"/documents/{image_id}").status_code == 404
    assert api.get("/documents").json()["total_count"] == 0


def test_an_unknown_state_is_not_a_filter(api: httpx.Client) -> None:
    answer = api.get("/documents", params={"status_filter": "done"})
    assert answer.json()["detail"][0]["loc"] == ["query", "status_filter"]


def test_the_same_search_gives_the_same_response(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    for number in range(6):
        upload(f"valve {number} is a valve".encode(), f"{number}.txt")
    sandbox.step_clock(STEP)
    first, second = (
        api.post("/documents/search", json={"query": "which valve?", "limit": 4}).json()
        for _ in range(2)
    )
    assert first == second
    assert (len(first["results"]), first["total_count"]) == (4, 6)


def test_a_search_for_nothing_but_signs_finds_nothing(api: httpx.Client) -> None:
    answer = api.post("/documents/search", json={"query": '"*?!()'})
    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_a_passage_is_cited_with_document_and_page(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    document_id = upload(pdf("intro", "relief valve"), "guide.pdf")["image_id"]
    sandbox.step_clock(STEP)
    passages, _ = sandbox._server.run(  # pyright: ignore[reportPrivateUsage]  # no route cites
        lambda: _found(sandbox)
    )
    assert [one.citation for one in passages] == [f"[[doc:{document_id[:8]}|guide.pdf|p:2]]"]


async def _found(sandbox: Sandbox) -> Any:
    state = sandbox._server.state  # pyright: ignore[reportPrivateUsage]  # as above
    return search_passages(state, "relief valve")


@pytest.mark.parametrize(
    ("changed", "expected", "code"),
    [
        ({"content_type": "image/png"}, 400, "UNSUPPORTED_FILE_TYPE"),
        ({"size_bytes": 52_428_801}, 400, "FILE_TOO_LARGE"),
        ({"storage_target": "custom"}, 501, "STORAGE_NOT_CONFIGURED"),
    ],
)
def test_what_cannot_become_a_document_gets_no_url(
    api: httpx.Client, changed: dict[str, Any], expected: int, code: str
) -> None:
    body = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 3, **changed}
    answer = api.post("/document-uploads/request-presigned-url", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (expected, code)


def test_a_full_storage_and_a_used_up_allowance_differ() -> None:
    body = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 30}
    path = "/document-uploads/request-presigned-url"
    with Sandbox(limits=Limits(storage_bytes=20)) as sandbox, client_of(sandbox) as api:
        full = api.post(path, json=body)
        sandbox.faults.zero_quota()
        used = api.post(path, json=body)
    assert (full.status_code, full.json()["error"]["code"]) == (413, "STORAGE_QUOTA_EXCEEDED")
    assert (used.status_code, used.json()["error"]["code"]) == (429, "USAGE_LIMIT_EXCEEDED")


def test_the_url_of_a_document_expires_after_ten_minutes(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    target = presign(api, b"text")
    sandbox.step_clock(601)
    put = plain("PUT", target["upload_url"], content=b"text", headers=target["upload_headers"])
    assert (put.status_code, "expired" in put.text) == (403, True)


def test_known_bytes_give_the_older_document(api: httpx.Client) -> None:
    first = confirm(api, sent(api, b"same"), b"same").json()
    second = confirm(api, sent(api, b"same"), b"same").json()
    assert second["document_id"] == first["document_id"]
    assert (second["deduplicated"], second["is_idempotent_retry"]) == (True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size_bytes": 5},
        {"checksum": "sha256:" + "0" * 64},
        {"content_type": "text/markdown"},
    ],
)
def test_a_confirmation_that_does_not_fit_the_bytes_is_refused(
    api: httpx.Client, wrong: dict[str, Any]
) -> None:
    answer = confirm(api, sent(api, b"text"), b"text", **wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "UPLOAD_MISMATCH")


def test_bytes_that_are_not_a_document_are_refused_at_confirmation(api: httpx.Client) -> None:
    from tests.sandbox.pictures import jpeg

    answer = confirm(api, sent(api, jpeg()), jpeg())
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "UNSUPPORTED_FILE_TYPE")


def test_an_unknown_key_cannot_be_confirmed(api: httpx.Client) -> None:
    target = {"object_key": "document-uploads/nobody/original.txt"}
    assert confirm(api, target, b"text").status_code == 404


def test_a_batch_follows_what_arrives(api: httpx.Client, sandbox: Sandbox) -> None:
    file = {"content_type": "text/plain", "size_bytes": 4}
    body = {"files": [{**file, "filename": name} for name in ("a.txt", "b.txt")]}
    prepared = api.post("/document-uploads/batch-prepare", json=body).json()
    path = f"/document-uploads/batch/{prepared['batch_id']}/status"
    assert api.get(path).json()["status"] == "pending"
    first = prepared["presigned_urls"][0]
    plain("PUT", first["upload_url"], content=b"text", headers=first["upload_headers"])
    assert api.get(path).json()["status"] == "uploading"
    confirmations = [
        {"object_key": one["object_key"], "success": True, "file_size": 4}
        for one in prepared["presigned_urls"]
    ]
    confirmed = api.post(
        "/document-uploads/batch-confirm",
        json={"batch_id": prepared["batch_id"], "confirmations": confirmations},
    ).json()
    assert (confirmed["processing_status"], confirmed["failed_files"]) == ("partial", ["b.txt"])
    assert api.get(path).json()["status"] == "processing"
    sandbox.step_clock(STEP)
    done = api.get(path).json()
    assert (done["status"], done["processed_documents"], done["failed_documents"]) == (
        "completed",
        1,
        1,
    )


def test_an_upload_of_another_batch_cannot_be_confirmed(api: httpx.Client) -> None:
    file = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 4}
    one, other = (
        api.post("/document-uploads/batch-prepare", json={"files": [file]}).json() for _ in range(2)
    )
    key = other["presigned_urls"][0]["object_key"]
    answer = api.post(
        "/document-uploads/batch-confirm",
        json={
            "batch_id": one["batch_id"],
            "confirmations": [{"object_key": key, "success": True, "file_size": 4}],
        },
    )
    assert answer.status_code == 404


def test_the_health_of_documents_counts_them(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    upload(b"text", "a.txt")
    sandbox.step_clock(STEP)
    assert api.get("/documents/health").json()["documents"]["completed"] == 1
    assert api.get("/document-uploads/health").json()["status"] == "healthy"


def test_documents_outlive_a_restart(tmp_path: Any) -> None:
    with Sandbox(data=tmp_path, pace=0.01) as sandbox, client_of(sandbox) as api:
        document_id = batch(api, [("a.txt", b"relief valve")])["immediate_results"][0]["image_id"]
        sandbox.faults.hold("extract", "processing")
    with Sandbox(data=tmp_path, pace=0.01) as sandbox, client_of(sandbox) as api:
        from tests.sandbox.conftest import eventually

        eventually(lambda: status(api, document_id)["text_extraction_status"] == "completed")
        found = api.post("/documents/search", json={"query": "valve"}).json()["results"]
    assert [one["document_id"] for one in found] == [document_id]
