"""Contender aion, called as by users, with the standard library's JSON and with msgspec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aion import AionVision, SyncAionVision
from aion._engine import jsontext
from aion_api import File
from aion_api.api import user_files
from aion_api.models.user_files import StreamBatchUploadBody
from benchmarks.contenders.tasks import AsyncTasks, Contender, SyncTasks
from benchmarks.payloads import FILE_ID

KEY = "aion_fake_key_for_benchmarks_000000"
SESSION = "0b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"


def body(path: Path) -> StreamBatchUploadBody:
    """Return the form of one file, read from disk."""
    return StreamBatchUploadBody([File(path, path.name, "image/jpeg")])


def blocking(_: Any, url: str) -> SyncTasks:
    """A sync client."""
    client = SyncAionVision(KEY, base_url=f"{url}/api/v2")
    bulk = SyncAionVision(KEY, base_url=f"{url}/bulk/api/v2")

    def close() -> None:
        bulk.close()
        client.close()

    def stream() -> int:
        with client.chats.send_stream("What is there?", session_id=SESSION) as tokens:
            return sum(1 for _ in tokens)

    def video(path: Path) -> object:
        base_url = f"{url}/video/{path.stat().st_size}/api/v2"
        with SyncAionVision(KEY, base_url=base_url) as one:
            return one.video_uploads.upload_one(path, wait_for_analysis=False)

    # This bypasses `uploads`, whose limit is 100 MB a file: the benchmark sends larger ones.
    engine = client.files._engine  # pyright: ignore[reportPrivateUsage]
    return SyncTasks(
        get=lambda: client.files.get(FILE_ID),
        page=lambda: client.files.list(limit=100),
        stream=stream,
        upload=lambda path: engine.call(user_files.stream_batch_upload(body=body(path))),
        bulk=bulk.upload,
        video=video,
        close=close,
    )


def coroutines(_: Any, url: str) -> AsyncTasks:
    """An async client."""
    client = AionVision(KEY, base_url=f"{url}/api/v2")
    bulk = AionVision(KEY, base_url=f"{url}/bulk/api/v2")

    async def close() -> None:
        await bulk.close()
        await client.close()

    async def stream() -> int:
        count = 0
        async with client.chats.send_stream("What is there?", session_id=SESSION) as tokens:
            async for _ in tokens:
                count += 1
        return count

    async def video(path: Path) -> object:
        base_url = f"{url}/video/{path.stat().st_size}/api/v2"
        async with AionVision(KEY, base_url=base_url) as one:
            return await one.video_uploads.upload_one(path, wait_for_analysis=False)

    engine = client.files._engine  # pyright: ignore[reportPrivateUsage]
    return AsyncTasks(
        get=lambda: client.files.get(FILE_ID),
        page=lambda: client.files.list(limit=100),
        stream=stream,
        upload=lambda path: engine.call(user_files.stream_batch_upload(body=body(path))),
        bulk=bulk.upload,
        video=video,
        close=close,
    )


PLAIN = Contender("aion", "aion", blocking, coroutines, lambda: jsontext.use_msgspec(False))
WITH_ORJSON = Contender(
    "aion+msgspec", "msgspec", blocking, coroutines, lambda: jsontext.use_msgspec(True)
)
