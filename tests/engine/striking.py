"""An exception at any line of the code under test, as a signal handler raises it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

Spot = tuple[str, int]
"""A file and a line."""


class Struck(BaseException):
    """What is raised. Like KeyboardInterrupt, it is no `Exception`."""


@contextmanager
def tracing(part: str, at_line: Callable[[Spot], None]) -> Iterator[None]:
    """Call a function before each line of the files whose path holds `part`, in this thread."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        if part not in file:
            return None
        if event == "line":
            at_line((file, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def lines(part: str, work: Callable[[], object]) -> list[tuple[Spot, int]]:
    """The first and the last visit of each line that some work comes by: the line and its count."""
    visits: dict[Spot, int] = {}

    def note(spot: Spot) -> None:
        visits[spot] = visits.get(spot, 0) + 1

    with tracing(part, note):
        work()
    return [(spot, n) for spot, count in visits.items() for n in sorted({1, count})]


def strike(part: str, spot: Spot, visit: int, work: Callable[[], object]) -> bool:
    """Do some work, with an exception at one visit of one line.

    Returns:
        Whether it came to the caller. It does not where the line is one of a finalizer.
    """
    left = [visit]

    def count(here: Spot) -> None:
        if here == spot:
            left[0] -= 1
            if left[0] == 0:
                raise Struck

    try:
        with tracing(part, count):
            work()
    except Struck:
        return True
    return False
