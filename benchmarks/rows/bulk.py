"""Rows: upload of a directory of ten thousand small files to a server that discards them.

The floor sends the same requests by hand, with as many in flight. It does not search for images,
detect the type of a file, or store results. SDKs without a bulk upload do not take part.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks import memory
from benchmarks.measure import AION, Bar, Plan, Result, Sample, in_turns, quiet
from benchmarks.payloads import BATCH
from benchmarks.rows import taking_part

FILES, SIZE, MIB = 10_000, 100_000, 1024 * 1024
_BARS = (
    Bar("wall", 1.0),
    Bar("rss", 64 * MIB, over=None, unit="bytes"),
    Bar("growth", 1.1, over=None),
)


@contextmanager
def _folder(files: int) -> Generator[Path]:
    """Make files that begin like photographs; the rest of each is a hole on the disk.

    Each directory has the files of one request, with the names that the response contains.
    """
    with tempfile.TemporaryDirectory() as name:
        for number in range(files):
            path = Path(name, f"{number // BATCH:03}", f"photo-{number % BATCH}.jpg")
            path.parent.mkdir(exist_ok=True)
            with path.open("wb") as handle:
                handle.write(b"\xff\xd8\xff\xe0")
                handle.truncate(SIZE)
        yield Path(name)


def _files(plan: Plan) -> int:
    """Return a number of files that fills requests, because the server assumes `BATCH` in each."""
    return BATCH * plan.count(FILES // BATCH)


def _memory(result: Result, plan: Plan, files: int, mode: str, folder: Path) -> None:
    """Measure the peak memory of the whole process, relative to that for a tenth of the files.

    A note has the memory added over the idle client. That part alone grows faster, because most of
    the process is the interpreter and its modules.
    """
    processes = min(3, plan.repeats)
    memory.add(result, "bulk", plan.url, mode, folder, processes=processes)
    with _folder(BATCH * max(1, files // BATCH // 10)) as tenth:
        few = Result({AION: [Sample(1, 0.0, 0.0)]}, ())
        memory.add(few, "bulk", plan.url, mode, tenth, processes=processes)
    (least,) = few.samples[AION]
    for sample in result.samples[AION]:
        if sample.peak and least.peak:
            sample.growth = sample.peak / least.peak
            result.notes[AION] = (
                f"takes {sample.peak / MIB:.1f} MiB in all for {files:,} files, and"
                f" {least.peak / MIB:.1f} MiB for a tenth; {(sample.rss or 0) / MIB:.1f} and"
                f" {(least.rss or 0) / MIB:.1f} MiB over the idle client"
            )


def sync(plan: Plan) -> Result:
    """Measure the sync clients, with eight requests in flight."""
    result = Result({}, _BARS, main="wall")
    files = _files(plan)
    with _folder(files) as folder, taking_part.blocking("bulk", plan, result.missing) as found:

        def turn(name: str) -> Sample:
            contender, work = found[name]
            contender.ready()
            wall, cpu = time.perf_counter(), time.process_time()
            work(folder)
            return Sample(files, time.process_time() - cpu, time.perf_counter() - wall)

        with quiet():
            turns = {name: partial(turn, name) for name in found}
            result.samples = in_turns(turns, min(3, plan.repeats))
        _memory(result, plan, files, "sync", folder)
    return result


def coroutines(plan: Plan) -> Result:
    """Measure the async clients."""
    result = Result({}, _BARS, main="wall")
    files = _files(plan)

    async def main(folder: Path) -> None:
        async with taking_part.coroutines("bulk", plan, result.missing) as found:
            result.samples = {name: [] for name in found}
            names = list(found)
            for number in range(min(3, plan.repeats)):
                at = number % len(names)
                for name in names[at:] + names[:at]:
                    contender, work = found[name]
                    contender.ready()
                    wall, cpu = time.perf_counter(), time.process_time()
                    await work(folder)
                    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                    result.samples[name].append(Sample(files, cpu, wall))

    with _folder(files) as folder:
        with quiet():
            asyncio.run(main(folder))
        _memory(result, plan, files, "async", folder)
    return result
