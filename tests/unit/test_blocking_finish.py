"""Work at the end of a block of the sync client, also after Ctrl-C."""

from __future__ import annotations

import pytest

from aion._runtime.blocking import LAST_SECONDS, finish


class Work:
    """Work that is interrupted several times, and the limits that it received."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.limits: list[float | None] = []

    def __call__(self, limit: float | None) -> None:
        self.limits.append(limit)
        if self.errors:
            raise self.errors.pop(0)


@pytest.mark.parametrize("error", [None, LookupError()])
def test_the_end_of_a_block_has_the_usual_time(error: Exception | None) -> None:
    work = Work()
    finish(None, work, error)
    assert work.limits == [None]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(), GeneratorExit()])
def test_the_end_of_a_block_that_is_interrupted_is_short(error: BaseException) -> None:
    work = Work()
    finish(None, work, error)
    assert work.limits == [LAST_SECONDS]


def test_an_end_that_is_interrupted_is_made_up_for_shortly() -> None:
    work = Work(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        finish(None, work)
    assert work.limits == [None, LAST_SECONDS]


def test_a_second_interruption_ends_it() -> None:
    work = Work(KeyboardInterrupt("first"), KeyboardInterrupt("second"))
    with pytest.raises(KeyboardInterrupt, match="second"):
        finish(None, work)
    assert work.limits == [None, LAST_SECONDS]


def test_a_failure_of_the_end_is_raised_and_not_repeated() -> None:
    work = Work(LookupError("not there"))
    with pytest.raises(LookupError, match="not there"):
        finish(None, work)
    assert work.limits == [None]


def test_a_failure_after_an_interruption_does_not_hide_it() -> None:
    work = Work(KeyboardInterrupt(), LookupError())
    with pytest.raises(KeyboardInterrupt):
        finish(None, work)
