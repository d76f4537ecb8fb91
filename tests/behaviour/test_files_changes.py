"""Walk through, change, download and delete files, over real HTTP."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from aion.exceptions import (
    AionvisionError,
    AionvisionPermissionError,
    ResourceNotFoundError,
    ServerError,
    ValidationError,
)
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import FORMATS, draw

UNKNOWN = "00000000-0000-4000-8000-000000000000"
PICTURE = draw("PNG", (900, 300))


@pytest.fixture
def library(sandbox: Sandbox) -> dict[str, str]:
    """Four described images: their ids by name."""
    with sandbox.sync_client() as client:
        return {
            name: client.upload_one(draw(kind), filename=name).image_id
            for kind, name in FORMATS.items()
        }


@pytest.fixture
def picture(sandbox: Sandbox) -> str:
    """The id of one image, described, with its variants made."""
    with sandbox.sync_client() as client:
        image_id = client.upload_one(PICTURE, filename="wide.png").image_id
        deadline = time.monotonic() + 5
        while client.files.get(image_id).variant_status != "completed":
            assert time.monotonic() < deadline
            time.sleep(0.005)
    return image_id


@pytest.fixture
def untouched(sandbox: Sandbox) -> Iterator[None]:
    """The test must not have sent anything."""
    yield
    assert sandbox.requests == []


# list_all


def test_p20_all_files_come_once_in_each_of_two_walks(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    files = calls.client(sandbox).files.list_all(sort_by="created_at", page_size=3)
    walks = [[file.id for file in calls.items(files)] for _ in range(2)]
    assert walks == [list(library.values())[::-1]] * 2


def test_nothing_is_fetched_before_the_first_file_is_asked_for(
    calls: Calls, sandbox: Sandbox
) -> None:
    files = calls.client(sandbox).files.list_all()
    assert sandbox.requests == []
    assert calls.items(files) == []
    assert len(sandbox.requests) == 1


def test_filters_hold_for_all_pages(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    folder = calls(client.folders.create("Kept"))
    calls(client.folders.move_files([library["a.gif"], library["a.png"]], folder_id=folder.id))
    files = client.files.list_all(media_types=["image"], folder_id=folder.id, page_size=1)
    assert {file.filename for file in calls.items(files)} == {"a.gif", "a.png"}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("name", "value"),
    [("page_size", 0), ("page_size", 101), ("sort_by", "name"), ("tags", "red"), ("search", "")],
)
def test_a_walk_with_an_argument_out_of_range_is_refused_at_once(
    name: str, value: Any, calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match=f"^{name}"):
        calls.client(sandbox).files.list_all(**{name: value})


def test_p20_a_page_that_repeats_ends_the_walk_with_an_error(calls: Calls) -> None:
    page = b'{"files":[{"id":"f","size_bytes":1,"has_full_description":false}],"total_count":9,'
    with serving({"/api/v2/user-files": (200, {}, page + b'"has_more":true}')}) as url:
        files = calls.client_of(url + "/api/v2", "aion_key_" + "1" * 20).files.list_all()
        with pytest.raises(ServerError, match="repeats"):
            calls.items(files)


# update


def test_title_and_tags_are_changed(calls: Calls, sandbox: Sandbox, picture: str) -> None:
    client = calls.client(sandbox)
    changed = calls(client.files.update(picture, title="Wide", tags=["one", "two"]))
    assert (changed.id, changed.title, changed.tags) == (picture, "Wide", ["one", "two"])
    assert changed.updated_at is not None
    found = calls(client.files.get(picture))
    assert (found.title, found.tags) == ("Wide", ["one", "two"])


def test_p19_left_out_none_and_a_value_are_three_updates(
    calls: Calls, sandbox: Sandbox, picture: str
) -> None:
    client = calls.client(sandbox)
    calls(client.files.update(picture, title="Wide"))
    kept = calls(client.files.update(picture, tags=["x"]))
    emptied = calls(client.files.update(picture, title=None, tags=["x"]))
    given = calls(client.files.update(picture, title="New", tags=["x"]))
    assert [kept.title, emptied.title, given.title] == ["Wide", None, "New"]
    bodies = [one.body_sha256 for one in sandbox.requests if one.method == "PATCH"]
    assert len(set(bodies)) == 4


def test_none_removes_all_tags(calls: Calls, sandbox: Sandbox, picture: str) -> None:
    assert calls(calls.client(sandbox).files.update(picture, tags=None)).tags == []


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "arguments",
    [{}, {"title": "x" * 256}, {"title": 7}, {"tags": "red"}, {"tags": ["x"] * 41}, {"tags": [""]}],
)
def test_an_update_out_of_range_is_refused_unsent(
    arguments: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError):
        calls(calls.client(sandbox).files.update(UNKNOWN, **arguments))


def test_an_update_of_an_unknown_file_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client(sandbox).files.update(UNKNOWN, title="x"))


# delete


def test_a_deleted_file_is_gone(calls: Calls, sandbox: Sandbox, picture: str) -> None:
    client = calls.client(sandbox)
    gone = calls(client.files.delete(picture))
    assert (gone.id, bool(gone.message)) == (picture, True)
    assert gone.deleted_at is not None
    with pytest.raises(ResourceNotFoundError):
        calls(client.files.get(picture))
    with pytest.raises(ResourceNotFoundError):
        calls(client.files.delete(picture))


def test_a_batch_deletion_names_every_file_in_one_group(
    calls: Calls, sandbox: Sandbox, picture: str
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.hold_description("processing")
    busy = calls(client.upload_one(draw(), filename="b.jpg", wait_for_descriptions=False)).image_id
    answer = calls(client.files.batch_delete([picture, busy, UNKNOWN]))
    assert [one.id for one in answer.deleted] == [picture]
    assert [one.id for one in answer.skipped] == [busy]
    assert [one.id for one in answer.failed] == [UNKNOWN]
    assert answer.failed[0].message == "File not found"
    assert answer.summary == {"total": 3, "deleted": 1, "skipped": 1, "failed": 1}
    assert not answer.all_deleted


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("ids", [[], ["a", "A"], [""], "abc", None, [str(n) for n in range(101)]])
def test_a_batch_deletion_out_of_range_is_refused_unsent(
    ids: Any, calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match=r"^file_ids"):
        calls(calls.client(sandbox).files.batch_delete(ids))


# variants


@pytest.mark.parametrize(
    ("name", "width"), [("original", 900), ("tiny_64", 64), ("medium_750", 750)]
)
def test_a_variant_is_a_url_that_needs_no_key(
    name: str, width: int, calls: Calls, sandbox: Sandbox, picture: str
) -> None:
    url = calls(calls.client(sandbox).files.get_variant(picture, name))
    data = httpx.get(url, verify=False).content
    assert Image.open(io.BytesIO(data)).size[0] == width


def test_the_variant_of_750_pixels_is_the_default(
    calls: Calls, sandbox: Sandbox, picture: str
) -> None:
    assert "medium_750" in calls(calls.client(sandbox).files.get_variant(picture))


def test_a_variant_that_is_not_made_yet_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.hold("variants", "pending")
    image_id = calls(client.upload_one(draw(), filename="a.jpg")).image_id
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(client.files.get_variant(image_id))
    assert caught.value.code == "VARIANT_NOT_READY"


@pytest.mark.usefixtures("untouched")
def test_an_unknown_variant_is_refused_unsent(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match=r"^variant_type"):
        calls(calls.client(sandbox).files.get_variant(UNKNOWN, "huge_9000"))


def test_variants_can_be_made_again(calls: Calls, sandbox: Sandbox, picture: str) -> None:
    answer = calls(calls.client(sandbox).files.trigger_variant_generation(picture))
    assert answer["image_id"] == picture
    assert answer["success"] is True
    assert answer["task_id"]


def test_variants_of_a_foreign_file_are_a_permission_error(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("trigger_variant_generation", status=403)
    with pytest.raises(AionvisionPermissionError):
        calls(calls.client(sandbox).files.trigger_variant_generation(UNKNOWN))


# download


def test_p17_a_download_brings_the_bytes_without_showing_the_key_to_their_host(
    calls: Calls, sandbox: Sandbox, picture: str
) -> None:
    assert calls(calls.client(sandbox).files.download(picture)) == PICTURE
    fetched = sandbox.requests[-1]
    assert fetched.path.startswith("/_objects/")
    assert "authorization" not in fetched.headers
    assert sandbox.api_key not in repr(fetched)


def test_a_download_of_an_unknown_file_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client(sandbox).files.download(UNKNOWN))


@pytest.mark.parametrize("kind", [str, Path])
def test_a_download_to_disk_replaces_the_file_whole(
    kind: Callable[[Path], str | Path], calls: Calls, sandbox: Sandbox, picture: str, tmp_path: Path
) -> None:
    path = tmp_path / "kept.png"
    path.write_bytes(b"old")
    assert calls(calls.client(sandbox).files.download_to(picture, kind(path))) == path
    assert path.read_bytes() == PICTURE
    assert list(tmp_path.iterdir()) == [path]


def test_a_download_to_disk_goes_where_a_link_leads(
    calls: Calls, sandbox: Sandbox, picture: str, tmp_path: Path
) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "real.png").write_bytes(b"old")
    link = tmp_path / "link.png"
    link.symlink_to(Path("far", "real.png"))
    assert calls(calls.client(sandbox).files.download_to(picture, link)) == link
    assert link.is_symlink()
    assert (tmp_path / "far" / "real.png").read_bytes() == PICTURE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_download_replaces_no_pipe_and_no_device(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    client = calls.client(sandbox)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(ValidationError, match="not of a pipe or a device"):
            calls(client.files.download_to("f1", path))
    assert pipe.is_fifo()
    assert sandbox.requests == []


def test_a_download_through_a_link_into_no_directory_is_refused_unsent(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "link.png").symlink_to(tmp_path / "nowhere" / "real.png")
    with pytest.raises(ValidationError, match="in a directory that exists"):
        calls(calls.client(sandbox).files.download_to(UNKNOWN, tmp_path / "link.png"))
    assert sandbox.requests == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
def test_a_download_to_disk_keeps_who_may_read_the_file(
    calls: Calls, sandbox: Sandbox, picture: str, tmp_path: Path
) -> None:
    path = tmp_path / "kept.png"
    path.write_bytes(b"old")
    path.chmod(0o640)
    calls(calls.client(sandbox).files.download_to(picture, path))
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_download_that_breaks_off_leaves_the_disk_as_it_was(calls: Calls, tmp_path: Path) -> None:
    path = tmp_path / "kept.png"
    path.write_bytes(b"old")
    routes: Routes = {
        f"/api/v2/user-files/{UNKNOWN}/download": (302, {"Location": "/bytes"}, b""),
        "/bytes": (200, {"Content-Length": "1000"}, b"only this"),
    }
    with serving(routes) as url:
        client = calls.client_of(url + "/api/v2", "aion_key_" + "1" * 20, max_retries=0)
        with pytest.raises(AionvisionError):
            calls(client.files.download_to(UNKNOWN, path))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("place", [".", "missing/a.png"])
def test_a_path_that_cannot_be_written_is_refused_unsent(
    place: str, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(ValidationError, match=r"^path"):
        calls(calls.client(sandbox).files.download_to(UNKNOWN, tmp_path / place))


Routes = dict[str, tuple[int, dict[str, str], bytes]]


@contextmanager
def serving(routes: Routes) -> Generator[str]:
    """Run a server with a fixed response for each path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = routes[self.path.partition("?")[0]]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
