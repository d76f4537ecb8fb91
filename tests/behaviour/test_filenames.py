"""Names that the wire or the service changes: a result has the name that is stored."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import ValidationError
from aion.testing import Sandbox
from aion.uploads.journal import Journal
from tests.behaviour.bulk import STREAM
from tests.behaviour.calls import Calls, Client
from tests.behaviour.movies import movie
from tests.behaviour.papers import MANUAL
from tests.behaviour.pictures import draw

# The passed and the stored name.
NAMES = {
    '12" pipe': '12" pipe',
    "two\nlines": "two\nlines",
    "two\r\nlines": "two\r\nlines",
    "50% of it": "50% of it",
    # On the wire this name equals the name with a quote.
    "12%22 pipe": '12" pipe',
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


def test_documents_of_changed_names_are_distinguished(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    names = ["1%22 one.md", "two%22.md", 'c" three.md']
    texts = [f"{MANUAL}\n{name}".encode() for name in names]
    results = calls(client.documents.upload(texts, filenames=names))
    assert [one.filename for one in results] == ['1" one.md', 'two".md', 'c" three.md']
    assert [calls(client.documents.get_text(one.document_id))[-8:] for one in results] == [
        name[-8:] for name in names
    ]


# Names that are bytes to the system, not text: Python has them from `os.fsdecode`.

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="names are text on other systems")
ODD = b"caf\xe9"
STORED = "caf?"
KINDS: dict[str, tuple[str, bytes, Callable[[Client], Any]]] = {
    "image": (".jpg", draw(), lambda client: client.uploads),
    "document": (".md", MANUAL.encode(), lambda client: client.documents),
    "video": (".mp4", movie(), lambda client: client.video_uploads),
}


def odd_file(folder: Path, ending: str, data: bytes) -> str:
    """Return the path of a file whose directory and name are not text."""
    inside = folder / os.fsdecode(b"shelf\xff")
    inside.mkdir()
    path = inside / os.fsdecode(ODD + ending.encode())
    path.write_bytes(data)
    return str(path)


def names_of(client: Client, calls: Calls) -> list[str | None]:
    return [one.filename for one in calls(client.files.list()).files]


@on_linux
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_not_text_is_stored_with_question_marks(
    kind: str, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    ending, data, resource = KINDS[kind]
    client = calls.client(sandbox)
    calls(resource(client).upload_one(odd_file(tmp_path, ending, data)))
    assert names_of(client, calls) == [STORED + ending]


@on_linux
@pytest.mark.parametrize("kind", KINDS)
def test_a_directory_may_hold_names_that_are_not_text(
    kind: str, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    ending, data, resource = KINDS[kind]
    client = calls.client(sandbox)
    path = Path(odd_file(tmp_path, ending, data))
    (path.parent / f"plain{ending}").write_bytes(data + b"2")
    calls(resource(client).upload(str(path.parent)))
    assert sorted(map(str, names_of(client, calls))) == [STORED + ending, f"plain{ending}"]


@on_linux
@pytest.mark.parametrize("kind", KINDS)
def test_P22_a_journal_resumes_with_names_that_are_not_text(
    kind: str, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    ending, data, resource = KINDS[kind]
    client = calls.client(sandbox)
    path = odd_file(tmp_path, ending, data)
    journal = os.fsdecode(os.fsencode(tmp_path) + b"/journal\xfe.db")
    calls(resource(client).upload([path], journal=journal))
    before = [seen for seen in sandbox.requests if seen.method == "POST"]
    calls(resource(client).upload([path], journal=journal))
    assert [seen for seen in sandbox.requests if seen.method == "POST"] == before


@on_linux
def test_P8_names_that_are_not_text_are_found_again_after_a_lost_response(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    # Names that become equal: the contents of the files distinguish them.
    for number, name in enumerate((b"a\xff.jpg", b"a\xfe.jpg", b"a?.jpg")):
        (tmp_path / os.fsdecode(name)).write_bytes(draw(size=(8, 8 + number)))
    sandbox.faults.cut(STREAM)
    results = calls(calls.client(sandbox).upload(tmp_path))
    sizes = sorted(str(one.description).split(", ")[1] for one in results)
    stored = calls(calls.client(sandbox).files.list()).total_count
    assert (sizes, stored) == (["8x10", "8x8", "8x9"], 3)


@on_linux
def test_a_journal_names_the_file_where_it_lies(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    path, journal = odd_file(tmp_path, ".jpg", draw()), tmp_path / "journal.db"
    calls(calls.client(sandbox).upload([path], journal=journal))
    (row,) = Journal(journal).report()
    assert (row.filename, row.path) == (Path(path).name, Path(path))


@on_linux
def test_an_image_whose_name_is_not_text_is_described(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    result: Any = calls(calls.client(sandbox).describe(odd_file(tmp_path, ".jpg", draw())))
    assert "mostly red" in result.description


@on_linux
def test_a_download_may_go_to_a_name_that_is_not_text(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    result = calls(client.upload_one(draw(), filename="a.jpg"))
    target = os.fsdecode(os.fsencode(tmp_path) + b"/" + ODD)
    calls(client.files.download_to(result.image_id, target))
    assert Path(target).read_bytes() == draw()


ANNOUNCED: dict[str, Callable[[Client, str], Any]] = {
    "image": lambda client, name: client.uploads.request_presigned_url(
        name, "image/png", 9, idempotency_key="k"
    ),
    "document": lambda client, name: client.documents.request_upload(
        name, "text/plain", 9, idempotency_key="k"
    ),
    "video": lambda client, name: client.video_uploads.initiate(name, "video/mp4", 9),
    "videos": lambda client, name: client.video_uploads.batch_initiate(
        [{"filename": name, "content_type": "video/mp4", "size_bytes": 9}]
    ),
}


@pytest.mark.parametrize("kind", ANNOUNCED)
def test_a_name_that_is_announced_goes_by_the_same_rule(
    kind: str, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    calls(ANNOUNCED[kind](client, "caf\udce9.png"))
    calls(ANNOUNCED[kind](client, "caf?.png"))
    odd, plain = (seen.body_sha256 for seen in sandbox.requests)
    assert odd == plain


@pytest.mark.parametrize("kind", ANNOUNCED)
def test_a_name_that_is_too_long_is_refused_unsent(
    kind: str, calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match="filename has to be text of 1 to 255 characters"):
        calls(ANNOUNCED[kind](calls.client(sandbox), "n" * 256))
    assert sandbox.requests == []


# Paths that no file can have, or that are too long for a name.
BAD = {"null": "a\0b.png", "long": "n" * 300 + ".png"}
if os.name != "nt":
    BAD["half"] = "\ud800.png"
TAKEN: dict[str, Callable[[Client, str], Any]] = {
    "image": lambda client, path: client.upload_one(path),
    "images": lambda client, path: client.upload([path]),
    "document": lambda client, path: client.documents.upload_one(path),
    "documents": lambda client, path: client.documents.upload([path]),
    "video": lambda client, path: client.video_uploads.upload_one(path),
    "videos": lambda client, path: client.video_uploads.upload([path]),
    "description": lambda client, path: client.describe(path),
    "verification": lambda client, path: client.verify(path, "It is red."),
    "journal": lambda client, path: client.upload([draw()], filenames=["a.jpg"], journal=path),
    "download": lambda client, path: client.files.download_to("f" * 32, path),
}


@pytest.mark.parametrize("path", BAD)
@pytest.mark.parametrize("kind", TAKEN)
def test_a_path_that_no_file_can_have_is_refused_unsent(
    kind: str, path: str, calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError) as caught:
        calls(TAKEN[kind](calls.client(sandbox), BAD[path]))
    # It can be printed, whatever it quotes.
    assert str(caught.value).encode()
    assert sandbox.requests == []
