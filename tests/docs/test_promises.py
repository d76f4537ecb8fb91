"""The table of promises in `docs/architecture.md`: each names a file in which it is tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (P\d+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE))
OPEN = "not yet"


def named_for(promise: str, text: str) -> list[str]:
    """The tests in a text whose names carry the id of a promise."""
    names = re.findall(r"^ *(?:async )?def (test_\w+)", text, re.MULTILINE)
    return [name for name in names if promise.lower() in name.lower().split("_")]


def test_every_promise_has_its_row() -> None:
    assert list(ROWS) == [f"P{number}" for number in range(1, 33)]


@pytest.mark.parametrize("promise", [name for name, where in ROWS.items() if where != OPEN])
def test_a_promise_is_tested_where_the_page_says(promise: str) -> None:
    text = (ROOT / ROWS[promise].strip("`")).read_text(encoding="utf-8")
    assert named_for(promise, text) != []


@pytest.mark.parametrize("promise", [name for name, where in ROWS.items() if where == OPEN])
def test_a_promise_that_is_tested_is_not_called_open(promise: str) -> None:
    tested = [
        path.name
        for path in (ROOT / "tests").rglob("test_*.py")
        if named_for(promise, path.read_text(encoding="utf-8"))
    ]
    assert tested == []
