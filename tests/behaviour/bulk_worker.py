"""Uploads a folder in a process of its own, which a test kills.

    python bulk_worker.py KIND BASE_URL KEY FOLDER JOURNAL

Prints a line when the upload begins and one when it has ended well.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aion import AionVision, SyncAionVision


def main(kind: str, base_url: str, key: str, folder: str, journal: str) -> None:
    settings: dict[str, Any] = {
        "base_url": base_url,
        "polling_interval": 0.05,
        "retry_delay": 0.0,
    }
    print("begin", flush=True)
    if kind == "sync":
        with SyncAionVision(key, **settings) as client:
            client.upload(folder, journal=journal)
    else:

        async def upload() -> None:
            async with AionVision(key, **settings) as client:
                await client.upload(folder, journal=journal)

        asyncio.run(upload())
    print("end", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
