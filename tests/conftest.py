"""Prepares every test: an environment without settings for the client, and Ctrl-C."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

# A busy machine is slow, which is not a failure.
settings.register_profile("aion", deadline=None)
settings.load_profile("aion")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell ignores SIGINT in background jobs and their children, so tests of Ctrl-C would fail.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """No setting and no proxy of the developer's machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("AIONVISION_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
