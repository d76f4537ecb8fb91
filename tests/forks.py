"""A mark for tests that fork."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

_Test = TypeVar("_Test", bound=Callable[..., Any])

_CAN_FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
# From 3.12 on Python warns of a fork while threads run. That it works then is what is tested.
_MAY_FORK = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def forks(test: _Test) -> _Test:
    """Mark a test that forks while threads run."""
    marked: _Test = _MAY_FORK(_CAN_FORK(test))
    return marked
