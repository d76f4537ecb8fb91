"""Contender aiohttp: code by hand on another HTTP library, not an SDK. Async only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.contenders._floor import HEADERS, MESSAGE, decoded
from benchmarks.contenders.tasks import AsyncTasks, Contender
from benchmarks.payloads import FILE_ID


def coroutines(aiohttp: Any, url: str) -> AsyncTasks:
    """An async client."""
    client = aiohttp.ClientSession(headers=HEADERS)
    base = f"{url}/api/v2"

    async def read(path: str) -> Any:
        async with client.get(f"{base}{path}") as answer:
            return json.loads(await answer.read())

    async def stream() -> int:
        buffer, count = bytearray(), 0
        async with client.post(f"{base}/chat/sessions/x/messages/stream", json=MESSAGE) as answer:
            async for chunk in answer.content.iter_any():
                for _ in decoded(buffer, chunk):
                    count += 1
        return count

    async def upload(path: Path) -> Any:
        with path.open("rb") as handle:
            form = aiohttp.FormData()
            form.add_field("files", handle, filename=path.name, content_type="image/jpeg")
            where = f"{base}/user-files/upload/stream-batch"
            async with client.post(where, data=form) as answer:
                return json.loads(await answer.read())

    return AsyncTasks(
        get=lambda: read(f"/user-files/{FILE_ID}"),
        page=lambda: read("/user-files?limit=100&offset=0"),
        stream=stream,
        upload=upload,
        close=client.close,
    )


CONTENDER = Contender("aiohttp", "aiohttp", None, coroutines)
