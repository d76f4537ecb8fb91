"""What cannot be uploaded is refused before anything is sent: paths, names, callbacks."""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import ValidationError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.movies import movie
from tests.behaviour.pictures import draw


@pytest.fixture(autouse=True)
def nothing_is_sent(sandbox: Sandbox) -> Iterator[None]:
    """After the test no request was made."""
    yield
    assert sandbox.requests == []


@pytest.fixture
def full_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with an image, a document and a video in it."""
    (tmp_path / "a.jpg").write_bytes(draw())
    (tmp_path / "a.txt").write_bytes(b"hello")
    (tmp_path / "a.mp4").write_bytes(movie())
    monkeypatch.chdir(tmp_path)
    return tmp_path


SINGLE = ["upload_one", "documents.upload_one", "video_uploads.upload_one"]
MANY = ["upload", "upload_batch", "documents.upload", "video_uploads.upload"]


def method(client: Any, name: str) -> Any:
    """A method by its path from the client."""
    found = client.uploads if name == "upload_batch" else client
    for part in name.split("."):
        found = getattr(found, part)
    return found


def refusal(calls: Calls, sandbox: Sandbox, name: str, *args: Any, **kwargs: Any) -> str:
    """Return the message of a call that is refused."""
    with pytest.raises(ValidationError) as caught:
        calls(method(calls.client(sandbox), name)(*args, **kwargs))
    return str(caught.value)


# Empty paths


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize("files", ["", [""]])
@pytest.mark.parametrize("name", MANY)
def test_an_empty_path_is_not_the_current_directory(
    name: str, files: Any, calls: Calls, sandbox: Sandbox
) -> None:
    assert "files holds an empty path" in refusal(calls, sandbox, name, files)


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize("name", SINGLE)
def test_an_empty_path_is_not_a_file(name: str, calls: Calls, sandbox: Sandbox) -> None:
    assert "file holds an empty path" in refusal(calls, sandbox, name, "")


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize(
    ("name", "file"),
    [("upload", "a.jpg"), ("documents.upload", "a.txt"), ("video_uploads.upload_one", "a.mp4")],
)
def test_an_empty_path_is_not_a_journal(
    name: str, file: str, calls: Calls, sandbox: Sandbox
) -> None:
    assert "journal holds an empty path" in refusal(calls, sandbox, name, file, journal="")


# Callbacks

_IMAGES = ["on_progress", "on_file_complete", "on_description_progress", "on_description_failed"]
_DOCUMENTS = ["on_progress", "on_file_complete", "on_processing_progress", "on_processing_failed"]
_VIDEOS = ["on_chunk_progress", "on_upload_complete", "on_analysis_progress"]
_CALLBACKS = [
    *(("upload", ["a.jpg"], name) for name in [*_IMAGES, "progress"]),
    *(("documents.upload", ["a.txt"], name) for name in _DOCUMENTS),
    *(("video_uploads.upload_one", ["a.mp4"], name) for name in _VIDEOS),
    *(("video_uploads.upload", ["a.mp4"], name) for name in _VIDEOS),
    ("describe", [["a.jpg"]], "on_progress"),
    ("verify", ["a.jpg", "red"], "on_progress"),
    ("batch.wait_for_completion", ["id"], "on_progress"),
    ("video_analysis.wait_for_completion", ["id"], "on_progress"),
    ("cloud_storage.wait_for_job", ["id"], "on_progress"),
    ("cloud_storage.import_and_wait", ["id", [{"id": "1", "name": "a.jpg"}]], "on_progress"),
    ("cloud_storage.export_and_wait", ["id", ["1"]], "on_progress"),
]


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize(("name", "args", "callback"), _CALLBACKS)
def test_what_cannot_be_called_is_not_a_callback(
    name: str, args: list[Any], callback: str, calls: Calls, sandbox: Sandbox
) -> None:
    said = refusal(calls, sandbox, name, *args, **{callback: "x"})
    assert f"{callback} has to be" in said
    assert "something to call" in said


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize(("name", "args", "callback"), _CALLBACKS)
def test_a_coroutine_function_is_not_a_callback_of_the_blocking_client(
    name: str, args: list[Any], callback: str, sandbox: Sandbox
) -> None:
    async def tell(_: object) -> None: ...

    with sandbox.sync_client() as client, pytest.raises(ValidationError) as caught:
        method(client, name)(*args, **{callback: tell})
    assert f"{callback} has to be a plain function" in str(caught.value)


# Names, and arguments of another type


@pytest.mark.parametrize("filename", [5, Path("z.jpg"), b"z.jpg"])
@pytest.mark.parametrize(
    "name", ["upload_one", "upload", "documents.upload_one", "documents.upload"]
)
def test_a_name_to_store_is_text(name: str, filename: Any, calls: Calls, sandbox: Sandbox) -> None:
    said = refusal(calls, sandbox, name, b"hello", filename=filename)
    assert f"filename has to be text, such as 'photo.jpg'; got {filename!r}" in said


@pytest.mark.parametrize("name", ["upload", "documents.upload"])
def test_every_name_to_store_is_text(name: str, calls: Calls, sandbox: Sandbox) -> None:
    said = refusal(calls, sandbox, name, [b"a", b"b"], filenames=["a.jpg", 3])
    assert "filenames[1] has to be text" in said


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize(
    ("name", "file"),
    [("upload", "a.jpg"), ("documents.upload", "a.txt"), ("video_uploads.upload_one", "a.mp4")],
)
@pytest.mark.parametrize("journal", [3, b"a.journal"])
def test_a_journal_is_a_path(
    name: str, file: str, journal: Any, calls: Calls, sandbox: Sandbox
) -> None:
    assert "journal has to be a path" in refusal(calls, sandbox, name, file, journal=journal)


@pytest.mark.parametrize("path", [3, io.BytesIO(), None])
def test_a_download_goes_to_a_path(path: Any, calls: Calls, sandbox: Sandbox) -> None:
    assert "path has to be a path" in refusal(calls, sandbox, "files.download_to", "id", path)


@pytest.mark.parametrize("given", [3, "abc", None, {"filename": "a.txt"}])
@pytest.mark.parametrize("name", ["documents.batch_prepare", "uploads.batch_prepare"])
def test_a_batch_is_prepared_from_a_list(
    name: str, given: Any, calls: Calls, sandbox: Sandbox
) -> None:
    assert "files has to be a list" in refusal(calls, sandbox, name, given)


@pytest.mark.parametrize("given", [3, "abc", None, {"object_key": "a"}])
@pytest.mark.parametrize("name", ["documents.batch_confirm", "uploads.batch_confirm"])
def test_a_batch_is_confirmed_with_a_list(
    name: str, given: Any, calls: Calls, sandbox: Sandbox
) -> None:
    assert "confirmations has to be a list" in refusal(calls, sandbox, name, "id", given)


@pytest.mark.parametrize("name", ["documents.batch_prepare", "uploads.batch_prepare"])
def test_more_to_say_of_a_batch_is_a_dictionary(name: str, calls: Calls, sandbox: Sandbox) -> None:
    files = [{"filename": "a.txt", "content_type": "text/plain", "size_bytes": 1}]
    said = refusal(calls, sandbox, name, files, additional_params=3)
    assert "additional_params has to be a dictionary" in said


@pytest.mark.parametrize("ids", [3, "abc", ["a", 3]])
@pytest.mark.parametrize("name", ["chat_session", "chats.session", "chats.create_session"])
def test_images_to_talk_about_are_a_list_of_ids(
    name: str, ids: Any, calls: Calls, sandbox: Sandbox
) -> None:
    assert "image_ids" in refusal(calls, sandbox, name, image_ids=ids)


@pytest.mark.parametrize("error", [ValidationError, FileNotFoundError])
@pytest.mark.parametrize("name", SINGLE)
def test_a_missing_file_is_both_errors_that_say_so(
    name: str, error: type[Exception], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(error, match=r"nowhere\.mp4 does not exist") as caught:
        calls(method(calls.client(sandbox), name)("nowhere.mp4"))
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (str(copied), copied.filename) == (str(caught.value), "nowhere.mp4")


# Files that are none


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", [*SINGLE, *MANY])
def test_a_named_pipe_is_refused_unopened(
    name: str, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "a.pipe")
    said = refusal(calls, sandbox, name, tmp_path / "a.pipe")
    assert "a.pipe is not a regular file" in said


@pytest.mark.parametrize("name", SINGLE)
def test_a_device_is_refused(name: str, calls: Calls, sandbox: Sandbox) -> None:
    assert "/dev/zero is not a regular file" in refusal(calls, sandbox, name, "/dev/zero")


# Many bad files


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize(
    ("name", "good"),
    [("upload", "a.jpg"), ("documents.upload", "a.txt"), ("video_uploads.upload", "a.mp4")],
)
def test_all_files_that_cannot_be_uploaded_are_reported_at_once(
    name: str, good: str, calls: Calls, sandbox: Sandbox
) -> None:
    bad = [f"no{number}.x" for number in range(12)]
    said = refusal(calls, sandbox, name, [good, *bad])
    assert "12 of 13 files cannot be uploaded, nothing was sent: no0.x does not exist; " in said
    assert "no9.x does not exist; and 2 more" in said


@pytest.mark.parametrize("name", ["upload", "documents.upload"])
@pytest.mark.parametrize("files", [["a.x", 3], [b"hello"], [""], []])
def test_what_means_no_file_is_refused_even_where_failures_are_results(
    name: str, files: list[Any], calls: Calls, sandbox: Sandbox
) -> None:
    assert refusal(calls, sandbox, name, files, raise_on_failure=False)


# Messages of the errors

_REST: dict[str, dict[str, Any]] = {"describe": {}, "verify": {"content": "red"}}


@pytest.mark.parametrize("name", ["describe", "verify"])
def test_the_error_for_what_is_not_an_image_says_what_one_is(
    name: str, calls: Calls, sandbox: Sandbox
) -> None:
    said = refusal(calls, sandbox, name, 3, **_REST[name])
    assert "image has to be a path, bytes, an http(s) URL or a data URL; got 3" in said


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize("name", ["describe", "verify"])
def test_the_error_for_an_open_image_names_what_to_pass_instead(
    name: str, calls: Calls, sandbox: Sandbox
) -> None:
    with Path("a.jpg").open("rb") as file:
        said = refusal(calls, sandbox, name, file, **_REST[name])
    assert "image is an open file: pass its path, or the bytes that .read() returns" in said


@pytest.mark.parametrize(
    ("name", "args", "names"),
    [
        ("describe", [], "image, object_key or object_keys"),
        ("verify", [], "image, images, object_key or object_keys"),
        ("files.update", ["id"], "title or tags"),
        ("colors.search", [], "hex_code, color_name or color_family"),
    ],
)
def test_a_call_without_any_of_its_arguments_names_them(
    name: str, args: list[Any], names: str, calls: Calls, sandbox: Sandbox
) -> None:
    said = refusal(calls, sandbox, name, *args)
    assert f"pass {names}: at least one is required" in said


def test_one_image_too_many_is_named(calls: Calls, sandbox: Sandbox) -> None:
    said = refusal(calls, sandbox, "describe", draw(), object_key="a")
    assert "object_key has to be left out if image is passed; got 'a'" in said


# Open files


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize("name", [*SINGLE, *MANY])
def test_the_error_for_an_open_file_names_what_to_pass_instead(
    name: str, calls: Calls, sandbox: Sandbox
) -> None:
    with Path("a.jpg").open("rb") as file:
        assert "an open file: pass its path" in refusal(calls, sandbox, name, file)


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize("name", ["upload_one", "upload", "documents.upload"])
def test_the_error_for_an_open_file_says_to_read_it(
    name: str, calls: Calls, sandbox: Sandbox
) -> None:
    with Path("a.jpg").open("rb") as file:
        assert ".read() and filename=..." in refusal(calls, sandbox, name, file)


@pytest.mark.usefixtures("full_folder")
@pytest.mark.parametrize("name", MANY)
def test_the_error_for_an_open_file_among_others_names_what_to_pass_instead(
    name: str, calls: Calls, sandbox: Sandbox
) -> None:
    with Path("a.jpg").open("rb") as file:
        assert "file is an open file" in refusal(calls, sandbox, name, [file])


# Downloads


@pytest.mark.parametrize("path", ["newdir/", "newdir/sub/", "newdir/."])
def test_a_path_that_ends_like_a_directory_is_none_of_a_file(
    path: str, calls: Calls, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refusal(calls, sandbox, "files.download_to", "id", path)
    assert f"path has to be the path of a file, not of a directory; got {path!r}" in said
    assert list(tmp_path.iterdir()) == []
