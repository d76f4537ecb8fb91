"""Drafts the changelog entry, in the form of Keep a Changelog.

In each section, changes that break a curated method come first. Each change names the methods that
it touches. A maintainer edits the draft; no code writes it into `CHANGELOG.md`.
"""

from __future__ import annotations

from codegen.diffing.changes import Change, Difference

_ORDER = ("Added", "Changed", "Deprecated", "Removed")


def draft(difference: Difference) -> str:
    """Return the sections of an ``Unreleased`` entry, without empty ones."""
    sections: dict[str, list[tuple[bool, str]]] = {name: [] for name in _ORDER}
    for change in difference.changes:
        sections[_section(change)].append((not change.breaks_curated, _line(change)))
    lines = ["## [Unreleased]"]
    for name, entries in sections.items():
        if entries:
            ordered = sorted(dict.fromkeys(entries), key=lambda entry: entry[0])
            lines += ["", f"### {name}", "", *(line for _, line in ordered)]
    if len(lines) == 1:
        lines += ["", "No change for users."]
    return "\n".join(lines) + "\n"


def _section(change: Change) -> str:
    words = change.kind.split()
    if words[-1] == "deprecated" and "not" not in words:
        return "Deprecated"
    # A new or removed value or field changes its owner; an operation is independent.
    if change.kind in ("operation added", "schema added"):
        return "Added"
    if change.kind in ("operation removed", "schema removed"):
        return "Removed"
    if words[-1] == "added" and not change.is_breaking:
        return "Added"
    return "Removed" if words[-1] == "removed" else "Changed"


def _line(change: Change) -> str:
    breaking = "**Breaking:** " if change.is_breaking else ""
    what = f"{change.kind} {change.place}".strip()
    values = f" (`{change.old}` to `{change.new}`)" if change.old and change.new else ""
    where = f"`{change.title}`"
    met = [*change.methods, *change.types] if change.is_breaking else [*change.methods]
    touched = f" Touches {', '.join(f'`{name}`' for name in met)}." if met else ""
    text = f"- {breaking}{where}: {what}{values}."
    return " ".join((text + touched).split())
