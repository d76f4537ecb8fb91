"""A few house words that readers stumble over stay out of the code and the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = {
    r"told|tells": "report, notify, say or return",
    r"wish(es)?": "options",
    r"parcels?": "request batch or batch",
    r"crew": "worker threads or group of calls",
    r"nobody|somebody|whoever": "the passive, or who it is",
    r"ridden out|rid(es?|ing) out": "survive, retry",
    r"what (comes|came|becomes|became) of": "the outcome of",
    r"stands? in the way": "block",
    r"look(s|ed)? again": "poll",
    r"taken for(?! \w+ in)": "mistaken for, treated as",
}
"""Each word, with what to say instead."""
PLACES = ("aion", "codegen", "templates", "docs", "README.md", "CONTRIBUTING.md")
ENDINGS = {".py", ".md", ".jinja", ".toml"}
MADE = re.compile(r"aion/sync/|/sync_\w+\.py$|docs/methods\.md$")


def texts() -> Iterator[tuple[str, str]]:
    """Every source and document written by hand, by its path."""
    for place in PLACES:
        path = ROOT / place
        for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
            name = one.relative_to(ROOT).as_posix()
            if one.suffix in ENDINGS and not MADE.search(name):
                yield name, one.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", WORDS)
def test_a_house_word_is_not_used(word: str) -> None:
    pattern = re.compile(rf"\b(?:{word})\b", re.IGNORECASE)
    used = [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert used == [], f"say {WORDS[word]}"
