"""Contender floor: the code that people write without an SDK, on httpx and `json.loads`."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.contenders.tasks import AsyncTasks, Contender, SyncTasks
from benchmarks.payloads import AT_ONCE, BATCH, CHUNK, FILE_ID

HEADERS = {"Authorization": "Bearer aion_fake_key_for_benchmarks_000000"}
PIECE = 65536
MESSAGE = {"message": "What is there?"}
UPLOAD = "/api/v2/user-files/upload/stream-batch"


def decoded(buffer: bytearray, chunk: bytes) -> Iterator[Any]:
    """The smallest useful decoder of server-sent events: LF only, no ids, no comments."""
    buffer += chunk
    *whole, rest = bytes(buffer).split(b"\n\n")
    buffer[:] = rest
    for block in whole:
        for line in block.split(b"\n"):
            if line.startswith(b"data: "):
                yield json.loads(line[6:])


def batches(folder: Path) -> Iterator[list[Path]]:
    """Yield the files below a directory, as one list for each request."""
    paths = iter(sorted(folder.glob("*/*")))
    while batch := list(itertools.islice(paths, BATCH)):
        yield batch


@contextmanager
def opened(batch: list[Path]) -> Generator[list[tuple[str, tuple[str, Any, str]]]]:
    """Return the form of one request."""
    with ExitStack() as stack:
        yield [
            ("files", (path.name, stack.enter_context(path.open("rb")), "image/jpeg"))
            for path in batch
        ]


def chunks(path: Path) -> Iterator[tuple[int, int]]:
    """Return the offset and the length of each chunk of a video."""
    size = path.stat().st_size
    for start in range(0, size, CHUNK):
        yield start, min(CHUNK, size - start)


def pieces(path: Path, start: int, size: int) -> Iterator[bytes]:
    """Yield the bytes of a chunk, as they are read from disk."""
    with path.open("rb") as handle:
        handle.seek(start)
        while size:
            yield (piece := handle.read(min(PIECE, size)))
            size -= len(piece)


def blocking(httpx: Any, url: str) -> SyncTasks:
    """A sync client."""
    client = httpx.Client(headers=HEADERS, timeout=60)
    base = f"{url}/api/v2"

    def stream() -> int:
        buffer, count = bytearray(), 0
        with client.stream("POST", f"{base}/chat/sessions/x/messages/stream", json=MESSAGE) as got:
            for chunk in got.iter_bytes():
                for _ in decoded(buffer, chunk):
                    count += 1
        return count

    def upload(path: Path) -> Any:
        with path.open("rb") as handle:
            files = {"files": (path.name, handle, "image/jpeg")}
            return client.post(f"{url}{UPLOAD}", files=files).json()

    def send(batch: list[Path]) -> Any:
        with opened(batch) as files:
            return client.post(f"{url}/bulk{UPLOAD}", files=files).json()

    def bulk(folder: Path) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(send, batches(folder)))

    def video(path: Path) -> None:
        def put(chunk: tuple[int, int]) -> Any:
            headers = {"Content-Length": str(chunk[1])}
            return client.put(f"{url}/video/chunk", content=pieces(path, *chunk), headers=headers)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(put, chunks(path)))

    return SyncTasks(
        get=lambda: json.loads(client.get(f"{base}/user-files/{FILE_ID}").content),
        page=lambda: json.loads(client.get(f"{base}/user-files?limit=100&offset=0").content),
        stream=stream,
        upload=upload,
        bulk=bulk,
        video=video,
        close=client.close,
    )


def coroutines(httpx: Any, url: str) -> AsyncTasks:
    """An async client."""
    client = httpx.AsyncClient(headers=HEADERS, timeout=60)
    base = f"{url}/api/v2"

    async def read(path: str) -> Any:
        return json.loads((await client.get(f"{base}{path}")).content)

    async def stream() -> int:
        buffer, count = bytearray(), 0
        path = f"{base}/chat/sessions/x/messages/stream"
        async with client.stream("POST", path, json=MESSAGE) as got:
            async for chunk in got.aiter_bytes():
                for _ in decoded(buffer, chunk):
                    count += 1
        return count

    async def upload(path: Path) -> Any:
        with path.open("rb") as handle:
            files = {"files": (path.name, handle, "image/jpeg")}
            return (await client.post(f"{url}{UPLOAD}", files=files)).json()

    async def bulk(folder: Path) -> None:
        left = batches(folder)

        async def worker() -> None:
            for batch in left:
                with opened(batch) as files:
                    (await client.post(f"{url}/bulk{UPLOAD}", files=files)).json()

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

    async def video(path: Path) -> None:
        left = chunks(path)

        async def content(start: int, size: int) -> AsyncIterator[bytes]:
            for piece in pieces(path, start, size):
                yield piece

        async def worker() -> None:
            for start, size in left:
                headers = {"Content-Length": str(size)}
                await client.put(
                    f"{url}/video/chunk", content=content(start, size), headers=headers
                )

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

    return AsyncTasks(
        get=lambda: read(f"/user-files/{FILE_ID}"),
        page=lambda: read("/user-files?limit=100&offset=0"),
        stream=stream,
        upload=upload,
        bulk=bulk,
        video=video,
        close=client.aclose,
    )


CONTENDER = Contender("floor", "httpx", blocking, coroutines)
