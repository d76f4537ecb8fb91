"""Documents for developers name files that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("aion/sandbox/README.md", "CONTRIBUTING.md", "docs/architecture.md")
MOST_LINES = 10
MOST_FILES = 5

_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_TICKS = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.<>*-]+(?:/[\w.<>*-]+)*(?:/|\.(?:py|md|json|toml|txt|yml))\Z")


def paths(text: str) -> Iterator[str]:
    """The paths in backticks outside of fenced code: they end with a slash or a file's ending."""
    for found in _TICKS.findall(_FENCE.sub("", text)):
        if _PATH.match(found):
            yield found


def exists(path: str, document: str = "") -> bool:
    """Whether a path exists; of one with a placeholder, the folder before it.

    Paths are relative to the project, to the package, or to the document that names them.
    """
    fixed = re.split(r"[<*]", path)[0]
    known = fixed if fixed == path else fixed.rpartition("/")[0]
    bases = (ROOT, ROOT / "aion", (ROOT / document).parent)
    return any((base / known).exists() for base in bases)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_in_a_document_exists(document: str) -> None:
    named = list(paths((ROOT / document).read_text(encoding="utf-8")))
    assert named
    assert [path for path in named if not exists(path, document)] == []


def test_a_path_that_does_not_exist_is_noticed() -> None:
    text = "See `aion/sandbox/nowhere.py`, `aion/nowhere/<name>.py` and `aion/sandbox/<name>.py`."
    missing = [path for path in paths(text) if not exists(path)]
    assert missing == ["aion/sandbox/nowhere.py", "aion/nowhere/<name>.py"]


def recipes(document: str) -> dict[str, list[str]]:
    """The lines of each recipe of a document, by its title."""
    text = (ROOT / document).read_text(encoding="utf-8").partition("## Recipes\n")[2]
    return {
        lines[0]: [line for line in lines[1:] if line.strip()]
        for recipe in text.split("\n### ")[1:]
        for lines in [recipe.splitlines()]
    }


def test_each_kind_of_change_has_its_recipe() -> None:
    assert (len(recipes("CONTRIBUTING.md")), len(recipes("aion/sandbox/README.md"))) == (14, 6)


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (document, title)
        for document in ("CONTRIBUTING.md", "aion/sandbox/README.md")
        for title in recipes(document)
    ],
)
def test_a_recipe_is_short_and_opens_few_files(document: str, title: str) -> None:
    lines = recipes(document)[title]
    opened = {path for line in lines for path in paths(line) if Path(path).suffix}
    assert len(lines) <= MOST_LINES
    # The sandbox's recipes name alternatives, of which a change needs one.
    assert len(opened) <= MOST_FILES or document == "aion/sandbox/README.md"
