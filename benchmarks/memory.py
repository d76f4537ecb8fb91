"""Measures the memory that one task adds at its peak, in a process that does nothing else.

`python -m benchmarks.memory CONTENDER TASK URL sync|async [PATH]` prints the bytes that the task
added at its peak, or nothing where they cannot be measured. In a process that has done other work,
a large heap hides what is added to it: 48 MiB of small objects show as less than one.
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


def add(result: Result, task: str, url: str, mode: str, *arguments: Path) -> None:
    """Measure the memory of every contender of a row.

    One process each: unlike times, memory differs by a few hundredths only.
    """
    for name, samples in result.samples.items():
        command = [sys.executable, "-m", "benchmarks.memory", name, task, url, mode]
        command += map(str, arguments)
        added = _added(command)
        for sample in samples:
            sample.rss = added


def _added(command: list[str]) -> int | None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=True)
    printed = done.stdout.split()
    return int(printed[-1]) if printed else None


def main() -> None:
    """Measure one contender, and print the result."""
    name, task, url, mode, *rest = sys.argv[1:]
    paths = [Path(one) for one in rest]
    if mode == "sync":
        memory = _sync(name, task, url, paths)
    else:
        memory = asyncio.run(_async(name, task, url, paths))
    if (added := memory.added()) is not None:
        print(added)


if __name__ == "__main__":
    main()
