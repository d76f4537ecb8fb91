"""What every test needs: an environment that says nothing to the client."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A busy machine is slow, which is no failure.
settings.register_profile("aion", deadline=None)
settings.load_profile("aion")


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """No setting and no proxy of the developer's machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("AIONVISION_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
