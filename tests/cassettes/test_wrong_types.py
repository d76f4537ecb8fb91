"""A value of the wrong type in a response: a result or an error of the package, never another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cassettes.mutations import Mutation, mutations
from tests.cassettes.replay import raw_error, recorded
from tests.cassettes.table import SCENARIOS

EVERY = {"sync": 37, "async": 97}
"""Out of that many changes of a method, the suite tests one; the soak tests all."""


def changes(name: str) -> list[Mutation]:
    return list(mutations([one.body for one in recorded(name)]))


def problems(name: str, kind: str, some: list[Mutation], folder: Path) -> list[str]:
    """What the changes of one method bring that they never may."""
    found: list[str] = []
    for one in some:
        for left in folder.iterdir():
            left.unlink()
        problem = raw_error(name, SCENARIOS[name], kind, one, folder)
        if problem is not None:
            found.append(f"{one}: {problem}")
    return found


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_p15_a_wrong_type_in_a_response_is_a_typed_error_or_a_result(
    name: str, kind: str, tmp_path: Path
) -> None:
    every = EVERY[kind]
    # Each method begins elsewhere, so that all kinds of changes are tried.
    some = changes(name)[len(name) % every :: every]
    assert problems(name, kind, some, tmp_path) == []


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_p15_every_wrong_type_in_a_response_is_a_typed_error_or_a_result(
    name: str, kind: str, tmp_path: Path
) -> None:
    assert problems(name, kind, changes(name), tmp_path) == []


@pytest.mark.parametrize("name", ["files.list", "uploads.upload", "chats.send_stream"])
def test_a_response_that_is_not_changed_gives_its_result(name: str, tmp_path: Path) -> None:
    assert raw_error(name, SCENARIOS[name], "sync", None, tmp_path) is None


def test_a_change_is_made_where_it_says() -> None:
    body = b'{"a": [1, {"b": 2}]}'
    made = {str(one): json.loads(one.applied(body)) for one in mutations([body])}
    assert made["answer 0: a.1.b is a string"] == {"a": [1, {"b": "wrong"}]}
    assert made["answer 0: a.0 is deleted"] == {"a": [{"b": 2}]}
