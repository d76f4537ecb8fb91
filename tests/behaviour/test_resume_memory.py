"""P21: what the upload of a video needs of memory does not depend on its size."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.behaviour.movies import movie, saved

WORKER = Path(__file__).with_name("bulk_memory.py")
KEY = "aion_memory_" + "0123456789abcdefABCDEF"
MEDIA = "00000000-0000-0000-0000-000000000000"
MB = 1024 * 1024
CHUNK = 16 * MB


class _Handler(BaseHTTPRequestHandler):
    """Takes videos in chunks, reads everything and keeps nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_PUT(self) -> None:
        left = int(self.headers["content-length"])
        while left:
            left -= len(self.rfile.read(min(left, MB)))
        self.send_response(200)
        self.send_header("etag", '"not kept"')
        self.send_header("content-length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        match self.path.rpartition("/")[2]:
            case "initiate":
                self._answer(_begun(body["size_bytes"]), 201)
            case "confirm":
                self._answer(
                    {
                        "chunk_number": body["chunk_number"],
                        "status": "completed",
                        "chunks_completed": 1,
                        "total_chunks": 1,
                        "progress_percent": 1.0,
                        "estimated_time_remaining": None,
                    }
                )
            case _:
                self._answer({"media_id": MEDIA, "status": "completed", "metadata": {}})

    def _answer(self, body: object, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Log nothing."""


def _begun(size: int) -> dict[str, Any]:
    """A begun upload of a video."""
    return {
        "media_id": MEDIA,
        "upload_id": "one",
        "chunks": [
            {
                "chunk_number": number,
                "size_bytes": min(CHUNK, size - start),
                "upload_url": f"/chunk/{number}",
                "upload_method": "PUT",
                "expires_at": "2030-01-01T00:00:00Z",
            }
            for number, start in enumerate(range(0, size, CHUNK), start=1)
        ],
        "concurrent_upload_limit": 10,
        "retry_attempts": 3,
    }


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


def added(kind: str, base_url: str, folder: Path, size: int) -> int:
    """The bytes that a video of a size added to a process that has uploaded one before."""
    small = saved(folder, "small.mp4")
    large = saved(folder, "large.mp4", movie())
    with large.open("r+b") as file:
        file.truncate(size)
    command = [sys.executable, str(WORKER), kind, "videos", base_url, KEY, str(small), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    results, extra = map(int, done.stdout.split())
    assert results == 1
    return extra


@pytest.mark.parametrize("kind", ["async", "sync"])
def test_P21_a_large_video_in_parallel_chunks_adds_a_few_pieces_of_memory(
    kind: str, nowhere: str, tmp_path: Path
) -> None:
    extra = added(kind, nowhere, tmp_path, 128 * MB)
    assert extra < 32 * MB, f"{extra / MB:.1f} MB for 128 MB"


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["async", "sync"])
def test_P21_2_gib_in_parallel_chunks_add_at_most_32_mb(
    kind: str, nowhere: str, tmp_path: Path
) -> None:
    extra = added(kind, nowhere, tmp_path, 2048 * MB)
    assert extra <= 32 * MB, f"{extra / MB:.1f} MB for 2 GiB"
