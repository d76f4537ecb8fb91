"""Selects the contenders of a row, and makes a warm client for each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal

from benchmarks.contenders import CONTENDERS, AsyncTasks, Contender, SyncTasks
from benchmarks.measure import FASTER, Plan

Task = Literal["get", "page", "stream", "upload", "bulk", "video"]


def entrants(
    missing: dict[str, str], make: Callable[[Contender], bool], only: frozenset[str] | None
) -> Iterator[Contender]:
    """Return the installed contenders with such a client; add the others to `missing`."""
    for one in CONTENDERS:
        if only is not None and one.name not in only:
            continue
        if not make(one):
            missing[one.name] = "has no such client"
        elif (absence := one.absence) is not None:
            missing[one.name] = absence
        else:
            yield one


def quick_json(task: Task) -> frozenset[str] | None:
    """Return the contenders for a task; msgspec only matters if there is much to decode."""
    everybody = frozenset(one.name for one in CONTENDERS)
    return everybody if task == "page" else everybody - {FASTER}


@contextmanager
def blocking(
    task: Task, plan: Plan, missing: dict[str, str]
) -> Generator[dict[str, tuple[Contender, Callable[..., Any]]]]:
    """Return the task of every sync contender by name, after one run of each."""
    opened: list[SyncTasks] = []
    found: dict[str, tuple[Contender, Callable[..., Any]]] = {}
    try:
        for one in entrants(missing, lambda c: c.blocking is not None, quick_json(task)):
            assert one.blocking is not None
            tasks = one.blocking(one.load(), plan.url)
            opened.append(tasks)
            if (work := getattr(tasks, task)) is None:
                missing[one.name] = "cannot do this"
                continue
            found[one.name] = one, work
        yield found
    finally:
        for tasks in opened:
            tasks.end()


@asynccontextmanager
async def coroutines(
    task: Task, plan: Plan, missing: dict[str, str]
) -> AsyncGenerator[dict[str, tuple[Contender, Callable[..., Any]]]]:
    """Return the task of every async contender by name, after one run of each."""
    opened: list[AsyncTasks] = []
    found: dict[str, tuple[Contender, Callable[..., Any]]] = {}
    try:
        for one in entrants(missing, lambda c: c.coroutines is not None, quick_json(task)):
            assert one.coroutines is not None
            tasks = one.coroutines(one.load(), plan.url)
            opened.append(tasks)
            if tasks.begin is not None:
                await tasks.begin()
            if (work := getattr(tasks, task)) is None:
                missing[one.name] = "cannot do this"
                continue
            found[one.name] = one, work
        yield found
    finally:
        for tasks in opened:
            await tasks.end()
