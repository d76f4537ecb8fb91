"""Uploads a video in a process of its own, which a test kills.

    python video_worker.py KIND BASE_URL KEY VIDEO JOURNAL

Prints a line when the upload begins and one when it has ended well.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aion import AionVision, SyncAionVision


def main(kind: str, base_url: str, key: str, video: str, journal: str) -> None:
    settings: dict[str, Any] = {"base_url": base_url, "retry_delay": 0.0}
    print("begin", flush=True)
    if kind == "sync":
        with SyncAionVision(key, **settings) as client:
            client.video_uploads.upload(video, journal=journal)
    else:

        async def upload() -> None:
            async with AionVision(key, **settings) as client:
                await client.video_uploads.upload(video, journal=journal)

        asyncio.run(upload())
    print("end", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
