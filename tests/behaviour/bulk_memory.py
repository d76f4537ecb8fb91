"""Uploads folders in a process of its own and prints how many bytes of memory that added.

python bulk_memory.py KIND BASE_URL KEY WARM_UP FOLDER
"""

from __future__ import annotations

import asyncio
import resource
import sys
from typing import Any

from aion import AionVision, SyncAionVision

WISHES: dict[str, Any] = {"wait_for_descriptions": False, "raise_on_failure": False}


def peak() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(kind: str, base_url: str, key: str, warm_up: str, folder: str) -> None:
    if kind == "sync":
        with SyncAionVision(key, base_url=base_url) as client:
            client.upload(warm_up, **WISHES, journal=f"{warm_up}.journal")
            before = peak()
            results = client.upload(folder, **WISHES, journal=f"{folder}.journal")
    else:

        async def upload() -> tuple[int, Any]:
            async with AionVision(key, base_url=base_url) as client:
                await client.upload(warm_up, **WISHES, journal=f"{warm_up}.journal")
                before = peak()
                wishes: dict[str, Any] = {**WISHES, "journal": f"{folder}.journal"}
                return before, await client.upload(folder, **wishes)

        before, results = asyncio.run(upload())
    print(len(results), peak() - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
