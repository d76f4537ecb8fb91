"""Rows: a long streamed text, event by event: processor time, and memory at its peak."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from benchmarks import memory
from benchmarks.measure import Bar, Plan, Result, Sample, in_turns, quiet, timed
from benchmarks.rows import taking_part

FLAT = 8 * 1024 * 1024
"""Bytes that a stream may add at its peak, whatever its length; this includes its text."""
_BARS = (Bar("cpu", 0.95), Bar("rss", FLAT, over=None, unit="bytes"))


def sync(plan: Plan) -> Result:
    """Measure the sync clients."""
    result = Result({}, _BARS)
    with taking_part.blocking("stream", plan, result.missing) as found:

        def turn(name: str) -> Sample:
            contender, work = found[name]
            contender.ready()
            return timed(work)

        with quiet():
            for name in found:
                turn(name)
            turns = {name: partial(turn, name) for name in found}
            result.samples = in_turns(turns, plan.repeats)
    memory.add(result, "stream", plan.url, "sync")
    return result


def coroutines(plan: Plan) -> Result:
    """Measure the async clients."""
    result = Result({}, _BARS)

    async def main() -> None:
        async with taking_part.coroutines("stream", plan, result.missing) as found:
            result.samples = {name: [] for name in found}
            names = list(found)
            with quiet():
                for number in range(-1, plan.repeats):
                    at = number % len(names)
                    for name in names[at:] + names[:at]:
                        contender, work = found[name]
                        contender.ready()
                        wall, cpu = time.perf_counter(), time.process_time()
                        count = await work()
                        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                        if number >= 0:
                            sample = Sample(count, cpu, wall)
                            result.samples[name].append(sample)

    asyncio.run(main())
    memory.add(result, "stream", plan.url, "async")
    return result
