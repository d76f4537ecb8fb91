"""Each result of an upload has the path of its file; what is left out is counted by reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import (
    AionvisionError,
    AionvisionTimeoutError,
    UploadError,
    ValidationError,
)
from aion.testing import Sandbox
from aion.types.callbacks import FileCompleteEvent
from aion.uploads.journal import Journal
from tests.behaviour.calls import Calls, Client
from tests.behaviour.movies import movie
from tests.behaviour.papers import MANUAL
from tests.behaviour.pictures import NAVY, draw

Upload = Callable[..., Any]
KINDS: dict[str, tuple[str, Callable[[int], bytes], Callable[[Client], Upload]]] = {
    "images": (".jpg", lambda n: draw(size=(20 + n, 20)), lambda client: client.upload),
    "documents": (
        ".md",
        lambda n: f"{MANUAL}{n}".encode(),
        lambda client: client.documents.upload,
    ),
    "videos": (".mp4", lambda n: movie(5.0 + n), lambda client: client.video_uploads.upload),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shelf(kind: str, *names: str) -> list[str]:
    """Write one good file for each name, below ``shelf``; return the paths."""
    ending, data, _ = KINDS[kind]
    paths = [Path("shelf", f"{name}{ending}") for name in names]
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data(number))
    return list(map(str, paths))


def others() -> None:
    """Write three files that no upload takes."""
    for name in ("a.heic", "b.heic", ".hidden"):
        Path("shelf", name).write_bytes(b"x")


def counts(results: Any) -> list[tuple[str, int]]:
    """What was left out, by the kind of the reason."""
    return [(reason.kind.value, count) for reason, count in results.skipped.items()]


THREE = [("image_format", 2), ("hidden", 1)]


# Paths


@every_kind
def test_files_of_one_name_are_distinguished_by_their_paths(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    paths = shelf(kind, "a", "x/a", "y/a")
    results = calls(KINDS[kind][2](calls.client(sandbox))("shelf"))
    assert [one.path for one in results] == paths


@every_kind
def test_the_path_is_relative_or_absolute_as_it_was_passed(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    relative, other = shelf(kind, "a", "b")
    paths = [relative, str(place / other)]
    results = calls(KINDS[kind][2](calls.client(sandbox))(paths))
    assert [one.path for one in results] == paths


@every_kind
def test_a_single_upload_has_the_path(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    (path,) = shelf(kind, "a")
    client = calls.client(sandbox)
    resource: Any = {
        "images": client.uploads, "documents": client.documents, "videos": client.video_uploads,
    }[kind]  # fmt: skip
    assert calls(resource.upload_one(path)).path == path


def test_bytes_have_no_path(calls: Calls, sandbox: Sandbox) -> None:
    assert calls(calls.client(sandbox).upload(draw(), filename="a.jpg"))[0].path is None


@pytest.mark.parametrize("kind", ["images", "documents"])
def test_a_file_that_was_not_stored_has_its_path(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    paths = shelf(kind, "a", "x/a")
    Path(paths[1]).write_bytes(bytes(50))
    upload = KINDS[kind][2](calls.client(sandbox))
    results = calls(upload("shelf", raise_on_failure=False))
    assert [(one.is_stored, one.path) for one in results] == [(True, paths[0]), (False, paths[1])]


def test_a_failure_names_the_path(calls: Calls, sandbox: Sandbox, place: Path) -> None:
    paths = shelf("images", "x/a")
    Path(paths[0]).write_bytes(bytes(50))
    with pytest.raises(UploadError, match=paths[0]):
        calls(calls.client(sandbox).upload("shelf"))


@pytest.mark.parametrize("kind", ["images", "documents"])
def test_callbacks_receive_the_path(calls: Calls, sandbox: Sandbox, place: Path, kind: str) -> None:
    paths = shelf(kind, "a", "x/a")
    events: list[FileCompleteEvent] = []
    calls(KINDS[kind][2](calls.client(sandbox))("shelf", on_file_complete=events.append))
    assert sorted(str(one.result.path) for one in events) == paths


@every_kind
def test_P22_results_of_an_earlier_call_have_the_path_of_this_call(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    paths = shelf(kind, "a", "x/a")
    upload = KINDS[kind][2](calls.client(sandbox))
    calls(upload("shelf", journal="the.journal"))
    again = calls(upload(place / "shelf", journal="the.journal"))
    assert [one.path for one in again] == [str(place / path) for path in paths]


@every_kind
def test_the_journal_has_the_absolute_paths_of_the_results(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    shelf(kind, "a", "x/a")
    results = calls(KINDS[kind][2](calls.client(sandbox))("shelf", journal="the.journal"))
    report = Journal("the.journal").report()
    assert [one.path for one in report] == [place / one.path for one in results]


# What is left out


@every_kind
def test_what_a_directory_leaves_out_is_counted_by_reason(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    shelf(kind, "a")
    others()
    results = calls(KINDS[kind][2](calls.client(sandbox))("shelf"))
    assert counts(results) == THREE


@every_kind
def test_the_summary_has_the_counts_and_the_reasons(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    shelf(kind, "a")
    others()
    results = calls(KINDS[kind][2](calls.client(sandbox))("shelf"))
    assert results.summary().endswith(
        "; left out: 2 (.heic is not accepted: convert it to JPEG), 1 (hidden: include_hidden=True)"
    )


@every_kind
def test_a_directory_below_is_left_out_on_request(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    shelf(kind, "a", "x/a")
    results = calls(KINDS[kind][2](calls.client(sandbox))("shelf", recursive=False))
    assert (len(results), counts(results)) == (1, [("directory", 1)])


@every_kind
def test_hidden_files_are_uploaded_on_request(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    shelf(kind, "a", ".x/a")
    results = calls(KINDS[kind][2](calls.client(sandbox))("shelf", include_hidden=True))
    assert (len(results), counts(results)) == (2, [])


@every_kind
def test_P22_a_resumed_upload_leaves_out_the_same(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    shelf(kind, "a")
    others()
    upload = KINDS[kind][2](calls.client(sandbox))
    first = calls(upload("shelf", journal="shelf/the.journal"))
    again = calls(upload("shelf", journal="shelf/the.journal"))
    assert list(again.skipped.items()) == list(first.skipped.items())


@every_kind
def test_an_upload_of_nothing_says_what_was_left_out(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    (place / "shelf").mkdir()
    others()
    with pytest.raises(ValidationError, match=r"nothing to upload: .*; left out: 2 \(\.heic is"):
        calls(KINDS[kind][2](calls.client(sandbox))("shelf"))


@pytest.mark.parametrize("kind", ["images", "documents"])
def test_the_results_of_a_late_upload_have_the_counts(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    shelf(kind, "a")
    others()
    sandbox.faults.hold_description(state="processing")
    sandbox.faults.hold("extract", "processing")
    wait = {"images": "description_timeout", "documents": "processing_timeout"}[kind]
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(KINDS[kind][2](calls.client(sandbox))("shelf", **{wait: 0.3}))
    assert counts(caught.value.last_result) == THREE


@pytest.mark.parametrize("kind", ["images", "documents"])
def test_the_partial_results_of_an_error_have_the_counts(
    calls: Calls, sandbox: Sandbox, place: Path, kind: str
) -> None:
    paths = shelf(kind, "a", "x/a")
    Path(paths[1]).write_bytes(bytes(50))
    others()
    with pytest.raises(UploadError) as caught:
        calls(KINDS[kind][2](calls.client(sandbox))("shelf"))
    assert counts(caught.value.partial_results) == THREE


def test_the_error_of_a_video_has_the_results_of_those_before(
    calls: Calls, sandbox: Sandbox, place: Path
) -> None:
    paths = shelf("videos", "a", "b")
    others()
    sandbox.faults.fail("initiate_video_upload", status=403, every=2)
    with pytest.raises(AionvisionError) as caught:
        calls(calls.client(sandbox).video_uploads.upload("shelf"))
    results = caught.value.partial_results
    assert ([one.path for one in results], counts(results)) == (paths[:1], THREE)


# Names


NAMES: dict[str, Callable[[Any, str], Any]] = {
    "client.upload": lambda one, name: one.upload(draw(), filename=name),
    "client.upload_one": lambda one, name: one.upload_one(draw(), filename=name),
    "filenames": lambda one, name: one.upload([draw(), draw()], filenames=["a.jpg", name]),
    "documents.upload": lambda one, name: one.documents.upload(b"text", filename=name),
    "documents.upload_one": lambda one, name: one.documents.upload_one(b"text", filename=name),
    "request_presigned_url": lambda one, name: one.uploads.request_presigned_url(
        name, "image/jpeg", 5
    ),
    "batch_prepare": lambda one, name: one.uploads.batch_prepare(
        [{"filename": name, "content_type": "image/jpeg", "size_bytes": 5}]
    ),
    "documents.request_upload": lambda one, name: one.documents.request_upload(
        name, "application/pdf", 5
    ),
    "video_uploads.initiate": lambda one, name: one.video_uploads.initiate(name, "video/mp4", 5),
}


@pytest.mark.parametrize("call", NAMES)
@pytest.mark.parametrize("name", ["a/b.jpg", "a\\b.jpg", "/b.jpg"])
def test_a_path_as_a_name_is_refused_with_the_name_to_pass(
    calls: Calls, sandbox: Sandbox, name: str, call: str
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match=r"names, not paths\): pass 'b\.jpg'; got"):
        calls(NAMES[call](client, name))
    assert sandbox.requests == []


def test_a_name_that_ends_with_a_slash_is_refused(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match="pass the name of the file"):
        calls(calls.client(sandbox).upload_one(draw(color=NAVY), filename="a/"))
