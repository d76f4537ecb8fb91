"""Rows: the processor time of a GET and of a page of 100 objects, one call after the other."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from benchmarks.measure import FASTER, Bar, Plan, Result, Sample, in_turns, merged, quiet, timed
from benchmarks.rows import taking_part
from benchmarks.rows.taking_part import Task

_CALLS: dict[str, int] = {"get": 40, "page": 8}
"""Calls in one turn."""
_TURNS = 10
"""Turns that make one sample."""
_PAGE = (Bar("cpu", 1.30), Bar("cpu", 0.85, of=FASTER))


def _sync(plan: Plan, task: Task, *bars: Bar) -> Result:
    count = plan.count(_CALLS[task])
    result = Result({}, bars)
    with taking_part.blocking(task, plan, result.missing) as found:

        def turn(name: str) -> Sample:
            contender, work = found[name]
            contender.ready()
            # The first calls refill the processor caches after the other contenders.
            work()

            def all_of_it() -> int:
                for _ in range(count):
                    work()
                return count

            return timed(all_of_it)

        with quiet():
            turns = {name: partial(turn, name) for name in found}
            result.samples = merged(in_turns(turns, plan.repeats * _TURNS), _TURNS)
    return result


def _async(plan: Plan, task: Task, *bars: Bar) -> Result:
    count = plan.count(_CALLS[task])
    result = Result({}, bars)

    async def main() -> None:
        async with taking_part.coroutines(task, plan, result.missing) as found:
            samples: dict[str, list[Sample]] = {name: [] for name in found}
            names = list(found)
            with quiet():
                for number in range(plan.repeats * _TURNS):
                    at = number % len(names)
                    for name in names[at:] + names[:at]:
                        contender, work = found[name]
                        contender.ready()
                        await work()
                        wall, cpu = time.perf_counter(), time.process_time()
                        for _ in range(count):
                            await work()
                        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                        samples[name].append(Sample(count, cpu, wall))
            result.samples = merged(samples, _TURNS)

    asyncio.run(main())
    return result


def get_sync(plan: Plan) -> Result:
    """Measure one object of 2 KB, sync."""
    return _sync(plan, "get", Bar("cpu", 0.80))


def get_async(plan: Plan) -> Result:
    """Measure one object of 2 KB, async."""
    return _async(plan, "get", Bar("cpu", 0.90))


def page_sync(plan: Plan) -> Result:
    """Measure a page of 100 objects, sync."""
    return _sync(plan, "page", *_PAGE)


def page_async(plan: Plan) -> Result:
    """Measure a page of 100 objects, async."""
    return _async(plan, "page", *_PAGE)
