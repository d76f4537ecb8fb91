"""Rows: uploads from disk to a server that discards them: bytes per second, and peak memory."""

from __future__ import annotations

import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from benchmarks import memory
from benchmarks.contenders import SDKS
from benchmarks.measure import Bar, Plan, Result, Sample, in_turns, merged, quiet
from benchmarks.rows import taking_part
from benchmarks.rows.taking_part import Task

AT_ONCE, FILES, MIB = 8, 200, 1024 * 1024
LARGE = 512
"""MiB of the one large file."""
_TURNS = 4
"""Turns with it that make one sample; one turn takes a fifth of a second."""
VIDEO = 2048
"""MiB of the video."""
_VIDEO = (Bar("rss", 32 * MIB, over=None, unit="bytes"),)
_AHEAD = tuple(Bar("rate", 1.0, least=True, over=name) for name in sorted(SDKS))
_MANY = (Bar("rate", 1.2, least=True), *_AHEAD)
_LARGE = (Bar("rate", 1.3, least=True), Bar("rss", 8 * MIB, over=None, unit="bytes"))


@contextmanager
def _file(size: int) -> Generator[Path]:
    """Make a file whose first bytes are those of a photograph."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "photo.jpg")
        with path.open("wb") as handle:
            handle.write(b"\xff\xd8\xff\xe0")
            noise = os.urandom(min(MIB, size))
            for at in range(4, size, MIB):
                handle.write(noise[: min(MIB, size - at)])
        yield path


@contextmanager
def _movie(size: int) -> Generator[Path]:
    """Make a file that begins like a video; the rest is a hole on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "movie.mp4")
        with path.open("wb") as handle:
            handle.write(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2")
            handle.truncate(size)
        yield path


_MAKERS: dict[Task, Callable[[int], AbstractContextManager[Path]]] = {
    "upload": _file,
    "video": _movie,
}


def _sync(
    plan: Plan,
    size: int,
    files: int,
    workers: int,
    bars: tuple[Bar, ...],
    task: Task = "upload",
    turns: int = 1,
) -> Result:
    result = Result({}, bars, main="rate")
    mebibytes = max(1, size * files // MIB)
    with _MAKERS[task](size) as path, taking_part.blocking(task, plan, result.missing) as found:

        def turn(name: str) -> Sample:
            contender, work = found[name]
            contender.ready()
            wall, cpu = time.perf_counter(), time.process_time()
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(work, [path] * files))
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            return Sample(mebibytes, cpu, wall)

        with quiet():
            contenders = {name: partial(turn, name) for name in found}
            result.samples = merged(in_turns(contenders, _rounds(plan, size) * turns), turns)
        if files == 1:
            memory.add(result, task, plan.url, "sync", path)
    return result


def _async(
    plan: Plan,
    size: int,
    files: int,
    workers: int,
    bars: tuple[Bar, ...],
    task: Task = "upload",
    turns: int = 1,
) -> Result:
    result = Result({}, bars, main="rate")
    mebibytes = max(1, size * files // MIB)

    async def main(path: Path) -> None:
        async with taking_part.coroutines(task, plan, result.missing) as found:
            samples: dict[str, list[Sample]] = {name: [] for name in found}
            names = list(found)
            for number in range(_rounds(plan, size) * turns):
                at = number % len(names)
                for name in names[at:] + names[:at]:
                    contender, work = found[name]
                    contender.ready()
                    left = itertools.repeat(path, files)

                    async def worker() -> None:
                        for one in left:  # noqa: B023 - used up before the next turn
                            await work(one)  # noqa: B023

                    wall, cpu = time.perf_counter(), time.process_time()
                    await asyncio.gather(*(worker() for _ in range(workers)))
                    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                    samples[name].append(Sample(mebibytes, cpu, wall))
            result.samples = merged(samples, turns)

    with _MAKERS[task](size) as path, quiet():
        asyncio.run(main(path))
        if files == 1:
            memory.add(result, task, plan.url, "async", path)
    return result


def _rounds(plan: Plan, size: int) -> int:
    return min(3, plan.repeats) if size > MIB else plan.repeats


def many_sync(plan: Plan) -> Result:
    """Measure small files in eight threads."""
    return _sync(plan, plan.count(MIB, 1000), plan.count(FILES, AT_ONCE), AT_ONCE, _MANY)


def many_async(plan: Plan) -> Result:
    """Measure small files in eight tasks."""
    return _async(plan, plan.count(MIB, 1000), plan.count(FILES, AT_ONCE), AT_ONCE, _MANY)


def large_sync(plan: Plan) -> Result:
    """Measure one large file, sync."""
    return _sync(plan, plan.count(LARGE * MIB, 1000), 1, 1, _LARGE, turns=_TURNS)


def large_async(plan: Plan) -> Result:
    """Measure one large file, async."""
    return _async(plan, plan.count(LARGE * MIB, 1000), 1, 1, _LARGE, turns=_TURNS)


def video_sync(plan: Plan) -> Result:
    """Measure one video in chunks, in eight threads."""
    return _sync(plan, plan.count(VIDEO * MIB, MIB), 1, 1, _VIDEO, "video")


def video_async(plan: Plan) -> Result:
    """Measure one video in chunks, in eight tasks."""
    return _async(plan, plan.count(VIDEO * MIB, MIB), 1, 1, _VIDEO, "video")
