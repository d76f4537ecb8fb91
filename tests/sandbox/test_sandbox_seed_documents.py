from __future__ import annotations

import io
import os
import subprocess
import sys
from hashlib import sha256
from typing import Any

import docx
import httpx
import pytest
from pypdf import PdfReader

from aion.sandbox.seeds.document_files import file_of
from aion.sandbox.seeds.document_texts import paper
from aion.testing import Sandbox
from tests.sandbox.conftest import batch, plain

Json = dict[str, Any]

PAPERS = 6
"""Number of documents until the forms repeat."""


@pytest.fixture
def library(sandbox: Sandbox) -> list[str]:
    """Ids of one paper of each form."""
    return sandbox.seed("documents", PAPERS)


def details(api: httpx.Client, document_id: str) -> Json:
    return dict(api.get(f"/user-files/{document_id}").json())


def original(api: httpx.Client, document_id: str) -> bytes:
    location = api.get(f"/documents/{document_id}/download").headers["location"]
    return plain("GET", location).content


def of_kind(api: httpx.Client, library: list[str], kind: str) -> str:
    return next(one for one in library if details(api, one)["document_type"] == kind)


def read(api: httpx.Client, document_id: str) -> tuple[str, list[Json]]:
    """Text and passages of a document, without the ids."""
    text = api.get(f"/documents/{document_id}/text").json()["text"]
    chunks = api.get(f"/documents/{document_id}/chunks").json()["chunks"]
    own = {"chunk_id", "document_id", "document_filename", "filename"}
    return text, [{name: one[name] for name in one.keys() - own} for one in chunks]


def test_the_library_has_all_four_kinds_ready_to_read(
    api: httpx.Client, library: list[str]
) -> None:
    found = [details(api, one) for one in library]
    assert {one["document_type"] for one in found} == {"pdf", "docx", "md", "txt"}
    assert {one["text_extraction_status"] for one in found} == {"completed"}


def test_a_seeded_document_is_what_its_upload_would_have_become(
    api: httpx.Client, sandbox: Sandbox, library: list[str]
) -> None:
    for document_id in library:
        filename = details(api, document_id)["original_filename"]
        session = batch(api, [(filename, original(api, document_id))])
        sandbox.step_clock(10)
        uploaded = session["immediate_results"][0]["image_id"]
        assert read(api, document_id) == read(api, uploaded)


def test_a_pdf_of_the_library_has_pages_and_bookmarks(
    api: httpx.Client, library: list[str]
) -> None:
    reader = PdfReader(io.BytesIO(original(api, of_kind(api, library, "pdf"))))
    titles = [str(one["/Title"]) for one in reader.outline if isinstance(one, dict)]
    assert (len(reader.pages), titles) == (3, ["Purpose", "Operation", "Maintenance"])


def test_a_docx_of_the_library_has_headings(api: httpx.Client, library: list[str]) -> None:
    document = docx.Document(io.BytesIO(original(api, of_kind(api, library, "docx"))))
    headings = [
        one.text
        for one in document.paragraphs
        if one.style is not None and one.style.name == "Heading 1"
    ]
    assert headings == ["Parties", "Work and price", "Warranty"]


def test_a_question_is_answered_from_the_passage_that_says_it(
    api: httpx.Client, library: list[str]
) -> None:
    contract = of_kind(api, library, "docx")
    answer = api.post("/documents/search", json={"query": "who signs for the Port of Lunde"})
    best = answer.json()["results"][0]
    assert best["document_id"] == contract
    assert "Mara Okafor" in best["content"]


def test_a_chat_cites_the_library(api: httpx.Client, library: list[str]) -> None:
    session = api.post("/chat/sessions", json={}).json()["session_id"]
    answer = api.post(
        f"/chat/sessions/{session}/messages",
        json={"message": "What do the documents say about the warranty?"},
    )
    contract = details(api, of_kind(api, library, "docx"))["original_filename"]
    assert f"|{contract}|p:" in answer.json()["content"]


def test_no_two_documents_of_a_library_are_alike(api: httpx.Client, sandbox: Sandbox) -> None:
    ids = sandbox.seed("documents", 40) + sandbox.seed("documents", 40)
    titles = {details(api, one)["title"] for one in ids}
    hashes = {sha256(original(api, one)).digest() for one in ids}
    assert (len(titles), len(hashes)) == (80, 80)


def test_the_files_are_the_same_in_every_process() -> None:
    code = (
        "from hashlib import sha256; from aion.sandbox.seeds.document_files import file_of;"
        "from aion.sandbox.seeds.document_texts import paper;"
        f"print(*(sha256(file_of(paper(one))).hexdigest() for one in range(1, {PAPERS + 1})))"
    )
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=elsewhere
    )
    here = [sha256(file_of(paper(one))).hexdigest() for one in range(1, PAPERS + 1)]
    assert other.stdout.split() == here


def test_documents_can_be_seeded_over_http(api: httpx.Client, sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/_sandbox/seed"
    made = api.post(url, json={"library": "documents", "count": 2}).json()["ids"]
    assert {one["id"] for one in api.get("/documents").json()["documents"]} == set(made)
