"""Reports a `Difference` as text, Markdown or JSON: the same facts in the same order.

As text it is one page, and with `--verbose` everything. Markdown has the page, then tables of
everything. JSON always has everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any

from codegen import sections
from codegen.diffing.changes import Change, Difference
from codegen.diffing.losses import losses
from codegen.diffing.page import breaking, counts, head, page, summary, uncurated, whole
from codegen.sections import code, printable, prose

FORMATS = ("text", "markdown", "json")
_SCOPES = {"operation": "Operations", "schema": "Schemas", "document": "Document"}


def rendered(difference: Difference, form: str, *, verbose: bool = False) -> str:
    """Return the report in one of `FORMATS`; `verbose` is for text, which is a page without it."""
    match form:
        case "json":
            return json.dumps(facts(difference), indent=2, ensure_ascii=False) + "\n"
        case "markdown":
            return markdown(difference)
        case _:
            return text(difference, verbose=verbose)


# Text


def text(difference: Difference, *, verbose: bool = False) -> str:
    """Return the report for a terminal: a page, or everything."""
    if not verbose:
        lines = [*head(difference), *sections.text(page(difference), is_page=True)]
        return "\n".join(lines) + "\n"
    lines = [*head(difference), *sections.text(whole(difference), is_page=False)]
    for title, changes in _by_scope(difference):
        lines += ["", f"{title}:", *_whole_subjects(changes)]
        parts = [change for change in changes if change.place or not _is_whole(change)]
        for name, group in groupby(parts, key=lambda change: change.title):
            lines += [f"  {printable(name)}", *_parts(list(group))]
    return "\n".join(lines) + "\n"


def _is_whole(change: Change) -> bool:
    return change.kind.startswith(f"{change.scope} ") and not change.place


def _whole_subjects(changes: list[Change]) -> Iterator[str]:
    """Yield the subjects that came, went or moved, those with the same effect under one heading."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        if _is_whole(change):
            found.setdefault(f"{change.kind}, {_effect(change)}", []).append(change)
    for heading, group in found.items():
        yield f"  {printable(heading)}:"
        for change in group:
            values = f" {printable(change.where)}" if change.where else ""
            yield f"    {printable(change.title)}{values}"
            if touched := _touched(change):
                yield f"      touches {touched}"


def _parts(changes: list[Change]) -> Iterator[str]:
    """Yield the changes inside a subject, those with the same effect under one heading."""
    found: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        heading = f"{change.kind}, {_effect(change)}"
        found.setdefault((heading, _touched(change)), []).append(change)
    for (heading, touched), group in found.items():
        yield f"    {printable(heading)}:"
        yield from (f"      {printable(change.where)}" for change in group if change.where)
        if touched:
            yield f"      touches {touched}"


def _effect(change: Change) -> str:
    return f"caller {change.caller}, reader {change.reader}: {change.reason}"


def _touched(change: Change) -> str:
    return ", ".join(map(printable, (*change.methods, *change.types)))


# Markdown


def markdown(difference: Difference) -> str:
    """Return the report for a review: the page, what it cuts, and tables of all changes."""
    first = page(difference)
    lines = ["# What the new contract changes", "", *_counts(difference)]
    lines += sections.markdown(first, is_page=True)
    shown = {section.title: section.items for section in first}
    rest = [
        replace(s, title=f"{s.title}, in full")
        for s in whole(difference)
        if shown.get(s.title, ()) != s.items
    ]
    lines += sections.markdown(rest, is_page=False)
    for title, changes in _by_scope(difference):
        lines += ["", f"## {title}", ""]
        lines.append("| subject | change | caller | reader | why | touches |")
        lines.append("|---|---|---|---|---|---|")
        for change in sorted(changes, key=lambda c: not c.is_breaking):
            cells = (
                code(change.title),
                prose(_what(change)),
                _marked(change.caller),
                _marked(change.reader),
                prose(change.reason),
                ", ".join(map(code, (*change.methods, *change.types))),
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _counts(difference: Difference) -> Iterator[str]:
    if difference.changes:
        yield "| | added | removed | changed |"
        yield "|---|---|---|---|"
        for name, numbers in counts(difference).items():
            yield f"| {name} | {' | '.join(map(str, numbers.values()))} |"
        yield ""
    yield summary(difference)


def _what(change: Change) -> str:
    return f"{change.kind}{':' if change.place else ''} {change.where}".strip()


def _marked(effect: str) -> str:
    return f"**{effect}**" if effect == "breaking" else effect


# JSON


def facts(difference: Difference) -> dict[str, Any]:
    """Return everything as JSON values; `codegen/README.md` describes the keys."""
    return {
        "summary": summary(difference),
        "breaks_curated": difference.breaks_curated,
        "counts": counts(difference) | {"breaking": breaking(difference)},
        "curated": [asdict(loss) for loss in losses(difference)],
        "uncurated": uncurated(difference),
        "new_operations": [
            {
                "tag": change.tag,
                "operation": change.title,
                "operation_id": change.subject,
                "function": change.operations[0],
                "summary": change.summary,
            }
            for change in difference.of("operation added")
        ],
        "left_out": list(difference.left_out),
        "words": list(difference.words),
        "notes": list(difference.notes),
        "changes": [
            {**asdict(change), "breaks_curated": change.breaks_curated}
            for change in difference.changes
        ],
    }


def _by_scope(difference: Difference) -> Iterator[tuple[str, list[Change]]]:
    for scope, title in _SCOPES.items():
        if changes := [change for change in difference.changes if change.scope == scope]:
            yield title, changes
