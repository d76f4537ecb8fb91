"""A monotonic clock for waits, which libraries that patch time cannot reach.

Tests freeze and move the clock (freezegun, time-machine, a lambda in its place). A wait that reads
a patched clock never ends, or ends at once. Values compare with those of `time.monotonic`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType


def _own() -> ModuleType:
    """Return a private copy of the module `time`, or the module itself if it cannot be copied.

    Libraries that patch time do so in the modules that are loaded, by name or by the identity of
    the functions, and may have done so before this package is imported.
    """
    spec = time.__spec__
    loader = spec.loader if spec is not None else None
    copy = loader.create_module(spec) if spec is not None and loader is not None else None
    if loader is None or copy is None:
        return time
    loader.exec_module(copy)
    return copy


monotonic: Callable[[], float] = _own().monotonic
"""Returns seconds since an arbitrary moment, as `time.monotonic` does."""

__all__ = ["monotonic"]
