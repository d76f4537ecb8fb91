"""One call after the other: the processor time of a GET, and of a page of 100 objects."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from benchmarks.measure import FASTER, Bar, Plan, Result, Sample, in_turns, quiet, timed
from benchmarks.rows import taking_part
from benchmarks.rows.taking_part import Task

_CALLS: dict[str, int] = {"get": 400, "page": 40}
_PAGE = (Bar("cpu", 1.30), Bar("cpu", 0.85, of=FASTER))


def _sync(plan: Plan, task: Task, *bars: Bar) -> Result:
    count = plan.count(_CALLS[task])
    result = Result({}, bars)
    with taking_part.blocking(task, plan, result.missing) as found:

        def turn(name: str) -> Sample:
            contender, work = found[name]
            contender.ready()
            for _ in range(plan.count(10)):
                work()

            def all_of_it() -> int:
                for _ in range(count):
                    work()
                return count

            return timed(all_of_it)

        with quiet():
            turns = {name: partial(turn, name) for name in found}
            result.samples = in_turns(turns, plan.repeats)
    return result


def _async(plan: Plan, task: Task, *bars: Bar) -> Result:
    count = plan.count(_CALLS[task])
    result = Result({}, bars)

    async def main() -> None:
        async with taking_part.coroutines(task, plan, result.missing) as found:
            result.samples = {name: [] for name in found}
            names = list(found)
            with quiet():
                for number in range(plan.repeats):
                    at = number % len(names)
                    for name in names[at:] + names[:at]:
                        contender, work = found[name]
                        contender.ready()
                        for _ in range(plan.count(10)):
                            await work()
                        wall, cpu = time.perf_counter(), time.process_time()
                        for _ in range(count):
                            await work()
                        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                        result.samples[name].append(Sample(count, cpu, wall))

    asyncio.run(main())
    return result


def get_sync(plan: Plan) -> Result:
    """One object of 2 KB, blocking."""
    return _sync(plan, "get", Bar("cpu", 0.80))


def get_async(plan: Plan) -> Result:
    """One object of 2 KB, in a coroutine."""
    return _async(plan, "get", Bar("cpu", 0.90))


def page_sync(plan: Plan) -> Result:
    """A page of 100 objects, blocking."""
    return _sync(plan, "page", *_PAGE)


def page_async(plan: Plan) -> Result:
    """A page of 100 objects, in a coroutine."""
    return _async(plan, "page", *_PAGE)
