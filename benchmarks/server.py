"""Serves prepared responses on raw sockets, in its own process.

`python -m benchmarks.server --tokens N --files N` prints its port and serves until its standard
input ends. A request costs it as little as possible, so that the rows measure the clients. It
responds to paths below ``/slow`` 5 ms later.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import parse_qs

from benchmarks import payloads, shapes
from benchmarks.payloads import BATCH

LATENCY = 0.005
PROJECT = Path(__file__).resolve().parents[1]
_EVENTS_IN_A_WRITE = 64
_IDS = b"-9f0a-"
"""The part of a file id in front of the ten digits that identify its batch."""


def _answer(body: bytes, extra: str = "X-Request-ID: bench") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}{extra}\r\n\r\n".encode() + body


def _with_ids(answer: bytes, batch: bytes) -> bytes:
    """Return the response for the files of another batch."""
    return answer.replace(_IDS + b"0" * 10, _IDS + batch)


def _streamed(events: list[bytes]) -> list[bytes]:
    """Return a response with one HTTP chunk for each event, as services send it."""
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunks = [b"%x\r\n%b\r\n" % (len(one), one) for one in events]
    step = _EVENTS_IN_A_WRITE
    writes = [b"".join(chunks[at : at + step]) for at in range(0, len(chunks), step)]
    return [head, *writes, b"0\r\n\r\n"]


class Answers:
    """All responses, made before the first request."""

    def __init__(self, tokens: int, files: int) -> None:
        self.files = files
        self.known = {path: _answer(body) for path, body in shapes.singles().items()}
        self.known[f"/api/v2/user-files/{payloads.FILE_ID}"] = _answer(payloads.details())
        self.streams = {
            "/openai/chat/completions": _streamed(shapes.completions(tokens)),
            "/openai/v1/chat/completions": _streamed(shapes.completions(tokens)),
            "/anthropic/v1/messages": _streamed(shapes.messages(tokens)),
            "/api/v2/chat/": _streamed(payloads.chat(tokens)),
        }
        self.receipt = _answer(payloads.receipt(1))
        # A bulk upload gets the same response for each request, apart from the ids.
        self.quota = _answer(payloads.quota(files))
        self.stored = _answer(payloads.receipt(BATCH))
        self.described = _answer(payloads.described(BATCH))
        self._batches = itertools.count()
        self.chunk_sent = _answer(b"", 'ETag: "thrown away"')
        self.chunk_confirmed = _answer(payloads.chunk_confirmed())
        self.video_stored = _answer(payloads.video_stored())
        self.pages: dict[tuple[int, int], bytes] = {}

    def page(self, query: str) -> bytes:
        """Return a page of the listing."""
        given = parse_qs(query)
        key = int(given.get("offset", ["0"])[0]), int(given.get("limit", ["20"])[0])
        if key not in self.pages:
            self.pages[key] = _answer(payloads.listing(*key, self.files))
        return self.pages[key]

    def bulk(self, method: str, path: str, query: str) -> bytes:
        """Return the response to a request of a bulk upload."""
        if path.endswith("/quota-check"):
            return self.quota
        if method == "POST":
            return _with_ids(self.stored, b"%010x" % next(self._batches))
        # A client lists the files of one batch in one request.
        return _with_ids(self.described, query.partition(_IDS.decode())[2][:10].encode())

    def video(self, path: str) -> bytes:
        """Return the response to a request of a video upload; the path contains the size."""
        match path.split("/"):
            case ["", "video", "chunk"]:
                return self.chunk_sent
            case ["", "video", size, *_, "initiate"]:
                return _answer(payloads.video_begun(int(size)))
            case [*_, "confirm"]:
                return self.chunk_confirmed
            case _:
                return self.video_stored

    def of(self, method: str, target: str) -> bytes | list[bytes]:
        """Return the response to a request."""
        path, _, query = target.partition("?")
        if path.startswith("/bulk"):
            return self.bulk(method, path, query)
        if path.startswith("/video/"):
            return self.video(path)
        if path == "/api/v2/user-files":
            return self.page(query)
        if path.startswith("/api/v2/chat/"):
            return self.streams["/api/v2/chat/"]
        if method == "POST" and path in self.streams:
            return self.streams[path]
        if method == "POST" and path == "/openai/files":
            return self.known["/openai/files/file-1"]
        if method == "POST" and path == "/anthropic/v1/files":
            return self.known["/anthropic/v1/files/file-1"]
        if method == "POST" and "upload" in path:
            return self.receipt
        return self.known.get(path) or b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Connection(asyncio.Protocol):
    """One connection: reads heads, counts and discards bodies."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._buffer = b""
        self._left: int | None = 0
        """Remaining bytes of the body; None for a chunked one."""
        self._head: tuple[str, str] | None = None
        self._writing: Iterator[bytes] | None = None
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport for responses."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Process received bytes."""
        if self._head is not None and self._left and len(data) < self._left:
            self._left -= len(data)
            return
        self._buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        if self._head is None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            line, _, rest = head.decode("latin-1").partition("\r\n")
            method, target, _ = line.split(" ", 2)
            self._head = method, target
            self._left = _length(rest)
            if "expect: 100-continue" in rest.lower():
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._left is None:
            # The last chunk can only be at the end, because no client pipelines.
            if not self._buffer.endswith(b"0\r\n\r\n"):
                self._buffer = self._buffer[-8:]
                return False
            self._buffer = b""
        elif len(self._buffer) < self._left:
            self._left -= len(self._buffer)
            self._buffer = b""
            return False
        else:
            self._buffer = self._buffer[self._left :]
        method, target = self._head
        self._head, self._left = None, 0
        self._reply(method, target)
        return bool(self._buffer)

    def _reply(self, method: str, target: str) -> None:
        slow = target.startswith("/slow")
        answer = self._answers.of(method, target.removeprefix("/slow"))
        if isinstance(answer, list):
            self._writing = iter(answer)
            self._flow()
        elif slow:
            asyncio.get_running_loop().call_later(LATENCY, self._transport.write, answer)
        else:
            self._transport.write(answer)

    def _flow(self) -> None:
        if self._writing is None:
            return
        for piece in self._writing:
            self._transport.write(piece)
            if self._paused:
                return
        self._writing = None

    def pause_writing(self) -> None:
        """Pause writing, because the reader is slow."""
        self._paused = True

    def resume_writing(self) -> None:
        """Resume writing."""
        self._paused = False
        self._flow()


def _length(head: str) -> int | None:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
        if name.lower() == "transfer-encoding":
            return None
    return 0


async def _serve(answers: Answers) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@contextlib.contextmanager
def running(tokens: int, files: int) -> Generator[str]:
    """Run a server in its own process; yields its URL."""
    command = [sys.executable, "-m", "benchmarks.server"]
    process = subprocess.Popen(
        [*command, "--tokens", str(tokens), "--files", str(files)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=int, required=True)
    parser.add_argument("--files", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(_serve(Answers(options.tokens, options.files)))


if __name__ == "__main__":
    main()
