"""P21: what an upload needs of memory does not depend on the size of the files."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.behaviour.bulk import folder
from tests.behaviour.pictures import draw

WORKER = Path(__file__).with_name("bulk_memory.py")
KEY = "aion_memory_" + "0123456789abcdefABCDEF"
MB = 1024 * 1024
QUOTA = {
    "can_proceed": True,
    "requested": 1,
    "available": 100_000,
    "monthly_limit": 100_000,
    "current_usage": 0,
    "prepaid_credits": 0,
    "max_batch_size": 100,
    "max_concurrent_uploads": 8,
    "message": None,
}
ANSWER = {
    "session_id": "00000000-0000-0000-0000-000000000000",
    "total_files": 5,
    "accepted_files": 0,
    "rejected_files": 5,
    "status": "rejected",
    "immediate_results": None,
    "status_url": "/",
    "websocket_channel": "",
    "rejections": [
        {"filename": "", "index": index, "reason": "not kept", "retryable": False}
        for index in range(5)
    ],
}


class _Handler(BaseHTTPRequestHandler):
    """Reads everything and keeps nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(QUOTA)

    def do_POST(self) -> None:
        left = int(self.headers["content-length"])
        while left:
            left -= len(self.rfile.read(min(left, MB)))
        self._answer(ANSWER)

    def _answer(self, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Log nothing."""


@pytest.fixture(scope="module")
def nowhere() -> Iterator[str]:
    """The base URL of a service that keeps nothing."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/api/v2"
    server.shutdown()
    thread.join()
    server.server_close()


def added(kind: str, base_url: str, warm_up: Path, files: Path, count: int) -> int:
    """The bytes that uploading a folder added to a process that has uploaded before."""
    command = [sys.executable, str(WORKER), kind, "images", base_url, KEY]
    command += [str(warm_up), str(files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    results, extra = map(int, done.stdout.split())
    assert results == count
    return extra


@pytest.mark.parametrize("kind", ["async", "sync"])
def test_P21_large_files_add_a_few_pieces_of_memory(
    kind: str, nowhere: str, tmp_path: Path
) -> None:
    large = folder(tmp_path / "large", 6)
    for path in large.iterdir():
        with path.open("r+b") as file:
            file.truncate(48 * MB)
    extra = added(kind, nowhere, folder(tmp_path / "few", 6), large, 6)
    assert extra < 16 * MB, f"{extra / MB:.1f} MB for 288 MB"


@pytest.mark.parametrize("kind", ["async", "sync"])
def test_P21_many_files_add_a_few_pieces_of_memory(kind: str, nowhere: str, tmp_path: Path) -> None:
    many, image = tmp_path / "many", draw("PNG")
    many.mkdir()
    for number in range(400):
        (many / f"{number:04}.png").write_bytes(image)
    extra = added(kind, nowhere, folder(tmp_path / "few", 6), many, 400)
    assert extra < 12 * MB, f"{extra / MB:.1f} MB for 400 files"
