"""Each documented method has a cassette; it is on contract, and both clients play it."""

from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest

from aion.testing._scrubbing import scrub_text
from tests.cassettes.contract import problems
from tests.cassettes.table import SCENARIOS, WITHOUT
from tests.cassettes.tape import CANARY, FOLDER, Studio, interactions, path_of, play
from tests.contract.surface import methods
from tests.docs.methods import DOCS

CASSETTES = sorted(FOLDER.glob("*.yaml"))
OWNERS = {
    "AionVision": "client",
    "ChatSessionContext": "chat_session",
    "Pipeline": "pipeline",
    "ChatResource": "chats",
    "UploadResource": "uploads",
    "DescribeResource": "descriptions",
    "VerifyResource": "verifications",
}
"""How the documented classes are reached, where it is not by their own name."""
KINDS = ("async", "sync")
SOME = ("chats.send_stream", "files.list", "uploads.upload", "video_uploads.upload_one")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections and name lookups fail."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def documented() -> set[str]:
    """The methods of the documented surface, and those of the table in the documents."""
    found = set(re.findall(r"^\| `([\w.]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    for one in methods():
        if one.module.startswith(("aion.resources.", "aion.client", "aion.pipeline")):
            if one.blocking or one.name.startswith("__"):
                continue
            owner = OWNERS.get(one.owner, _snake(one.owner.removesuffix("Resource")))
            found.add(f"{owner}.{one.name}")
    return found


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_")


def test_every_documented_method_has_a_cassette_or_a_reason_to_have_none() -> None:
    assert documented() == {*SCENARIOS, *WITHOUT}


def test_every_cassette_is_of_a_documented_method() -> None:
    assert [one.stem for one in CASSETTES] == list(SCENARIOS)


def test_no_method_has_a_cassette_and_a_reason_to_have_none() -> None:
    assert SCENARIOS.keys() & WITHOUT.keys() == set()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", SCENARIOS)
def test_both_clients_send_what_is_recorded_and_give_the_same(name: str, tmp_path: Path) -> None:
    # Results have the paths of what was uploaded, so both clients upload from the same folder.
    played = {
        kind: play(name, SCENARIOS[name], kind, _emptied(tmp_path / "files")) for kind in KINDS
    }
    assert played["async"].all_played
    assert played["sync"] == played["async"]


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_recorded_is_on_contract(name: str) -> None:
    assert [problem for one in interactions(name) for problem in problems(*one)] == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_something_is_recorded(name: str) -> None:
    assert interactions(name)


def test_p16_no_cassette_holds_the_key_that_it_was_recorded_with() -> None:
    assert [one.name for one in CASSETTES if CANARY.encode() in one.read_bytes()] == []


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_p16_no_cassette_holds_an_address_a_token_or_a_signature(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert scrub_text(text) == text


def test_the_cassettes_are_small() -> None:
    assert sum(one.stat().st_size for one in CASSETTES) < 1_000_000


def test_a_recording_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    with Studio() as studio:
        for name in SOME:
            made = studio.record(name, SCENARIOS[name], tmp_path)
            assert made.read_bytes() == path_of(name).read_bytes(), f"make record ({name})"


@pytest.mark.soak
def test_all_recordings_are_current(tmp_path: Path) -> None:
    with Studio() as studio:
        made = {name: studio.record(name, one, tmp_path) for name, one in SCENARIOS.items()}
    changed = [name for name, one in made.items() if one.read_bytes() != path_of(name).read_bytes()]
    assert changed == []
