"""Measures the memory that one task adds at its peak, in a process that does nothing else.

`python -m benchmarks.memory CONTENDER TASK URL sync|async [PATH]` prints the bytes of the process
at its peak and the bytes added, or nothing if the system does not provide them. In a process that
did other work before, free space in its heap hides what a task adds: 48 MiB of small objects can
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
        # Counts from the idle client: connected, with everything imported.
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
    """Add the memory of every contender to the result of a row.

    Memory varies less than times: one process measures it to a few hundredths. Where hundredths
    matter, use the median of several.
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
    printed = done.stdout.split()
    return (int(printed[-2]), int(printed[-1])) if printed else None


def main() -> None:
    """Measure one contender, and print the result."""
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
