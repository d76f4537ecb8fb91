"""The links of README.md, which a package index shows without the files around it.

`python -m tests.docs.links --update` makes each link to a file of the repository absolute, after
its address in pyproject.toml has changed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
LINK = re.compile(r"(?<=\]\()[^)\s]+(?=\))")


def base() -> str:
    """The address of the files of the repository, with what stands before a path."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    changelog: str = project["urls"]["Changelog"]
    return changelog.removesuffix("CHANGELOG.md")


def links() -> list[str]:
    """Every link of README.md."""
    return LINK.findall(README.read_text("utf-8"))


def ends(link: str) -> Iterator[str]:
    """The ends of a link that may be a path, the longest first: all after one of its slashes."""
    parts = re.split(r"[/#]", link)
    return ("/".join(parts[start:]) for start in range(len(parts)))


def absolute(link: str) -> str:
    """A link with the address of today, if it leads to a file of the repository."""
    path = next((end for end in ends(link) if end and (ROOT / end).is_file()), None)
    return link if path is None else base() + path


if __name__ == "__main__":
    written = LINK.sub(lambda found: absolute(found[0]), README.read_text("utf-8"))
    if "--update" in sys.argv:
        README.write_text(written, encoding="utf-8")
    else:
        print(written)
