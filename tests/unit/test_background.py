"""Work that continues after its caller was cancelled."""

from __future__ import annotations

import asyncio
import gc
import weakref

import anyio
import pytest

from aion._engine.background import LONGEST, Background
from aion._runtime.aio import CallGroup


def test_a_result_is_given_and_nothing_is_left() -> None:
    async def main() -> tuple[str, int]:
        background = Background()
        made = await background.acquire(lambda: asyncio.sleep(0, "made"), fail)
        return made, len(asyncio.all_tasks())

    async def fail(_: str) -> None:
        raise AssertionError("nothing was to be undone")

    assert asyncio.run(main()) == ("made", 1)


def test_what_work_raises_is_raised_and_makes_no_cycle() -> None:
    class Odd(Exception):
        pass

    async def work() -> None:
        raise Odd

    async def main() -> weakref.ref[Odd]:
        try:
            await Background().finish(work)
        except Odd as error:
            return weakref.ref(error)
        raise AssertionError

    gc.collect()
    gc.disable()
    try:
        assert asyncio.run(main())() is None
    finally:
        gc.enable()


def test_work_without_a_caller_ends_after_two_seconds() -> None:
    async def main() -> float:
        began = asyncio.get_running_loop().time()
        ended = asyncio.Event()

        async def work() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()

        with anyio.move_on_after(0.05):
            await Background().finish(work)
        await ended.wait()
        return asyncio.get_running_loop().time() - began

    assert LONGEST <= asyncio.run(main()) < LONGEST + 2.0


def test_work_is_not_cancelled_with_the_tasks_of_a_program() -> None:
    done: list[bool] = []

    async def work() -> None:
        await asyncio.sleep(0.2)
        done.append(True)

    async def main() -> None:
        with anyio.move_on_after(0.01):
            await Background().finish(work)

    asyncio.run(main())
    assert done == [True]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_the_end_of_a_block_that_is_interrupted_is_awaited(
    interrupt: type[BaseException],
) -> None:
    done: list[bool] = []

    async def work() -> None:
        await asyncio.sleep(0.05)
        done.append(True)

    async def main() -> list[bool]:
        await Background().finish(work, interrupt())
        return list(done)

    assert asyncio.run(main()) == [True]


def test_a_generator_that_is_closed_awaits_the_end_of_its_block() -> None:
    done: list[bool] = []

    async def work() -> None:
        await asyncio.sleep(0.05)
        done.append(True)

    async def main() -> list[bool]:
        await Background().finish(work, GeneratorExit())
        return list(done)

    assert asyncio.run(main()) == [True]


def test_work_whose_event_loop_was_closed_is_forgotten_with_the_next() -> None:
    background = Background()

    class Made:
        pass

    async def begin() -> weakref.ref[Made]:
        made = Made()

        async def work() -> None:
            await asyncio.sleep(60)
            assert made

        with anyio.move_on_after(0.01):
            await background.finish(work)
        return weakref.ref(made)

    loop = asyncio.new_event_loop()
    found = loop.run_until_complete(begin())
    loop.close()
    del loop
    asyncio.run(background.finish(lambda: asyncio.sleep(0)))
    gc.collect()
    assert found() is None


def test_a_block_that_is_collected_without_an_event_loop_ends_quietly() -> None:
    async def work() -> None:
        raise AssertionError

    ending = Background().finish(work, GeneratorExit())
    with pytest.raises(StopIteration):
        ending.send(None)


def test_what_was_made_together_with_the_cancellation_is_undone() -> None:
    undone: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        made: asyncio.Future[str] = loop.create_future()
        background = Background()

        async def undo(name: str) -> None:
            undone.append(name)

        async def make() -> str:
            return await made

        task = asyncio.ensure_future(background.acquire(make, undo))
        await asyncio.sleep(0.01)
        made.set_result("a session")
        # The work ends in the next step of the loop, its caller would hear of it in the third.
        loop.call_soon(task.cancel)
        loop.call_soon(lambda: loop.call_soon(task.cancel))
        await asyncio.wait((task,))
        assert task.cancelled()
        await asyncio.sleep(0.05)

    asyncio.run(main())
    assert undone == ["a session"]


@pytest.mark.parametrize("steps", range(6))
def test_what_is_made_at_any_step_of_a_cancellation_is_undone_or_given(steps: int) -> None:
    undone: list[str] = []
    given: list[str] = []

    async def main() -> None:
        background = Background()

        async def undo(name: str) -> None:
            undone.append(name)

        async def make() -> str:
            await asyncio.sleep(0)
            return "a session"

        async def take() -> None:
            given.append(await background.acquire(make, undo))

        task = asyncio.ensure_future(take())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))
        await asyncio.sleep(0.05)

    asyncio.run(main())
    # Before the first step, nothing is begun.
    assert len(undone) + len(given) == (1 if steps else 0)


@pytest.mark.parametrize("busy", [True, False])
def test_closing_calls_its_function_in_a_cancelled_scope(busy: bool) -> None:
    called: list[bool] = []

    async def main() -> None:
        background = Background()
        if busy:
            with anyio.move_on_after(0.01):
                await background.finish(lambda: asyncio.sleep(0.2))
        with anyio.CancelScope() as scope:
            scope.cancel()
            await background.close(lambda: called.append(True))
        await asyncio.sleep(0.4)

    asyncio.run(main())
    assert called == [True]


def test_a_group_that_is_closed_in_a_cancelled_scope_ends_its_calls_p11() -> None:
    ended: list[int] = []

    async def wait(number: int) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(number)

    async def main() -> int:
        group = CallGroup[int, None](wait)
        group.start(1)
        group.start(2)
        await asyncio.sleep(0)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await group.close()
        await asyncio.sleep(0.01)
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
    assert ended == [1, 2]


def test_a_call_that_is_given_up_tidies_up_undisturbed() -> None:
    tidied: list[int] = []

    async def wait(number: int) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.02)
            tidied.append(number)

    async def main() -> None:
        group = CallGroup[int, None](wait)
        group.start(1)
        await asyncio.sleep(0)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await group.close()
        await asyncio.sleep(0.1)

    asyncio.run(main())
    assert tidied == [1]
