"""Reads `CHANGELOG.md`, and checks its form (Keep a Changelog) and the package's version.

The form: ``## [Unreleased]`` first, then ``## [1.2.3] - 2026-01-31`` from the newest version to the
oldest, and below them ``### Added`` and its like with entries that begin with ``- ``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

NAME = "CHANGELOG.md"
SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_UNRELEASED = "Unreleased"
_HEADING = re.compile(r"## \[(?P<name>[^\]]+)\](?: - (?P<day>\S+))?")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass
class Release:
    """One version of a changelog, or its unreleased part.

    Attributes:
        name: The version, or ``Unreleased``.
        day: The date as written; empty without a date.
        line: The line of its heading, from 1.
        sections: Section -> its entries.
    """

    name: str
    day: str
    line: int
    sections: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def entries(self) -> int:
        """The number of its entries."""
        return sum(map(len, self.sections.values()))


def releases(text: str) -> list[Release]:
    """Return the versions of a changelog, in its order."""
    found: list[Release] = []
    section: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _HEADING.fullmatch(line.rstrip()):
            found.append(Release(heading["name"], heading["day"] or "", number))
            section = None
        elif line.startswith("### ") and found:
            section = found[-1].sections.setdefault(line[4:].strip(), [])
        elif line.startswith("- ") and section is not None:
            section.append(line[2:])
    return found


def entries(text: str) -> int:
    """Count all entries of a changelog."""
    return sum(release.entries for release in releases(text))


def newest(text: str) -> str:
    """Return the newest version with a heading in a changelog, or an empty string."""
    return next((r.name for r in releases(text) if _VERSION.fullmatch(r.name)), "")


def faults(text: str, version: str) -> list[str]:
    """Return what is wrong with a changelog, one line each; an empty list if nothing is.

    Args:
        text: The changelog.
        version: The version of the package.
    """
    return [f"{NAME}{fault}" for fault in (*_form(text), *_order(text), *_current(text, version))]


def _form(text: str) -> Iterator[str]:
    lines = text.splitlines()
    if not lines or lines[0].strip() != "# Changelog":
        yield ":1: the first line is not `# Changelog`"
    if not any(release.name == _UNRELEASED for release in releases(text)):
        yield ": has no `## [Unreleased]`"
    is_inside = False
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            is_inside = False
            seen.clear()
            if not _HEADING.fullmatch(line.rstrip()):
                yield f":{number}: not the heading of a version: write `## [1.2.3] - 2026-01-31`"
        elif line.startswith("### "):
            name = line[4:].strip()
            if name not in SECTIONS:
                yield f":{number}: {name} is not one of {', '.join(SECTIONS)}"
            if name in seen:
                yield f":{number}: one version has the section {name} twice"
            seen.add(name)
            is_inside = True
        elif line.startswith("- ") and not is_inside:
            yield f":{number}: this entry is not in a section such as `### Added`"
    for release in releases(text):
        for name, held in release.sections.items():
            if not held:
                yield f":{release.line}: {name} of {release.name} has no entry"


def _order(text: str) -> Iterator[str]:
    before: Release | None = None
    for place, release in enumerate(releases(text)):
        if release.name == _UNRELEASED:
            if place or release.day:
                yield f":{release.line}: `## [Unreleased]` has to be first, without a date"
            continue
        if not _VERSION.fullmatch(release.name):
            yield f":{release.line}: {release.name} is not a version such as 1.2.3"
            continue
        if not _is_day(release.day):
            yield f":{release.line}: {release.name} has no date such as 2026-01-31"
        if before and numbers(before.name) <= numbers(release.name):
            yield f":{release.line}: {release.name} is below {before.name}: newer ones come first"
        if before and before.day < release.day:
            yield f":{release.line}: {release.name} has a later date than {before.name}"
        before = release


def _current(text: str, version: str) -> Iterator[str]:
    last = newest(text)
    news = next((r.entries for r in releases(text) if r.name == _UNRELEASED), 0)
    if last == version:
        return
    if last and numbers(last) > numbers(version):
        yield f": begins with {last}, but the package is {version}: set it in pyproject.toml"
    elif not news:
        yield f": has no entry for {version}: describe it under `## [Unreleased]`"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, for comparison."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()
