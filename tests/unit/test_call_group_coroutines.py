"""`each` of the asynchronous client: as that of the blocking one, with tasks for threads."""

from __future__ import annotations

import asyncio
import weakref

import pytest

from aion._runtime.aio import CallGroup, each, every


def test_every_gives_results_in_the_order_of_the_items() -> None:
    async def one(number: int) -> int:
        await asyncio.sleep(0.01 * (3 - number))
        return number * 10

    assert asyncio.run(every(one, range(4), at_once=4)) == [0, 10, 20, 30]


def test_each_has_no_more_under_way_than_it_may() -> None:
    busy, most = 0, 0

    async def one(_: int) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1

    asyncio.run(every(one, range(20), at_once=3))
    assert most == 3


def test_each_reports_results_one_after_the_other() -> None:
    told: list[tuple[int, int]] = []
    telling = False

    async def one(number: int) -> int:
        return number * 10

    async def then(item: int, result: int) -> None:
        nonlocal telling
        assert not telling
        telling = True
        await asyncio.sleep(0)
        told.append((item, result))
        telling = False

    asyncio.run(each(one, [1, 2, 3], at_once=3, then=then))
    assert sorted(told) == [(1, 10), (2, 20), (3, 30)]


def test_each_keeps_no_result_that_was_reported() -> None:
    class Result:
        pass

    told: weakref.WeakSet[Result] = weakref.WeakSet()
    alive: list[int] = []

    async def one(_: int) -> Result:
        return Result()

    async def then(_: int, result: Result) -> None:
        alive.append(len(told))
        told.add(result)

    asyncio.run(each(one, range(20), at_once=3, then=then))
    assert max(alive) == 0


def test_the_first_failure_of_each_cancels_the_rest() -> None:
    async def one(number: int) -> None:
        if number:
            await asyncio.sleep(60.0)
        raise LookupError("not there")

    async def main() -> int:
        with pytest.raises(LookupError, match="not there"):
            await every(one, [0, 1, 2], at_once=2)
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1


def test_closing_a_group_cancels_what_is_under_way_p22() -> None:
    async def one(_: int) -> None:
        await asyncio.sleep(60.0)

    async def main() -> tuple[int, int]:
        group = CallGroup(one)
        group.start(1)
        group.start(2)
        await asyncio.sleep(0)
        await group.close()
        return group.busy, len(asyncio.all_tasks())

    assert asyncio.run(main()) == (0, 1)
