"""Rows: ten thousand files with `files.list_all`, against fetching the same pages one by one."""

from __future__ import annotations

import asyncio
import json
import time

import httpx

from aion import AionVision, SyncAionVision
from benchmarks.contenders import _aion, _floor
from benchmarks.measure import AION, FLOOR, Bar, Plan, Result, Sample, in_turns, quiet, timed

FILES, PAGE = 10_000, 50
_BARS = (Bar("wall", 0.6),)


def sync(plan: Plan) -> Result:
    """Measure the sync client."""
    base = f"{plan.url}/slow/api/v2"
    count = plan.count(FILES, 2 * PAGE)
    with (
        SyncAionVision(_aion.KEY, base_url=base) as client,
        httpx.Client(headers=_floor.HEADERS, timeout=60) as raw,
    ):

        def through_aion() -> int:
            return sum(1 for _ in client.files.list_all(page_size=PAGE))

        def by_hand() -> int:
            for offset in range(0, count, PAGE):
                json.loads(raw.get(f"{base}/user-files?limit={PAGE}&offset={offset}").content)
            return count

        with quiet():
            turns = {AION: lambda: timed(through_aion), FLOOR: lambda: timed(by_hand)}
            return Result(in_turns(turns, plan.repeats), _BARS, main="wall")


def coroutines(plan: Plan) -> Result:
    """Measure the async client."""
    base = f"{plan.url}/slow/api/v2"
    count = plan.count(FILES, 2 * PAGE)
    result = Result({AION: [], FLOOR: []}, _BARS, main="wall")

    async def main() -> None:
        async with (
            AionVision(_aion.KEY, base_url=base) as client,
            httpx.AsyncClient(headers=_floor.HEADERS, timeout=60) as raw,
        ):

            async def through_aion() -> int:
                found = 0
                async for _ in client.files.list_all(page_size=PAGE):
                    found += 1
                return found

            async def by_hand() -> int:
                for offset in range(0, count, PAGE):
                    url = f"{base}/user-files?limit={PAGE}&offset={offset}"
                    json.loads((await raw.get(url)).content)
                return count

            for number in range(plan.repeats):
                turns = [(AION, through_aion), (FLOOR, by_hand)]
                for name, work in turns if number % 2 else reversed(turns):
                    wall, cpu = time.perf_counter(), time.process_time()
                    found = await work()
                    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                    result.samples[name].append(Sample(found, cpu, wall))

    with quiet():
        asyncio.run(main())
    return result
