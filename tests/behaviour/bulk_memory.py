"""Uploads in a process of its own and prints how many bytes of memory the second upload added.

python bulk_memory.py KIND images|videos BASE_URL KEY WARM_UP FILES
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

from aion import AionVision, SyncAionVision

WISHES: dict[str, Any] = {"wait_for_descriptions": False, "raise_on_failure": False}


def peak() -> int:
    """The most memory that this process ever had, in bytes.

    Not `getrusage`: that begins with what the parent had when it started this process.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def upload(client: Any, what: str, files: str) -> Any:
    """One upload, with a journal beside the files."""
    if what == "videos":
        return client.video_uploads.upload(files, journal=f"{files}.journal")
    return client.upload(files, **WISHES, journal=f"{files}.journal")


def main(kind: str, what: str, base_url: str, key: str, warm_up: str, files: str) -> None:
    if kind == "sync":
        with SyncAionVision(key, base_url=base_url) as client:
            upload(client, what, warm_up)
            before = peak()
            results = upload(client, what, files)
    else:

        async def both() -> tuple[int, Any]:
            async with AionVision(key, base_url=base_url) as client:
                await upload(client, what, warm_up)
                return peak(), await upload(client, what, files)

        before, results = asyncio.run(both())
    print(len(results), peak() - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
