"""What every test needs: an environment that says nothing to the client, and Ctrl-C."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

# A busy machine is slow, which is no failure.
settings.register_profile("aion", deadline=None)
settings.load_profile("aion")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is in what a shell starts in the background, and in its children: nothing would answer
    # to the Ctrl-C of a test.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """No setting and no proxy of the developer's machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("AIONVISION_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
