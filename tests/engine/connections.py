"""Calls of both clients, each with a client of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion.config import ClientConfig
from aion_api import File, Request
from aion_api.api import folders, user_files
from aion_api.models.folders import CreateFolderRequest
from aion_api.models.user_files import StreamBatchUploadBody

KEY = "aion_fake_key_for_tests_0000000000"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
NAME = "service.test"


def get() -> Request[Any]:
    """A read."""
    return user_files.get_user_file(FILE)


def post() -> Request[Any]:
    """A call that is not safe to repeat."""
    return folders.create_folder(body=CreateFolderRequest(name="n"))


def upload() -> Request[Any]:
    """A call whose timeout bounds silence."""
    body = StreamBatchUploadBody(files=[File(b"x", "a.bin", "application/octet-stream")])
    return user_files.stream_batch_upload(body=body)


def settings(url: str, **changed: Any) -> ClientConfig:
    """Settings for one attempt at a service."""
    usual: dict[str, Any] = {"max_retries": 0, "retry_delay": 0.0, "timeout": 20.0}
    return ClientConfig(KEY, base_url=f"{url}/api/v2", **{**usual, **changed})


def call(client: str, url: str, request: Callable[[], Request[Any]] = get, **changed: Any) -> Any:
    """Make a call with a client of its own."""
    config = settings(url, **changed)
    if client == "sync":
        engine = SyncEngine(config)
        try:
            return engine.call(request())
        finally:
            engine.close()

    async def main() -> Any:
        engine = AsyncEngine(config)
        try:
            return await engine.call(request())
        finally:
            await engine.close()

    return asyncio.run(main())
