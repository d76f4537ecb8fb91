"""Reports a `Difference` as text, Markdown or JSON: the same facts in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby

from codegen.diffing.changes import Change, Difference

_SCOPES = ("operation", "schema", "document")
_HEADS = {"operation": "Operations", "schema": "Schemas", "document": "Document"}
_NOTHING = "Nothing differs."


def text(difference: Difference) -> str:
    """Return the report for a terminal."""
    lines = [summary(difference)]
    for scope, changes in _by_scope(difference):
        lines += ["", f"{_HEADS[scope]}:"]
        for title, group in _by_title(changes):
            lines.append(f"  {title}")
            for change in group:
                lines.append(f"    {_what(change)}")
                sides = f"caller {change.caller}, reader {change.reader}"
                lines.append(f"      {sides}: {change.reason}")
                if touches := _touches(change, str):
                    lines.append(f"      touches {touches}")
    if difference.notes:
        lines += ["", "To check:", *(f"  {note}" for note in difference.notes)]
    return "\n".join(lines) + "\n"


def markdown(difference: Difference) -> str:
    """Return the report for a review: a table for each scope, breaking changes first."""
    lines = ["# What the new contract changes", "", summary(difference)]
    for scope, changes in _by_scope(difference):
        lines += ["", f"## {_HEADS[scope]}", ""]
        lines.append("| subject | change | caller | reader | why | touches |")
        lines.append("|---|---|---|---|---|---|")
        for change in sorted(changes, key=lambda c: not c.is_breaking):
            cells = (
                _code(change.title),
                _what(change),
                _effect(change.caller),
                _effect(change.reader),
                change.reason,
                _touches(change, _code),
            )
            lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    if difference.notes:
        lines += ["", "## To check", "", *(f"- {_cell(note)}" for note in difference.notes)]
    return "\n".join(lines) + "\n"


def as_json(difference: Difference) -> str:
    """Return the report for a program."""
    data = {
        "summary": summary(difference),
        "breaks_curated": difference.breaks_curated,
        "changes": [
            {**asdict(change), "breaks_curated": change.breaks_curated}
            for change in difference.changes
        ],
        "notes": list(difference.notes),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Difference], str]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}


def summary(difference: Difference) -> str:
    """Return the difference in one line."""
    if not difference.changes:
        return _NOTHING
    callers = sum(change.caller == "breaking" for change in difference.changes)
    readers = sum(change.reader == "breaking" for change in difference.changes)
    broken = {m for c in difference.changes if c.breaks_curated for m in c.methods}
    counts = (
        f"{_count(len(difference.changes), 'change')}: {callers} breaking for the caller,"
        f" {readers} for the reader"
    )
    return f"{counts}; {_count(len(broken), 'curated method')} broken."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _by_scope(difference: Difference) -> Iterator[tuple[str, list[Change]]]:
    for scope in _SCOPES:
        if changes := [c for c in difference.changes if c.scope == scope]:
            yield scope, changes


def _by_title(changes: list[Change]) -> Iterator[tuple[str, list[Change]]]:
    for title, group in groupby(changes, key=lambda change: change.title):
        yield title, list(group)


def _what(change: Change) -> str:
    place = f" {change.place}" if change.place else ""
    values = " -> ".join(value or "none" for value in (change.old, change.new))
    shown = f" ({values})" if change.old and change.new else ""
    if bool(change.old) != bool(change.new):
        shown = f" ({change.old or change.new})"
    return f"{change.kind}{':' if place else ''}{place}{shown}"


def _touches(change: Change, style: Callable[[str], str]) -> str:
    return ", ".join(style(name) for name in (*change.methods, *change.types))


def _code(name: str) -> str:
    return f"`{name}`"


def _effect(effect: str) -> str:
    return f"**{effect}**" if effect == "breaking" else effect


def _cell(value: str) -> str:
    """Escape text so that it stays in its cell, whatever the contract contains."""
    return " ".join(value.split()).replace("\\", "\\\\").replace("|", "\\|")
