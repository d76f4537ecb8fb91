"""Documents for developers name files that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    name
    for name in ("aion/sandbox/README.md", "CONTRIBUTING.md", "docs/architecture.md")
    if (ROOT / name).is_file()
]
MOST_LINES = 10

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


def test_a_recipe_of_the_sandbox_has_at_most_ten_lines() -> None:
    text = (ROOT / "aion/sandbox/README.md").read_text(encoding="utf-8")
    recipes = text.partition("## Recipes\n")[2].split("\n### ")[1:]
    long = [recipe.splitlines()[0] for recipe in recipes if len(steps(recipe)) > MOST_LINES]
    assert (len(recipes), long) == (6, [])


def steps(recipe: str) -> list[str]:
    return [line for line in recipe.splitlines()[1:] if line.strip()]
