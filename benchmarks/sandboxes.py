"""Runs a sandbox to be measured, in its own process on one core.

`python -m benchmarks.sandboxes --files N [--core N]` stores N files, prints its port and serves
until its standard input ends. `Wire` calls it over a bare socket, so that the client costs almost
nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, fields
from typing import Final

from aion.sandbox.images.color_job import store_colors
from aion.sandbox.images.color_names import nearest_name
from aion.sandbox.images.palette import Swatch
from aion.sandbox.runtime.state import State
from aion.sandbox.seeds.libraries import seed
from aion.sandbox.server import SandboxServer
from aion.sandbox.settings.options import DEFAULT_API_KEY, Limits, Options
from aion.sandbox.store.files import StoredFile
from benchmarks.server import PROJECT

DRAWN: Final = 100
"""Number of pictures that are drawn; the other files are copies with other names."""
_REST: Final = 3600.0
"""Seconds before the work on an upload begins, because only its acceptance is measured."""
_SUBJECTS: Final = ("harbor", "market", "garden", "street", "hill", "station", "lake", "bridge")


class Wire:
    """One connection; responses are bytes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {DEFAULT_API_KEY}\r\n"

    def request(self, method: str, path: str, body: bytes = b"", content_type: str = "") -> bytes:
        """Return a complete request, which can be sent many times."""
        head = f"{method} {path} HTTP/1.1\r\n{self._head}"
        if body:
            head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode() + body

    def ask(self, request: bytes) -> bytes:
        """Send a request, and return the body of the response.

        Raises:
            RuntimeError: the response is not a success, or the connection was closed.
        """
        self.send(request)
        return self.answer()

    def send(self, request: bytes) -> None:
        """Send a request."""
        self._socket.sendall(request)

    def answer(self) -> bytes:
        """Return the body of the response to the sent request.

        Raises:
            RuntimeError: as for `ask`.
        """
        data = self._read(b"")
        while (end := data.find(b"\r\n\r\n")) < 0:
            data = self._read(data)
        head, body = data[:end].lower(), data[end + 4 :]
        length = int(head.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body = self._read(body)
        if not head.startswith(b"http/1.1 2"):
            raise RuntimeError(f"the sandbox answered {(head + body)[:300]!r}")
        return body

    def _read(self, before: bytes) -> bytes:
        data = self._socket.recv(1024 * 1024)
        if not data:
            raise RuntimeError("the sandbox closed the connection")
        return before + data

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Running:
    """A running sandbox."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the processor time of its process in seconds, all threads together.

        Outside Linux, where this is not available, return wall-clock seconds.
        """
        if sys.platform != "linux":
            return time.perf_counter()
        # How Linux numbers the processor clock of another process: clock_getcpuclockid(3).
        return time.clock_gettime((~self.pid << 3) | 2)


@contextlib.contextmanager
def running(files: int) -> Generator[Running]:
    """Start a sandbox with `files` files; it has one core, and this process the others."""
    command = [sys.executable, "-m", "benchmarks.sandboxes", "--files", str(files)]
    cores = _cores()
    if len(cores) > 1:
        command += ["--core", str(cores[-1])]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            with _pinned(cores[:-1]):
                yield Running(port, process.pid)
        finally:
            process.stdin.close()


async def fill(state: State, count: int) -> None:
    """Store `count` described pictures, each with eight colors."""
    drawn = [state.files.get(one) for one in await seed(state, "photos", min(count, DRAWN))]
    known = [file for file in drawn if file is not None]
    kept = [one.name for one in fields(StoredFile) if one.name != "n"]
    with state.database.transaction():
        for number in range(len(known), count):
            model = known[number % len(known)]
            values = {name: getattr(model, name) for name in kept}
            values |= {
                "id": state.files.new_id(),
                "filename": f"photo-{number:05}.jpg",
                "title": f"{_SUBJECTS[number % len(_SUBJECTS)].title()} {number}",
                "tags": model.tag_list(),
                "extra": model.extras(),
                "created_at": state.clock.stamp(),
            }
            stored = state.files.add(**values)
            store_colors(state, stored.id, _palette(number), stored.created_at)


def _palette(number: int) -> list[Swatch]:
    """Return eight colors like those of a photograph, from the whole RGB cube."""
    found: list[Swatch] = []
    for place in range(8):
        # An odd step visits all 512 points of the cube.
        point = (number * 8 + place) * 167 % 512
        rgb = point // 64 * 36, point // 8 % 8 * 36, point % 8 * 36
        code = "#{:02X}{:02X}{:02X}".format(*rgb)
        found.append(Swatch(code, 23.0 - 3 * place, nearest_name(rgb)))
    return found


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []


@contextlib.contextmanager
def _pinned(cores: list[int]) -> Generator[None]:
    if sys.platform != "linux" or not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, required=True)
    parser.add_argument("--core", type=int)
    options = parser.parse_args()
    if options.core is not None and sys.platform == "linux":
        os.sched_setaffinity(0, {options.core})
    server = SandboxServer(Options(pace=_REST, limits=Limits(monthly_uploads=10**9)))
    server.start()
    try:
        if options.files:
            server.run(lambda: fill(server.state, options.files))
        print(server.url.rpartition(":")[2], flush=True)
        sys.stdin.read()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
