"""Concurrent calls for a sync caller: what runs in which thread, and what is left."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import closing
from contextvars import ContextVar

import pytest

from aion._engine.abort import Aborted
from aion._runtime.blocking import CallGroup, each, every, sleep
from tests.forks import forks

LONG = 60.0
word: ContextVar[str] = ContextVar("word", default="")


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("aion-call")]


def where(_: object) -> threading.Thread:
    return threading.current_thread()


def test_the_only_call_runs_in_the_callers_thread() -> None:
    group = CallGroup(where)
    group.start("a")
    assert group.ended() == ("a", threading.current_thread())
    assert group.busy == 0


def test_calls_run_at_the_same_time() -> None:
    together = threading.Barrier(3)
    with closing(CallGroup[int, int](lambda _: together.wait(5.0))) as group:
        for number in range(3):
            group.start(number)
        assert {group.ended()[0] for _ in range(3)} == {0, 1, 2}


def test_no_more_threads_are_made_than_calls_are_under_way() -> None:
    ran_in: set[threading.Thread] = set()
    with closing(CallGroup(where)) as group:
        for _ in range(10):
            group.start("a")
            group.start("b")
            ran_in |= {group.ended()[1], group.ended()[1]}
    assert len(ran_in) <= 2


def test_a_call_that_is_begun_while_another_runs_does_not_wait_for_it() -> None:
    first, last = threading.Event(), threading.Event()
    events = [first, first, last]
    with closing(CallGroup[int, bool](lambda number: events[number].wait(5.0))) as group:
        group.start(0)
        group.start(2)
        last.set()
        assert group.ended() == (2, True)
        group.start(1)
        first.set()
        assert sorted(group.ended() for _ in range(2)) == [(0, True), (1, True)]
    assert threads() == []


def test_calls_see_the_context_of_the_caller() -> None:
    with closing(CallGroup[int, str](lambda _: word.get())) as group:
        token = word.set("here")
        group.start(1)
        group.start(2)
        word.reset(token)
        assert [group.ended()[1], group.ended()[1]] == ["here", "here"]


@pytest.mark.parametrize("count", [1, 2])
def test_what_a_call_raises_is_raised_for_the_caller(count: int) -> None:
    def fail(_: object) -> None:
        raise LookupError("not there")

    group = CallGroup(fail)
    for number in range(count):
        group.start(number)
    with pytest.raises(LookupError, match="not there"):
        group.ended()
    group.close()
    assert threads() == []


def test_closing_ends_calls_that_sleep_p22() -> None:
    begun = threading.Barrier(3)

    def wait(_: object) -> None:
        begun.wait(5.0)
        sleep(LONG)

    group = CallGroup(wait)
    group.start(1)
    group.start(2)
    begun.wait(5.0)
    group.close()
    assert (threads(), group.busy) == ([], 0)


def test_closing_ends_a_group_within_a_group_p22() -> None:
    begun = threading.Barrier(5)

    def wait(_: object) -> None:
        begun.wait(5.0)
        sleep(LONG)

    group: CallGroup[int, list[None]] = CallGroup(lambda _: every(wait, [1, 2], at_once=2))
    group.start(1)
    group.start(2)
    begun.wait(5.0)
    group.close()
    assert threads() == []


def test_a_call_that_was_given_up_is_not_a_failure_that_it_could_handle() -> None:
    handled: list[BaseException] = []
    ended: list[BaseException] = []
    begun = threading.Barrier(3)

    def wait(_: object) -> None:
        try:
            begun.wait(5.0)
            sleep(LONG)
        except Exception as error:  # noqa: BLE001 - as code above the engine may do
            handled.append(error)
        except BaseException as error:
            ended.append(error)
            raise

    group = CallGroup(wait)
    group.start(1)
    group.start(2)
    begun.wait(5.0)
    group.close()
    assert handled == []
    assert [type(one) for one in ended] == [Aborted, Aborted]


@forks
def test_a_child_does_not_wait_for_the_calls_of_its_parent_p5() -> None:
    group: CallGroup[int, None] = CallGroup(lambda _: sleep(LONG))
    group.start(1)
    group.start(2)
    child = os.fork()
    if child == 0:
        try:
            group.ended()
        except RuntimeError:
            os._exit(7)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    group.close()
    assert os.waitstatus_to_exitcode(status) == 7


def test_every_gives_results_in_the_order_of_the_items() -> None:
    turns = [threading.Event() for _ in range(4)]
    turns[3].set()

    def one(number: int) -> int:
        turns[number].wait(5.0)
        if number:
            turns[number - 1].set()
        return number * 10

    assert every(one, range(4), at_once=4) == [0, 10, 20, 30]


def test_each_has_no_more_under_way_than_it_may() -> None:
    lock = threading.Lock()
    busy: list[int] = [0]
    most: list[int] = []

    def one(_: int) -> None:
        with lock:
            busy[0] += 1
            most.append(busy[0])
        sleep(0.005)
        with lock:
            busy[0] -= 1

    every(one, range(20), at_once=3)
    assert max(most) == 3


def test_each_reports_results_in_the_callers_thread() -> None:
    told: list[tuple[int, threading.Thread]] = []

    def then(item: int, ran_in: threading.Thread) -> None:
        assert ran_in is not threading.current_thread()
        told.append((item, threading.current_thread()))

    each(where, [1, 2], at_once=2, then=then)
    assert sorted(item for item, _ in told) == [1, 2]
    assert {thread for _, thread in told} == {threading.current_thread()}


def test_each_with_one_at_a_time_makes_no_thread() -> None:
    assert every(where, [1, 2, 3], at_once=1) == [threading.current_thread()] * 3


def test_each_keeps_no_result_that_was_reported() -> None:
    class Result:
        pass

    told: weakref.WeakSet[Result] = weakref.WeakSet()
    alive: list[int] = []

    def then(_: int, result: Result) -> None:
        alive.append(len(told))
        told.add(result)

    each(lambda _: Result(), range(20), at_once=1, then=then)
    assert max(alive) == 0


@pytest.mark.parametrize("failing", ["function", "then"])
def test_the_first_failure_of_each_ends_the_rest(failing: str) -> None:
    begun = threading.Barrier(2)

    def one(number: int) -> int:
        begun.wait(5.0)
        if number:
            sleep(LONG)
        if failing == "function":
            raise LookupError("not there")
        return number

    def then(_: int, __: int) -> None:
        if failing == "then":
            raise LookupError("not there")

    with pytest.raises(LookupError, match="not there"):
        each(one, [0, 1, 2, 3], at_once=2, then=then)
    assert threads() == []
