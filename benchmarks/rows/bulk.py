"""Uploads a directory of ten thousand small files to a server that discards them.

The floor sends the same requests by hand, as many at a time: it neither searches for images, nor
detects the type of a file, nor stores its outcome. SDKs without an upload of many files take no
part.
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
from benchmarks.measure import Bar, Plan, Result, Sample, in_turns, quiet
from benchmarks.payloads import BATCH
from benchmarks.rows import taking_part

FILES, SIZE, MIB = 10_000, 100_000, 1024 * 1024
_BARS = (
    Bar("wall", 1.0),
    Bar("rss", 64 * MIB, over=None, unit="bytes"),
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
        memory.add(result, "bulk", plan.url, "sync", folder)
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
        memory.add(result, "bulk", plan.url, "async", folder)
    return result
