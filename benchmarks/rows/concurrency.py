"""Rows: concurrent calls on one client with default limits: rate, and spread of the times."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from benchmarks.contenders import SDKS
from benchmarks.measure import FLOOR, Bar, Plan, Result, Sample, in_turns, percentiles, quiet
from benchmarks.rows import taking_part

AT_ONCE, CALLS = 50, 2000
_EVEN = Bar("p99", 3.0, over=None, unit="x median")
_TRIES = 5
_AHEAD = tuple(Bar("rate", 1.0, least=True, over=name) for name in sorted(SDKS))
_SOONER = tuple(Bar("tail", 1.0, over=name) for name in (FLOOR, *sorted(SDKS)))


async def _round(work: Callable[[], Awaitable[object]], count: int) -> Sample:
    taken: list[float] = []
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            began = time.perf_counter()
            await work()
            taken.append(time.perf_counter() - began)

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Sample(count, cpu, wall, None, *percentiles(taken))


def tasks(plan: Plan) -> Result:
    """Measure fifty tasks."""
    count = plan.count(CALLS, AT_ONCE)
    result = Result({}, (Bar("rate", 4.0, least=True), _EVEN, *_SOONER, *_AHEAD), main="rate")

    async def main() -> None:
        async with taking_part.coroutines("get", plan, result.missing) as found:
            result.samples = {name: [] for name in found}
            names = list(found)
            with quiet():
                for name in names:
                    await _round(found[name][1], AT_ONCE)
                for number in range(plan.repeats):
                    at = number % len(names)
                    for name in names[at:] + names[:at]:
                        contender, work = found[name]
                        contender.ready()
                        result.samples[name].append(await _round(work, count))

    asyncio.run(main())
    return result


def threads(plan: Plan) -> Result:
    """Fifty threads.

    Their p99 is compared with the floor and the peers. It is not compared with their own median:
    which thread runs next is up to the interpreter's lock, so a faster call lowers the median more
    than the p99.
    """
    count = plan.count(CALLS, AT_ONCE)
    result = Result({}, (Bar("rate", 1.5, least=True), *_SOONER, *_AHEAD), main="rate")
    with taking_part.blocking("get", plan, result.missing) as found:

        def turn(name: str, count: int = count) -> Sample:
            contender, work = found[name]
            contender.ready()

            def timed_call(_: int) -> float:
                began = time.perf_counter()
                work()
                return time.perf_counter() - began

            for _ in range(_TRIES):
                try:
                    return _threaded(timed_call, count)
                except Exception as error:  # noqa: BLE001 - of any of the libraries
                    # httpx sometimes loses a connection when fifty threads share a client.
                    result.notes[name] = f"had to repeat a round after {type(error).__name__}"
            return _threaded(timed_call, count)

        with quiet():
            for name in found:
                turn(name, AT_ONCE)
            turns = {name: partial(turn, name) for name in found}
            result.samples = in_turns(turns, plan.repeats)
    return result


def _threaded(work: Callable[[Any], float], count: int) -> Sample:
    # githubkit keeps its client in a context variable.
    context = contextvars.copy_context()

    def inside(number: int) -> float:
        return context.copy().run(work, number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        wall, cpu = time.perf_counter(), time.process_time()
        taken = list(pool.map(inside, range(count)))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Sample(count, cpu, wall, None, *percentiles(taken))
