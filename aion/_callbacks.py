"""Errors of this package that a callback of the caller raised: they are the caller's, not a call's.

A callback may well make calls of its own. What comes of those must not be taken for what came of
the request that it was told of: that would be ridden out, wrapped, or sent again. So they are
marked where the callback is called, and every handler of our own errors lets them pass.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from aion.exceptions import AionvisionError

_MARK = "_raised_by_callback"


@contextmanager
def marking() -> Generator[None]:
    """Mark what is raised inside, which is the call of a callback."""
    try:
        yield
    except AionvisionError as error:
        setattr(error, _MARK, True)
        raise


def raised_by_callback(error: BaseException) -> bool:
    """Whether a callback raised an error."""
    return getattr(error, _MARK, False) is True


def pass_on(error: AionvisionError) -> None:
    """Raise an error again that a callback raised; do nothing about any other."""
    if raised_by_callback(error):
        raise error


@contextmanager
def ignoring_failures() -> Generator[None]:
    """Suppress what comes of calls inside, but not what a callback raises."""
    try:
        yield
    except AionvisionError as error:
        pass_on(error)


__all__ = ["ignoring_failures", "marking", "pass_on", "raised_by_callback"]
