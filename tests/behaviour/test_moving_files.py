"""Files that disappear or change while they are used: an error of this package, nothing raw."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import tracemalloc
from base64 import b64decode
from collections.abc import Callable, Coroutine, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from aion._http.content import Version, version_of
from aion.exceptions import AionvisionError, UploadError, ValidationError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls, Client
from tests.behaviour.movies import movie
from tests.behaviour.moving import CHANGES, changing
from tests.behaviour.papers import MANUAL
from tests.behaviour.pictures import NAVY, draw

pytestmark = pytest.mark.skipif(os.name == "nt", reason="an open file cannot be replaced there")

Call = Callable[[Client, Path], Coroutine[Any, Any, Any] | Any]
EMBEDDED: dict[str, Call] = {
    "describe": lambda client, path: client.describe(path),
    "describe of many": lambda client, path: client.describe([path]),
    "verify": lambda client, path: client.verify(path, "It is red."),
    "verify of many": lambda client, path: client.verify(images=[path], contents=["It is red."]),
}
"""Calls that send an image inside JSON."""
UPLOADS: dict[str, tuple[str, bytes, Call]] = {
    "image": ("a.jpg", draw(), lambda client, path: client.upload_one(path)),
    "images": ("a.jpg", draw(), lambda client, path: client.upload([path])),
    "text": ("a.md", MANUAL.encode(), lambda client, path: client.documents.upload_one(path)),
    "documents": ("a.md", MANUAL.encode(), lambda client, path: client.documents.upload([path])),
    "video": (
        "a.mp4",
        movie(),
        lambda client, path: client.video_uploads.upload_one(path, auto_analyze=False),
    ),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A red image on disk."""
    target = tmp_path / "red.jpg"
    target.write_bytes(draw())
    return target


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_file_is_opened_once(name: str, path: Path, calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with changing(path) as openings:
        calls(EMBEDDED[name](client, path))
    assert openings.count == 1


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", EMBEDDED)
def test_a_file_that_goes_when_it_is_opened_is_refused_unsent(
    name: str, change: str, path: Path, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with changing(path, CHANGES[change]), pytest.raises(ValidationError, match=r"red\.jpg"):
        calls(EMBEDDED[name](client, path))
    assert sandbox.requests == []


@pytest.mark.parametrize("when", [1, 2, 3])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", UPLOADS)
def test_an_upload_of_a_file_that_goes_at_any_opening_is_an_error_of_ours(
    name: str, change: str, when: int, tmp_path: Path, calls: Calls, sandbox: Sandbox
) -> None:
    filename, data, call = UPLOADS[name]
    target = tmp_path / filename
    target.write_bytes(data)
    client = calls.client(sandbox, max_retries=0)
    raised: AionvisionError | None = None
    with changing(target, CHANGES[change], when) as openings:
        try:
            calls(call(client, target))
        except AionvisionError as error:
            raised = error
    # Where it is opened less often, nothing happened to it.
    assert (raised is not None) == (openings.count >= when)


def test_a_file_that_grows_while_it_is_read_is_refused_unsent(
    path: Path, calls: Calls, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def growing(found: os.stat_result) -> Version:
        with path.open("ab") as file:
            file.write(b"more")
        return version_of(found)

    monkeypatch.setattr("aion.uploads._local_file.version_of", growing)
    with pytest.raises(UploadError, match=r"red\.jpg changed while it was read"):
        calls(calls.client(sandbox).describe(path))
    assert sandbox.requests == []


def test_P10_a_description_is_repeated_with_the_bytes_that_were_read(
    path: Path, calls: Calls, draining: Draining
) -> None:
    def change() -> int:
        path.write_bytes(draw(color=NAVY))
        return 500

    draining.statuses = [change, lambda: 200]
    client = calls.client_of(draining.base_url, "aion_" + "k" * 24)
    calls(client.describe(path))
    assert draining.digests[0] == draining.digests[1]


def test_the_body_holds_the_bytes_of_the_file(path: Path, calls: Calls, draining: Draining) -> None:
    draining.keep = True
    client = calls.client_of(draining.base_url, "aion_" + "k" * 24)
    calls(client.describe(path))
    assert b64decode(json.loads(draining.body)["image_base64"]) == path.read_bytes()


@pytest.mark.parametrize("name", ["describe", "verify"])
def test_P21_a_large_file_is_held_once_and_not_as_text(
    name: str, tmp_path: Path, calls: Calls, draining: Draining
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(draw() + bytes(24_000_000))
    client = calls.client_of(draining.base_url, "aion_" + "k" * 24, timeout=60.0)
    tracemalloc.start()
    try:
        calls(EMBEDDED[name](client, large))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000


class Draining(ThreadingHTTPServer):
    """A service that reads bodies without keeping them."""

    daemon_threads = True
    keep = False
    body = b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Drain)
        self.statuses: list[Callable[[], int]] = []
        self.digests: list[str] = []
        self.base_url = f"http://127.0.0.1:{self.server_port}/api/v2"


class _Drain(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = cast("Draining", self.server)
        left, digest = int(self.headers["Content-Length"]), hashlib.sha256()
        while left:
            piece = self.rfile.read(min(left, 65536))
            left -= len(piece)
            digest.update(piece)
            if server.keep:
                server.body += piece
        server.digests.append(digest.hexdigest())
        status = server.statuses.pop(0)() if server.statuses else 200
        answer = json.dumps(_ANSWER).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has
        del format, args


_ANSWER: dict[str, Any] = {
    "operation_id": "1",
    "description": "A picture.",
    "is_verified": True,
    "confidence_score": 1.0,
    "verification_level": "standard",
    "processing_time_ms": 1,
    "providers_used": [],
}


@pytest.fixture
def draining() -> Iterator[Draining]:
    """A service that reads bodies without keeping them, running."""
    with Draining() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
