"""Names that the wire or the service changes: a result has the name that is stored."""

from __future__ import annotations

import pytest

from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.papers import MANUAL
from tests.behaviour.pictures import draw

# What is given, and what is stored: nothing but the last part of a path is a name.
NAMES = {
    '12" pipe': '12" pipe',
    "two\nlines": "two\nlines",
    "two\r\nlines": "two\r\nlines",
    "50% of it": "50% of it",
    # Nothing on the wire tells this name from that with a quote.
    "12%22 pipe": '12" pipe',
    "back\\slash": "slash",
    "shelf/pipe": "pipe",
    "größe 😀": "größe 😀",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_result_of_an_image_has_the_name_that_is_stored(
    calls: Calls, sandbox: Sandbox, name: str
) -> None:
    client = calls.client(sandbox)
    result = calls(client.uploads.upload_one(draw(), filename=f"{name}.jpg"))
    stored = calls(client.files.list(ids=[result.image_id])).files[0].filename
    assert result.filename == stored == f"{NAMES[name]}.jpg"


@pytest.mark.parametrize("name", NAMES)
def test_the_result_of_a_document_has_the_name_that_is_stored(
    calls: Calls, sandbox: Sandbox, name: str
) -> None:
    client = calls.client(sandbox)
    result = calls(client.documents.upload_one(MANUAL.encode(), filename=f"{name}.md"))
    stored = calls(client.files.list(ids=[result.document_id])).files[0].filename
    assert result.filename == stored == f"{NAMES[name]}.md"


def test_a_file_of_an_odd_name_is_downloaded(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    result = calls(client.uploads.upload_one(draw(), filename='12"\npipe.jpg'))
    assert calls(client.files.download(result.image_id)) == draw()


def test_documents_of_changed_names_are_told_apart(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    names = ["a/one.md", "b/two.md", 'c" three.md']
    texts = [f"{MANUAL}\n{name}".encode() for name in names]
    results = calls(client.documents.upload(texts, filenames=names))
    assert [one.filename for one in results] == ["one.md", "two.md", 'c" three.md']
    assert [calls(client.documents.get_text(one.document_id))[-8:] for one in results] == [
        name[-8:] for name in names
    ]
