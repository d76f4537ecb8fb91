"""Bodies that no operation of the contract has, over HTTP: JSON parts, files, texts."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aion_api import JsonPart, MultipartBody, Operation, RawBody, Request
from tests.behaviour.calls import Calls

KEY = "aion_body_kinds_" + "0123456789abcdefABCDEF"


class Recorder(ThreadingHTTPServer):
    """A server that records bodies by their media types, and responds with 204."""

    bodies: dict[str, bytes]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        media_type = self.headers["Content-Type"].partition(";")[0]
        assert isinstance(self.server, Recorder)
        self.server.bodies[media_type] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        pass


@contextmanager
def recorder() -> Generator[Recorder]:
    server = Recorder(("127.0.0.1", 0), _Handler)
    server.bodies = {}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Generator[Recorder]:
    with recorder() as running:
        yield running


def sent(calls: Calls, server: Recorder, body: RawBody | MultipartBody) -> Any:
    """Send a body; return what the call returns."""
    operation: Operation[Any] = Operation(
        "send",
        "things.send",
        "POST",
        "/api/v2/things",
        kind="json_or_empty",
        decode=lambda data: data,
        repeatable=False,
    )
    client = calls.client_of(f"http://127.0.0.1:{server.server_port}/api/v2", KEY)
    return calls(client.call(Request(operation, "/api/v2/things", body=body)))


def test_a_file_is_the_body(calls: Calls, server: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG" * 100_000)
    sent(calls, server, RawBody(path, "image/png"))
    assert server.bodies == {"image/png": b"\x89PNG" * 100_000}


def test_a_text_is_the_body(calls: Calls, server: Recorder) -> None:
    sent(calls, server, RawBody("ä", "text/plain"))
    assert server.bodies == {"text/plain": "ä".encode()}


def test_an_object_is_a_part_of_a_multipart_body(calls: Calls, server: Recorder) -> None:
    sent(calls, server, MultipartBody([("about", JsonPart({"a": [1]}))]))
    part = b'name="about"\r\nContent-Type: application/json\r\n\r\n{"a":[1]}\r\n'
    assert part in server.bodies["multipart/form-data"]


def test_an_empty_response_where_json_may_be_is_none(calls: Calls, server: Recorder) -> None:
    assert sent(calls, server, RawBody(b"a", "text/plain")) is None
