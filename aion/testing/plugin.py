"""Provides pytest fixtures: a sandbox that is started once, and reset for every test.

In the `conftest.py` at the root of the tests::

    pytest_plugins = ["aion.testing.plugin"]

A test then requests the fixtures that it needs::

    def test_a_photo_is_described(aion_client, tmp_path):
        ...

    def test_the_whole_program(aion_env):
        # AIONVISION_API_KEY and AIONVISION_BASE_URL point to the sandbox.
        ...

It is not loaded automatically: otherwise it would be part of every run of pytest with this package
installed. The sandbox needs the extra `sandbox`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from aion import SyncAionVision
    from aion.testing import Sandbox

__all__ = ["aion_client", "aion_env", "aion_sandbox", "aion_sandbox_options"]

_PACE = 0.005
_HERE = "localhost,127.0.0.1,::1"


@pytest.fixture(scope="session")
def aion_sandbox_options() -> Mapping[str, Any]:
    """Return the arguments of `aion.testing.Sandbox`; override this fixture to choose them.

    By default background work stays 5 ms in each of its states. A session has one sandbox for
    each process that runs tests, so do not set the port.
    """
    return {}


@pytest.fixture(scope="session")
def _aion_sandbox_server(aion_sandbox_options: Mapping[str, Any]) -> Iterator[Sandbox]:  # pyright: ignore[reportUnusedFunction]
    from aion.testing import Sandbox

    options: dict[str, Any] = {"pace": _PACE, **aion_sandbox_options}
    with Sandbox(**options) as sandbox:
        yield sandbox


@pytest.fixture
def aion_sandbox(_aion_sandbox_server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Return a running sandbox, empty and without faults, whatever earlier tests did.

    During the test, proxies of the environment are not used for addresses of this machine.
    """
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, ",".join(filter(None, (os.environ.get(name), _HERE))))
    _aion_sandbox_server.reset()
    return _aion_sandbox_server


@pytest.fixture
def aion_client(aion_sandbox: Sandbox) -> Iterator[SyncAionVision]:
    """Yield a blocking client of the sandbox, and close it when the test ends.

    A test opens an asynchronous client itself, in its event loop:
    `async with aion_sandbox.client() as client`.
    """
    with aion_sandbox.sync_client() as client:
        yield client


@pytest.fixture
def aion_env(aion_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Point the environment to the sandbox: `from_env()` of either client reaches it in this test.

    Every other `AIONVISION_` variable is removed until the test ends.
    """
    for name in [name for name in os.environ if name.startswith("AIONVISION_")]:
        monkeypatch.delenv(name)
    for name, value in aion_sandbox.environment.items():
        monkeypatch.setenv(name, value)
    return aion_sandbox
