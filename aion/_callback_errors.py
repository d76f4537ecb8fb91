"""Errors of this package that a callback of the caller raised: they are the caller's, not a call's.

A callback may well make calls of its own. What comes of those must not be taken for what came of
the request that it was told of: that would be ridden out, or sent again.
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
    """Whether a callback raised an error, which is passed on as it is."""
    return getattr(error, _MARK, False) is True


__all__ = ["marking", "raised_by_callback"]
