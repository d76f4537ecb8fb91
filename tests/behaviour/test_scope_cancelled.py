"""Calls in a cancelled scope of anyio, which immediately cancels every further await in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from aion import AionVision
from aion.config import ClientConfig
from aion.testing import Sandbox
from tests.behaviour.pictures import draw

LONG = 20.0
SOON = 1.5


async def upload(client: AionVision, folder: Path, sandbox: Sandbox) -> None:
    sandbox.faults.delay("stream_batch_upload", seconds=LONG, times=None)
    await client.upload([draw()], filenames=["a.jpg"], journal=folder / "journal")


async def wait(client: AionVision, folder: Path, sandbox: Sandbox) -> None:
    sandbox.faults.hold_description()
    await client.upload([draw()], filenames=["a.jpg"], journal=folder / "journal")


async def download(client: AionVision, folder: Path, sandbox: Sandbox) -> None:
    sent = await client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False)
    sandbox.faults.delay(seconds=LONG, times=None)
    await client.files.download_to(sent.image_id, folder / "a.jpg")


async def walk(client: AionVision, folder: Path, sandbox: Sandbox) -> None:
    del folder
    sandbox.faults.delay("list_user_files", seconds=LONG, times=None)
    async for _ in client.files.list_all(page_size=1):
        pass


async def stream(client: AionVision, folder: Path, sandbox: Sandbox) -> None:
    del folder
    sandbox.faults.delay_events("send_message_stream", seconds=LONG, after=1, times=None)
    session = await client.chats.create_session()
    async with client.chat_stream("Hello", session_id=session.id) as tokens:
        async for _ in tokens:
            pass


Work = Callable[[AionVision, Path, Sandbox], Awaitable[None]]
WORKS: list[Work] = [upload, wait, download, walk, stream]


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_p11_what_is_cancelled_in_a_scope_ends_soon_and_leaves_nothing(
    work: Work, sandbox: Sandbox, tmp_path: Path
) -> None:
    async def main() -> tuple[float, int]:
        settings = ClientConfig(
            sandbox.api_key, base_url=sandbox.base_url, max_connections=1, timeout=5.0
        )
        async with AionVision.from_config(settings) as client:
            await client.folders.tree()
            with anyio.move_on_after(0.6) as scope:
                await work(client, tmp_path, sandbox)
            took = anyio.current_time() - scope.deadline
            sandbox.faults.clear()
            # On the only connection.
            await client.folders.tree()
            return took, len(asyncio.all_tasks())

    began = time.monotonic()
    took, tasks = asyncio.run(main())
    assert took < SOON
    assert tasks == 1
    assert time.monotonic() - began < LONG
    # Of a download neither the file nor a part of it; of an upload its journal.
    assert [one.name for one in tmp_path.iterdir() if not one.name.startswith("journal")] == []
