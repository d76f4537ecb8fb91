"""Cassettes: where they lie, how they are recorded, how they are played."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from aion import SyncAionVision
from aion.config import DEFAULT_BASE_URL
from aion.exceptions import ResourceNotFoundError
from aion.testing import Limits, Sandbox, vcr_config
from aion.testing._scrubbing import scrub_json
from aion.transport import Attempt
from tests.behaviour.calls import Calls
from tests.cassettes.scenarios.films import CHUNK
from tests.cassettes.stage import Given, Scenario, Stage, World

# vcrpy has no types.
vcr: Any = import_module("vcr")

FOLDER = Path(__file__).parent
CANARY = "aion_canary_7d1f0c3b9a5e4826"
"""The key with which is recorded; it must be in no cassette."""
_QUICKLY: dict[str, Any] = {"polling_interval": 0.001, "retry_delay": 0.0, "max_retries": 0}
_GIVEN = "given"
GIVEN_FOLDERS = {"folder", "inner"}
"""Names that scenarios use for their folders."""


def path_of(name: str, folder: Path = FOLDER) -> Path:
    """The cassette of a method."""
    return folder / f"{name}.yaml"


class Studio:
    """Records scenarios, against a sandbox or the real service.

    The clock of the sandbox only advances by a second after each response, and its background
    work takes a second for each stage, so each recording finds it at the same point.

    Args:
        api_key: A key of the real service, of a tenant for this purpose only; None for a
            sandbox.
        base_url: The URL of the service.
    """

    def __init__(self, api_key: str | None = None, base_url: str = DEFAULT_BASE_URL) -> None:
        self.sandbox: Sandbox | None = None
        self._settings: dict[str, Any] = {"api_key": api_key, "base_url": base_url}
        if api_key is None:
            self.sandbox = Sandbox(
                api_key=CANARY, pace=1.0, stepped=True, limits=Limits(video_chunk_bytes=CHUNK)
            )

    def __enter__(self) -> Studio:
        if self.sandbox is not None:
            sandbox = self.sandbox.start()

            def step(_: Attempt) -> None:
                sandbox.step_clock(1)

            self._settings = {
                **_QUICKLY,
                "api_key": CANARY,
                "base_url": sandbox.base_url,
                "on_attempt": step,
            }
        return self

    def __exit__(self, *_: object) -> None:
        if self.sandbox is not None:
            self.sandbox.stop()

    def record(self, name: str, scenario: Scenario, folder: Path = FOLDER) -> Path:
        """Record one method, in place of an older recording.

        Raises:
            AionvisionError: The method failed; the older recording is unchanged.
            RuntimeError: A response of the sandbox violated the contract.
        """
        with tempfile.TemporaryDirectory() as place:
            made = self._recorded(name, scenario, Path(place))
            if self.sandbox is not None and self.sandbox.violations:
                raise RuntimeError(f"{name}: {self.sandbox.violations}")
            target = path_of(name, folder)
            target.write_bytes(made.read_bytes())
        return target

    def _recorded(self, name: str, scenario: Scenario, place: Path) -> Path:
        if self.sandbox is not None:
            self.sandbox.reset()
        with SyncAionVision(**self._settings) as api:
            given = scenario.given(World(api, self.sandbox, place))
        calls = Calls("async")
        made = path_of(name, place)
        try:
            with vcr.VCR(**vcr_config()).use_cassette(made) as cassette:
                cassette.get_metadata(_GIVEN, scrub_json(given))
                scenario.play(
                    Stage(calls, calls.client_of(**_as_call(self._settings)), given, place)
                )
        finally:
            calls.close()
            if self.sandbox is None:
                self._tidy(given)
        return made

    def _tidy(self, given: Given) -> None:
        """Remove the folders that were made: the names of folders can be taken."""
        with SyncAionVision(**self._settings) as api:
            for name in GIVEN_FOLDERS & given.keys():
                # The scenario itself may have deleted it.
                with suppress(ResourceNotFoundError):
                    api.folders.delete(given[name], mode="delete_all")


@dataclass(frozen=True)
class Played:
    """The outcome of playing a cassette.

    Attributes:
        result: The result of the method.
        all_played: Whether every recorded request was made.
    """

    result: Any
    all_played: bool


def play(name: str, scenario: Scenario, kind: str, folder: Path, *, tapes: Path = FOLDER) -> Played:
    """Play a cassette to a client; every request has to be the recorded one, headers included.

    Args:
        name: The method.
        scenario: Its scenario.
        kind: The client: ``async`` or ``sync``.
        folder: An empty folder.
        tapes: Where the cassettes are.
    """
    calls = Calls(kind)
    # Headers count, too: the test compares those of both clients.
    config = {**vcr_config(), "record_mode": "none"}
    config["match_on"] = (*config["match_on"], "headers")
    try:
        with vcr.VCR(**config).use_cassette(path_of(name, tapes)) as cassette:
            given: Given = cassette.get_metadata(_GIVEN, {})
            api = calls.client_of(DEFAULT_BASE_URL, "aion_replay_0123456789abcdef", **_QUICKLY)
            result = scenario.play(Stage(calls, api, given, folder))
            return Played(result, cassette.all_played)
    finally:
        calls.close()


def _as_call(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a client under the names of `Calls.client_of`."""
    rest = {name: value for name, value in settings.items() if name != "api_key"}
    return {"key": settings["api_key"], **rest}


def interactions(name: str, tapes: Path = FOLDER) -> list[tuple[Any, Any]]:
    """Return the requests and responses of a cassette."""
    path = path_of(name, tapes)
    with vcr.VCR(**vcr_config()).use_cassette(path, record_mode="none") as cassette:
        return list(zip(cassette.requests, cassette.responses, strict=True))


@cache
def given_of(name: str, tapes: Path = FOLDER) -> Given:
    """What was there before a recording was made."""
    with vcr.VCR(**vcr_config()).use_cassette(path_of(name, tapes), record_mode="none") as cassette:
        found: Given = cassette.get_metadata(_GIVEN, {})
        return found
