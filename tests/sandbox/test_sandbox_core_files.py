from __future__ import annotations

from typing import Any

import httpx
import pytest

from aion.sandbox.handlers import coverage
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.multipart import ReceivedFile
from aion.sandbox.uploads.file_kinds import (
    FILE_KINDS,
    ExaminedFile,
    FileKind,
    Refusal,
    UploadOptions,
)
from aion.testing import Sandbox
from tests.sandbox.conftest import batch, plain
from tests.sandbox.core import on_loop
from tests.sandbox.pictures import jpeg

FOLDER = "11111111-1111-4111-8111-111111111111"


def add(sandbox: Sandbox, **values: Any) -> StoredFile:
    """Store a file of any kind."""

    def run(state: State) -> StoredFile:
        return state.files.add(id=state.files.new_id(), **values)

    return on_loop(sandbox, run)


@pytest.fixture
def link(sandbox: Sandbox) -> StoredFile:
    extra = {"source_url": "https://example.org/", "crawl_status": "completed", "page_title": "E"}
    return add(
        sandbox, media_type="link", filename="example", title="Example", tags=["a"],
        folder_id=FOLDER, extra={**extra, "private": 1},
    )  # fmt: skip


def test_a_link_is_listed_with_its_own_fields(api: httpx.Client, link: StoredFile) -> None:
    (item,) = api.get("/user-files", params={"media_types": "link"}).json()["files"]
    assert (item["source_url"], item["crawl_status"]) == ("https://example.org/", "completed")
    assert (item["full_url"], item["dimensions"], item["variant_status"]) == (None, {}, None)


def test_details_show_more_of_the_extra_and_nothing_private(
    api: httpx.Client, link: StoredFile
) -> None:
    details = api.get(f"/user-files/{link.id}").json()
    assert (details["page_title"], "private" in details) == ("E", False)


def test_the_folder_filter_finds_direct_children(
    api: httpx.Client, sandbox: Sandbox, link: StoredFile
) -> None:
    add(sandbox, media_type="link", filename="elsewhere")
    found = api.get("/user-files", params={"folder_id": FOLDER}).json()["files"]
    assert [one["id"] for one in found] == [link.id]


def test_part_of_the_extra_can_be_changed(api: httpx.Client, sandbox: Sandbox) -> None:
    extra = {"domain": "x.org", "crawl_status": "queued"}
    link = add(sandbox, media_type="link", filename="x", extra=extra)
    on_loop(sandbox, lambda state: state.files.update_extra(link.n, crawl_status="failed"))
    details = api.get(f"/user-files/{link.id}").json()
    assert (details["domain"], details["crawl_status"]) == ("x.org", "failed")


def test_what_is_being_crawled_is_not_deleted_in_a_batch(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    busy = add(sandbox, media_type="link", filename="x", extra={"crawl_status": "processing"})
    answer = api.post("/user-files/batch-delete", json={"file_ids": [busy.id]}).json()
    assert [one["id"] for one in answer["skipped"]] == [busy.id]


def test_a_link_has_no_bytes_and_no_variants(api: httpx.Client, link: StoredFile) -> None:
    assert api.get(f"/user-files/{link.id}/download").status_code == 400
    assert api.post(f"/user-files/{link.id}/trigger-variants").status_code == 400
    assert api.get(f"/user-files/{link.id}/variant/original").status_code == 404


def test_a_thumbnail_can_be_any_object(api: httpx.Client, sandbox: Sandbox) -> None:
    key = "videos/v/thumb.jpg"
    on_loop(sandbox, lambda state: state.objects.write(key, jpeg()))
    video = add(sandbox, media_type="video", filename="v.mp4", extra={"thumbnail_key": key})
    details = api.get(f"/user-files/{video.id}").json()
    assert plain("GET", details["thumbnail_url"]).content == jpeg()


@pytest.mark.parametrize(
    ("status", "unified"), [("processing", "processing"), ("completed", "completed"),
                            ("failed", "failed")]
)  # fmt: skip
def test_a_document_is_as_far_as_its_extraction(
    api: httpx.Client, sandbox: Sandbox, status: str, unified: str
) -> None:
    extra = {"text_extraction_status": status, "extraction_error": "damaged"}
    document = add(sandbox, media_type="document", filename="a.pdf", extra=extra)
    body = api.get(f"/uploads/status/{document.id}").json()
    assert body["unified_status"] == unified


def test_a_column_that_no_file_has_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="files have no column colour"):
        add(sandbox, media_type="link", filename="x", colour="red")


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads take files that begin with NOTE."""

    def sniff(file: ReceivedFile) -> str | None:
        return "note" if file.head.startswith(b"NOTE") else None

    async def examine(state: State, file: ReceivedFile, kind: str) -> str | Refusal:
        text: str = await state.in_thread(file.path.read_text)
        return Refusal(400, "INVALID_NOTE", "the note is empty") if text == "NOTE" else text

    def store(
        state: State,
        file: ReceivedFile,
        examined: ExaminedFile,
        options: UploadOptions,
        session_id: str | None,
    ) -> StoredFile:
        file_id = state.files.new_id()
        state.objects.adopt(file.path, f"documents/{file_id}/original.txt")
        return state.files.add(
            id=file_id, media_type="document", filename=file.filename, title=examined.facts,
            object_key=f"documents/{file_id}/original.txt", size_bytes=file.size,
            sha256=file.sha256, tags=options.tags, session_id=session_id,
            extra={"document_type": "txt", "text_extraction_status": "completed"},
        )  # fmt: skip

    monkeypatch.setitem(FILE_KINDS, "note", FileKind("document", sniff, examine, store))


@pytest.mark.usefixtures("notes")
def test_a_registered_kind_is_taken_by_both_uploads(api: httpx.Client, sandbox: Sandbox) -> None:
    one = api.post("/user-files/upload/stream", files={"file": ("a.note", b"NOTE one")}).json()
    many = batch(api, [("b.note", b"NOTE two"), ("c.note", b"NOTE"), ("d.jpg", jpeg())])
    assert (one["media_type"], one["document_type"], one["variants_queued"]) == (
        "document",
        "txt",
        False,
    )
    assert (many["accepted_files"], many["rejections"][0]["reason"]) == (2, "the note is empty")
    sandbox.step_clock(60)
    status = api.get(many["status_url"].removeprefix("/api/v2")).json()
    assert (status["status"], status["failed_files"]) == ("completed", 1)


@pytest.mark.usefixtures("notes")
def test_a_document_is_downloaded_through_its_own_url(api: httpx.Client) -> None:
    made = api.post("/user-files/upload/stream", files={"file": ("a.note", b"NOTE one")}).json()
    details = api.get(f"/user-files/{made['image_id']}").json()
    assert plain("GET", details["document_url"]).text == "NOTE one"


def test_every_operation_says_how_it_is_served() -> None:
    table = coverage()
    assert set(table.values()) <= {"stateful", "minimal", "501"}
    assert table["root__get"] == "minimal"
    assert table["list_user_files_api_v2_user_files_get"] == "stateful"
