"""The clock of everything that waits: `time.monotonic`, which nothing that patches time reaches.

Tests freeze and move the clock (freezegun, time-machine, a lambda in its place). A wait that reads
such a clock never ends, or ends at once. Its values can be compared with those of `time.monotonic`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType


def _own() -> ModuleType:
    """A private copy of the module `time`, or the module itself where none can be made.

    What patches time does so in the modules that are loaded, by name or by the identity of the
    functions, and may have done so before this package is imported.
    """
    spec = time.__spec__
    loader = spec.loader if spec is not None else None
    copy = loader.create_module(spec) if spec is not None and loader is not None else None
    if loader is None or copy is None:
        return time
    loader.exec_module(copy)
    return copy


monotonic: Callable[[], float] = _own().monotonic
"""Seconds since some moment, as `time.monotonic`."""

__all__ = ["monotonic"]
