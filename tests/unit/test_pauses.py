"""A watch notes the pauses of a block of calls, and is called where the block runs."""

from __future__ import annotations

import threading
import time

from aion import _pauses
from aion._engine.sync_pausing import pause
from aion._pauses import Pause, Watch, watching
from aion._runtime.threads import CallGroup


def test_a_pause_is_reported_when_it_begins_and_when_it_ends() -> None:
    seen: list[Pause | None] = []
    watch = Watch(lambda: seen.append(watch.longest()))
    with watching(watch):
        pause(2.0, "why")
    assert (str(seen[0]), seen[-1]) == ("waiting 2 s: why", None)


def test_of_several_pauses_the_longest_counts() -> None:
    watch = Watch(list)
    with watch.noting(5, "short"), watch.noting(9, "long"):
        found = watch.longest()
    assert found is not None
    assert found.reason == "long"


def test_a_pause_in_a_thread_is_reported_in_the_thread_of_the_block() -> None:
    threads: set[threading.Thread] = set()
    watch = Watch(lambda: threads.add(threading.current_thread()))
    group = CallGroup[float, None](lambda seconds: pause(seconds, "why"))
    with watching(watch):
        for seconds in (2.0, 2.1):
            group.start(seconds)
        group.ended()
        group.ended()
        group.close()
    assert threads == {threading.current_thread()}


def test_a_pause_in_a_thread_is_reported_while_it_lasts() -> None:
    seen: list[Pause | None] = []
    watch = Watch(lambda: seen.append(watch.longest()))
    group = CallGroup[float, None](time.sleep)
    with watching(watch), watch.noting(9, "why"):
        for _ in range(2):
            group.start(0.3)
        group.ended()
        group.close()
    assert seen[0] is not None


def test_an_inner_block_has_its_own_watch() -> None:
    with watching(Watch(list)), watching(None):
        assert _pauses.noted_by() is None


def test_a_worker_only_notes() -> None:
    with watching(Watch(list)):
        _pauses.in_worker()
        assert (_pauses.noted_by() is None, _pauses.reported_by()) == (False, None)
