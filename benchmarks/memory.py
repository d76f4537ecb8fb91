"""The memory that one task adds at its peak, in a process that does nothing else.

`python -m benchmarks.memory CONTENDER TASK URL sync|async [PATH]` prints the bytes of the process
at its peak and those added to it, or nothing where they cannot be known. In a process that has
done other work, a heap that was large before hides what is added to it: 48 MiB of small objects
show as less than one.
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


def _sync(name: str, task: str, url: str, arguments: list[Any]) -> Memory:
    (one,) = [one for one in CONTENDERS if one.name == name]
    assert one.blocking is not None
    tasks = one.blocking(one.load(), url)
    if tasks.get is not None:
        # The idle client is what counts from: connected, and everything imported.
        tasks.get()
    memory = Memory()
    getattr(tasks, task)(*arguments)
    return memory


async def _async(name: str, task: str, url: str, arguments: list[Any]) -> Memory:
    (one,) = [one for one in CONTENDERS if one.name == name]
    assert one.coroutines is not None
    tasks = one.coroutines(one.load(), url)
    if tasks.begin is not None:
        await tasks.begin()
    if tasks.get is not None:
        await tasks.get()
    memory = Memory()
    await getattr(tasks, task)(*arguments)
    await tasks.end()
    return memory


def add(
    result: Result, task: str, url: str, mode: str, *arguments: Path, processes: int = 1
) -> None:
    """Note the memory of every contender of a row.

    It does not vary as times do: one process tells it but for a few hundredths, and the median of
    several where those count.
    """
    for name, samples in result.samples.items():
        command = [sys.executable, "-m", "benchmarks.memory", name, task, url, mode]
        command += map(str, arguments)
        told = [one for one in (_told(command) for _ in range(processes)) if one is not None]
        for sample in samples:
            if told:
                sample.peak, sample.rss = sorted(told)[len(told) // 2]


def _told(command: list[str]) -> tuple[int, int] | None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=True)
    spoken = done.stdout.split()
    return (int(spoken[-2]), int(spoken[-1])) if spoken else None


def main() -> None:
    """Measure one contender."""
    name, task, url, mode, *rest = sys.argv[1:]
    paths = [Path(one) for one in rest]
    if mode == "sync":
        memory = _sync(name, task, url, paths)
    else:
        memory = asyncio.run(_async(name, task, url, paths))
    if (added := memory.added()) is not None:
        print(memory.peak(), added)


if __name__ == "__main__":
    main()
