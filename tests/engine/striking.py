"""An exception at any line of the code under test, as a signal handler raises it."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import wraps
from types import FrameType, ModuleType, TracebackType
from typing import Any, ParamSpec, Self

P = ParamSpec("P")

Spot = tuple[str, int, int]
"""A file, a line, and which of its visits."""


class Struck(BaseException):
    """The raised error. Like KeyboardInterrupt, it does not inherit from `Exception`."""


@contextmanager
def finalizers_may_be_struck() -> Generator[None]:
    """Drop the exceptions that strike a finalizer, as Python does; pytest would keep them.

    So is the warning of a socket that was struck between its making and its first name.
    """

    def ignored(_: object) -> None:
        pass

    before, sys.unraisablehook = sys.unraisablehook, ignored
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            yield
            gc.collect()
    finally:
        sys.unraisablehook = before


def in_a_thread(test: Callable[P, None]) -> Callable[P, None]:
    """Run a test in a thread of its own.

    Where an exception strikes the first line of a handler, Python 3.11 takes the handled exception
    for one that is being handled from then on, in that thread.
    """

    @wraps(test)
    def running(*args: P.args, **kwargs: P.kwargs) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(test, *args, **kwargs).result()

    return running


class Part:
    """The code under test: modules, and packages with all that is below them."""

    def __init__(self, *modules: ModuleType) -> None:
        self._files = {
            file
            for module in modules
            if not hasattr(module, "__path__")
            for file in [module.__file__]
            if file
        }
        self._folders = tuple(
            f"{folder}{os.sep}" for module in modules for folder in getattr(module, "__path__", ())
        )

    def __contains__(self, file: str) -> bool:
        return file in self._files or file.startswith(self._folders)


class _Tracer:
    """Calls `at_line` before each line of a part, in the thread of its ``with`` block."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._before: Any = None

    def at_line(self, file: str, line: int) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        sys.settrace(self._before)
        return None

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        if file not in self._part:
            return None
        if event == "line":
            self.at_line(file, frame.f_lineno)
        return self._trace


class Visits(_Tracer):
    """Notes the lines that some work comes by.

    Args:
        part: The code that is watched.
        last: Note of each line its last visit too, not only the first.
    """

    def __init__(self, part: Part, *, last: bool) -> None:
        super().__init__(part)
        self._last = last
        self._counts: dict[tuple[str, int], int] = {}

    def at_line(self, file: str, line: int) -> None:
        self._counts[file, line] = self._counts.get((file, line), 0) + 1

    @property
    def spots(self) -> list[Spot]:
        """Where an exception may strike that work."""
        visits = [(at, {1, count if self._last else 1}) for at, count in self._counts.items()]
        return [(*at, visit) for at, which in visits for visit in sorted(which)]


class Strike(_Tracer):
    """Raises at one line. The exception ends the ``with`` block, and nothing else.

    If the line belongs to a finalizer, Python drops the exception, and the work continues.
    """

    def __init__(self, part: Part, spot: Spot) -> None:
        super().__init__(part)
        self.spot = spot
        self._visits = 0

    def at_line(self, file: str, line: int) -> None:
        if (file, line) == self.spot[:2]:
            self._visits += 1
            if self._visits == self.spot[2]:
                raise Struck

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        super().__exit__(kind, error, trace)
        return isinstance(error, Struck)
