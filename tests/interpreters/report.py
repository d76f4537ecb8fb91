"""Adds up what sessions did: reads the reports of nox and pytest, and writes the table. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

MAY_FAIL: Final = frozenset({"prereleases"})
"""Sessions that look ahead: their failures are shown, and fail nothing."""
FEWEST: Final = 3
"""Fewest interpreters on which the tests have to pass."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one session did.

    Attributes:
        session: Its name, such as ``tests-3.12``.
        result: ``success``, ``failed``, or ``skipped`` if its interpreter was not found.
        seconds: How long it took.
        python: The exact version of its interpreter, if it is known.
        passed: How many tests passed; None if it ran none.
        failed: How many failed, errors included.
        skipped: How many were skipped.
    """

    session: str
    result: str
    seconds: float
    python: str | None = None
    passed: int | None = None
    failed: int = 0
    skipped: int = 0

    @property
    def name(self) -> str:
        """The name without the interpreter and the parameters."""
        return self.session.partition("-")[0].partition("(")[0]

    @property
    def version(self) -> str:
        """The interpreter that the session asks for, such as ``3.12``."""
        return self.session.partition("-")[2].partition("(")[0]

    @property
    def is_missing(self) -> bool:
        """Whether its interpreter was not found."""
        return self.result == "skipped"

    @property
    def is_wrong(self) -> bool:
        """Whether it fails the whole run."""
        return self.result not in ("success", "skipped") and self.name not in MAY_FAIL


def read(report: Path, results: Path) -> list[Outcome]:
    """Read a report of nox, and the results that its sessions left.

    Args:
        report: What `nox --report` wrote.
        results: The folder with a file of pytest's results, and one with the version of the
            interpreter, for each session.
    """
    sessions: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["sessions"]
    return [_outcome(one, results) for one in sessions]


def _outcome(session: dict[str, Any], results: Path) -> Outcome:
    name: str = session["signatures"][0]
    seconds = float(session.get("duration") or 0.0)
    version = results / f"{name}.python"
    python = version.read_text("utf-8").strip() if version.is_file() else None
    tests = results / f"{name}.xml"
    if not tests.is_file():
        return Outcome(name, session["result"], seconds, python)
    total = failed = skipped = 0
    for suite in ElementTree.fromstring(tests.read_text("utf-8")).iter("testsuite"):
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    passed = total - failed - skipped
    return Outcome(name, session["result"], seconds, python, passed, failed, skipped)


def merged(first: Iterable[Outcome], second: Iterable[Outcome]) -> list[Outcome]:
    """Return the outcomes of two runs, where the second made up for what the first lacked."""
    later = {one.session: one for one in second}
    return [later.get(one.session, one) if one.is_missing else one for one in first]


def passed_on(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the exact versions of the interpreters on which the tests passed."""
    tested = (one for one in outcomes if one.name == "tests" and one.result == "success")
    return [one.python or one.version for one in tested]


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as lines for people, the verdict last."""
    lines = [_line(one) for one in outcomes if not one.is_missing]
    missing = sorted({one.version for one in outcomes if one.is_missing})
    if missing:
        lines.append(f"not run, because the interpreter was not found: {', '.join(missing)}")
    wrong = [one.session for one in outcomes if one.is_wrong]
    if wrong:
        lines.append(f"failed: {', '.join(wrong)}")
    versions = passed_on(outcomes)
    lines.append(f"the tests passed on {len(versions)} interpreters: {', '.join(versions)}")
    if len(versions) < FEWEST:
        lines.append(f"that is too few: at least {FEWEST} are needed")
    return "\n".join(lines)


def is_good(outcomes: Sequence[Outcome]) -> bool:
    """Whether nothing failed that may not, on enough interpreters."""
    return not any(one.is_wrong for one in outcomes) and len(passed_on(outcomes)) >= FEWEST


def _line(one: Outcome) -> str:
    counts = ""
    if one.passed is not None:
        counts = f"{one.passed:>7,} passed {one.failed:>4,} failed {one.skipped:>4,} skipped"
    allowed = " (may fail)" if one.result == "failed" and one.name in MAY_FAIL else ""
    what = f"{one.session:<24} {one.python or one.version:<8} {one.result + allowed:<10}"
    return f"{what} {counts:<41} {one.seconds:>5.0f} s"
