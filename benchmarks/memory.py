"""The memory that one task adds at its peak, in a process that does nothing else.

`python -m benchmarks.memory CONTENDER TASK URL sync|async [PATH]` prints bytes, or nothing where
it cannot be known. In a process that has done other work, a heap that was large before hides what
is added to it: 48 MiB of small objects show as less than one.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS
from benchmarks.measure import Memory, Result
from benchmarks.server import PROJECT


def _sync(name: str, task: str, url: str, arguments: list[Any]) -> int | None:
    (one,) = [one for one in CONTENDERS if one.name == name]
    assert one.blocking is not None
    tasks = one.blocking(one.load(), url)
    if tasks.get is not None:
        # The idle client is what counts from: connected, and everything imported.
        tasks.get()
    memory = Memory()
    getattr(tasks, task)(*arguments)
    return memory.added()


async def _async(name: str, task: str, url: str, arguments: list[Any]) -> int | None:
    (one,) = [one for one in CONTENDERS if one.name == name]
    assert one.coroutines is not None
    tasks = one.coroutines(one.load(), url)
    if tasks.begin is not None:
        await tasks.begin()
    if tasks.get is not None:
        await tasks.get()
    memory = Memory()
    await getattr(tasks, task)(*arguments)
    added = memory.added()
    await tasks.end()
    return added


def add(result: Result, task: str, url: str, mode: str, *arguments: Path) -> None:
    """Note the memory of every contender of a row, once each: it does not vary as times do."""
    for name, samples in result.samples.items():
        command = [sys.executable, "-m", "benchmarks.memory", name, task, url, mode]
        done = subprocess.run(
            [*command, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=PROJECT,
            check=True,
        )
        spoken = done.stdout.split()
        for sample in samples:
            sample.rss = int(spoken[-1]) if spoken else None


def main() -> None:
    """Measure one contender."""
    name, task, url, mode, *rest = sys.argv[1:]
    paths = [Path(one) for one in rest]
    if mode == "sync":
        added = _sync(name, task, url, paths)
    else:
        added = asyncio.run(_async(name, task, url, paths))
    if added is not None:
        print(added)


if __name__ == "__main__":
    main()
