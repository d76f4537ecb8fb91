"""A download resumes where its connection broke; its file is complete or missing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionPermissionError,
    ServerError,
)
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

FILE = "00000000-0000-0000-0000-000000000000"
KEY = "aion_key_" + "1" * 20
OLD = bytes(range(256)) * 1000
NEW = bytes(reversed(range(256))) * 900


@dataclass
class Store:
    """An object, how it is served, and the requests for it.

    Attributes:
        data: Its bytes.
        etag: Its ETag; None for none.
        ranges: Whether ranges are served.
        cut: After how many bytes each response breaks, in order; None for not at all.
        after: Called after each response with the number of responses so far.
        seen: The headers of the requests for the object.
        located: How often the URL was requested.
    """

    data: bytes = OLD
    etag: str | None = '"old"'
    ranges: bool = True
    cut: list[int | None] = field(default_factory=list[int | None])
    after: Callable[[Store, int], None] = lambda store, number: None
    seen: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    located: int = 0
    refuse: list[int] = field(default_factory=list[int])
    shift: int = 0

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Serve the object once."""
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.seen.append(headers)
        if self.refuse and (status := self.refuse.pop(0)):
            handler.send_response(status)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        start = 0
        wanted = headers.get("range")
        if wanted and self.ranges and headers.get("if-range") in (None, self.etag):
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) + self.shift
        body = self.data[start:]
        handler.send_response(206 if start else 200)
        if start:
            place = f"bytes {start}-{len(self.data) - 1}/{len(self.data)}"
            handler.send_header("Content-Range", place)
        if self.etag:
            handler.send_header("ETag", self.etag)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        cut = self.cut.pop(0) if self.cut else None
        handler.wfile.write(body if cut is None else body[:cut])
        handler.close_connection = True
        self.after(self, len(self.seen))

    @property
    def asked(self) -> list[str | None]:
        """Return the requested ranges."""
        return [one.get("range") for one in self.seen]


@contextmanager
def serving(store: Store) -> Generator[str]:
    """The base URL of a service whose one file is the object."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.startswith("/object"):
                store.answer(self)
                return
            store.located += 1
            self.send_response(302)
            self.send_header("Location", f"/object?number={store.located}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The target of the download; an older file exists."""
    path = tmp_path / "kept.bin"
    path.write_bytes(b"older")
    return path


def download(calls: Calls, store: Store, path: Path, **settings: Any) -> None:
    with serving(store) as url:
        client = calls.client_of(url, KEY, **settings)
        assert calls(client.files.download_to(FILE, path)) == path
    assert list(path.parent.iterdir()) == [path]


def test_a_download_that_breaks_resumes_where_it_was(calls: Calls, path: Path) -> None:
    store = Store(cut=[100_000, 50_000])
    download(calls, store, path)
    assert path.read_bytes() == OLD
    assert store.asked == [None, "bytes=100000-", "bytes=150000-"]
    assert {one.get("if-range") for one in store.seen[1:]} == {'"old"'}
    assert store.located == 1


def test_a_store_that_serves_no_ranges_is_read_from_the_beginning(calls: Calls, path: Path) -> None:
    store = Store(cut=[100_000], ranges=False)
    download(calls, store, path)
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("etag", [None, 'W/"old"'])
def test_without_a_strong_etag_no_range_is_asked_for(
    etag: str | None, calls: Calls, path: Path
) -> None:
    store = Store(cut=[100_000], etag=etag)
    download(calls, store, path)
    assert path.read_bytes() == OLD
    assert store.asked == [None, None]


def change(store: Store, number: int) -> None:
    """Another object replaces the first one after the first response."""
    store.data, store.etag = NEW, '"new"'


def test_an_object_that_changed_in_between_is_read_from_the_beginning(
    calls: Calls, path: Path
) -> None:
    store = Store(cut=[100_000], after=change)
    download(calls, store, path)
    assert path.read_bytes() == NEW


def test_a_part_of_another_object_is_not_joined_to_the_first(calls: Calls, path: Path) -> None:
    class Careless(Store):
        def answer(self, handler: BaseHTTPRequestHandler) -> None:
            del handler.headers["if-range"]
            super().answer(handler)

    store = Careless(cut=[100_000], after=change)
    download(calls, store, path)
    assert path.read_bytes() == NEW
    assert store.asked == [None, "bytes=100000-", None]


def test_another_part_than_was_asked_for_is_not_joined(calls: Calls, path: Path) -> None:
    store = Store(cut=[100_000], shift=10)
    download(calls, store, path)
    assert path.read_bytes() == OLD
    assert store.asked == [None, "bytes=100000-", None]


def test_a_range_that_cannot_be_served_is_read_from_the_beginning(calls: Calls, path: Path) -> None:
    store = Store(cut=[100_000], refuse=[0, 416])
    download(calls, store, path)
    assert path.read_bytes() == OLD
    assert store.asked == [None, "bytes=100000-", None]


def test_a_url_that_expires_in_between_is_asked_for_again(calls: Calls, path: Path) -> None:
    store = Store(cut=[100_000], refuse=[0, 403])
    download(calls, store, path)
    assert path.read_bytes() == OLD
    assert store.located == 2


@pytest.mark.parametrize("refuse", [[0, 403, 416], [0, 416, 403]])
def test_a_url_may_expire_for_a_range_that_cannot_be_served(
    refuse: list[int], calls: Calls, path: Path
) -> None:
    store = Store(cut=[100_000], refuse=list(refuse))
    download(calls, store, path)
    assert path.read_bytes() == OLD
    assert store.located == 2


def test_a_refused_object_is_an_error_at_once(calls: Calls, path: Path) -> None:
    store = Store(refuse=[403])
    with pytest.raises(AionvisionPermissionError):
        download(calls, store, path)
    assert (store.located, path.read_bytes()) == (1, b"older")


def test_a_download_that_always_breaks_is_given_up_and_leaves_nothing_half(
    calls: Calls, path: Path
) -> None:
    store = Store(cut=[10] * 20)
    with pytest.raises(AionvisionConnectionError):
        download(calls, store, path, max_retries=2)
    assert len(store.seen) == 3
    assert path.read_bytes() == b"older"
    assert list(path.parent.iterdir()) == [path]


def test_a_download_that_gets_on_may_break_more_often(calls: Calls, path: Path) -> None:
    data = OLD * 24
    store = Store(data=data, cut=[1_200_000] * 4)
    download(calls, store, path, max_retries=1)
    assert path.read_bytes() == data
    assert len(store.seen) == 5


def test_a_part_that_is_too_short_is_not_a_whole_file(calls: Calls, path: Path) -> None:
    class Short(Store):
        def answer(self, handler: BaseHTTPRequestHandler) -> None:
            self.seen.append({})
            handler.send_response(206)
            handler.send_header("Content-Range", "bytes 0-99/200")
            handler.send_header("Content-Length", "100")
            handler.end_headers()
            handler.wfile.write(bytes(100))

    store = Short()
    with pytest.raises(ServerError, match="100 of 200 bytes"):
        download(calls, store, path, max_retries=1)
    assert (len(store.seen), path.read_bytes()) == (2, b"older")


def test_the_sandbox_serves_the_rest_of_an_object(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    image = draw("PNG", (900, 700))
    stored = calls(client.upload_one(image, filename="a.png"))
    sandbox.faults.cut("objects.get", times=2)
    calls(client.files.download_to(stored.image_id, tmp_path / "a.png"))
    assert (tmp_path / "a.png").read_bytes() == image
    fetched = [one for one in sandbox.requests if one.operation == "objects.get"]
    assert [one.status for one in fetched] == [200, 206, 206]
    assert all("authorization" not in one.headers for one in fetched)


def test_without_retries_a_break_is_an_error(calls: Calls, path: Path) -> None:
    store = Store(cut=[100_000])
    with pytest.raises(AionvisionError):
        download(calls, store, path, max_retries=0)
    assert path.read_bytes() == b"older"
