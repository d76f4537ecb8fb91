"""Formats results as text, as Markdown and as data."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from benchmarks.contenders import CONTENDERS
from benchmarks.measure import AION, FLOOR, Figure, Result, Verdict
from benchmarks.rows import ROWS

_FIGURES: dict[Figure, str] = {
    "cpu": "CPU",
    "wall": "wall",
    "rate": "rate",
    "p50": "median",
    "p99": "p99 / median",
    "tail": "p99",
    "rss": "extra memory",
}


def _amount(figure: Figure, value: float) -> str:
    if figure in ("cpu", "wall", "p50", "tail"):
        for limit, unit in ((1e-3, "us"), (1, "ms")):
            if value < limit:
                return f"{value * (1e6 if unit == 'us' else 1e3):.3g} {unit}"
        return f"{value:.3g} s"
    if figure == "rss":
        return f"{value / 2**20:.1f} MiB"
    return f"{value:,.0f}/s" if figure == "rate" else f"{value:.2f}"


def _place(result: Result) -> str:
    """Return the contender that the ratios of a row are relative to: usually the floor."""
    if FLOOR in result.samples:
        return FLOOR
    others = [bar.over for bar in result.bars if bar.over in result.samples]
    return others[0] if others and others[0] else AION


def ratio(result: Result, contender: str) -> tuple[float, float, float]:
    """Return the median, minimum and maximum of a contender's ratios."""
    found = result.ratios(contender, _place(result))
    return statistics.median(found), min(found), max(found)


def verdict(found: Verdict) -> str:
    """Format the verdict on one bar."""
    bar = found.bar
    sign = ">=" if bar.least else "<="
    if bar.over is None:
        value, limit = _amount(bar.figure, found.value), _amount(bar.figure, bar.limit)
        what = f"{bar.of} {_FIGURES[bar.figure]} {value} (bar {sign} {limit})"
    else:
        spread = f"{found.low:.2f} to {found.high:.2f}"
        what = (
            f"{bar.of} / {bar.over} {_FIGURES[bar.figure]} {found.value:.2f} [{spread}]"
            f" (bar {sign} {bar.limit:g})"
        )
    return f"{'holds' if found.holds else 'MISSED'}: {what}"


def row(title: str, result: Result) -> str:
    """Format one row as text."""
    lines = [title]
    for name in result.samples:
        median = statistics.median(result.values(name))
        middle, low, high = ratio(result, name)
        lines.append(
            f"  {name:<26}{_amount(result.main, median):>12}   {middle:6.2f}"
            f"  [{low:.2f} to {high:.2f}]"
        )
    lines += [f"  {name:<26}{'-':>12}   {why}" for name, why in result.missing.items()]
    lines += [f"  {name} {note}" for name, note in result.notes.items()]
    lines += [f"  {verdict(one)}" for one in result.verdicts()]
    return "\n".join(lines)


def markdown(results: dict[str, Result]) -> str:
    """Format the table of the documentation: medians relative to the floor, and verdicts."""
    names = [one.name for one in CONTENDERS if one.name != FLOOR]
    head = ["row", *names, "bars of aion"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for one in ROWS:
        if one.name not in results:
            continue
        result = results[one.name]
        cells = [
            f"{ratio(result, name)[0]:.2f}" if name in result.samples else "-" for name in names
        ]
        bars = "<br>".join(map(verdict, result.verdicts()))
        lines.append(f"| {one.title} ({_FIGURES[result.main]}) | {' | '.join(cells)} | {bars} |")
    return "\n".join(lines) + "\n"


def as_data(results: dict[str, Result]) -> dict[str, Any]:
    """Return all results, with the machine and the versions."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "load": os.getloadavg(),
        "versions": dict(_versions()),
        "rows": {
            name: {
                "main": result.main,
                "missing": result.missing,
                "notes": result.notes,
                "samples": {k: list(map(asdict, v)) for k, v in result.samples.items()},
                "verdicts": [{**asdict(v), "holds": v.holds} for v in result.verdicts()],
            }
            for name, result in results.items()
        },
    }


def _versions() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in ("aionvision", *(one.module for one in CONTENDERS[1:])):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found
