"""Draws the picture of the documentation as SVG: bars of the contenders, relative to the floor."""

from __future__ import annotations

from html import escape

from benchmarks import table
from benchmarks.measure import AION, FASTER, FLOOR, Result
from benchmarks.rows import ROWS

_WIDTH, _LABEL, _LINE, _GAP = 860, 150, 16, 34
_LARGEST = 4.0
"""End of the scale; longer bars are cut, and labelled with their value."""
_COLORS = {AION: "#0b7285", FASTER: "#3bc9db", FLOOR: "#495057"}


def svg(results: dict[str, Result]) -> str:
    """Draw the rows that have a floor."""
    parts: list[str] = []
    y = 24
    for one in ROWS:
        result = results.get(one.name)
        if result is None or FLOOR not in result.samples:
            continue
        better = "more is better" if result.main == "rate" else "less is better"
        parts.append(f'<text x="0" y="{y}" class="t">{escape(one.title)} ({better})</text>')
        y += 8
        for name in result.samples:
            parts += _bar(name, table.ratio(result, name)[0], y)
            y += _LINE
        y += _GAP
    scale = (_WIDTH - _LABEL - 60) / _LARGEST
    line = _LABEL + scale
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}"'
        f' height="{y}" role="img" aria-label="Ratios to the floor">\n'
        "<style>text{font:12px sans-serif;fill:#212529}.t{font-weight:bold}</style>\n"
        f'<rect width="{_WIDTH}" height="{y}" fill="#fff"/>\n'
        f'<line x1="{line:.0f}" x2="{line:.0f}" y1="0" y2="{y}" stroke="#ced4da"/>\n'
    )
    return head + "\n".join(parts) + "\n</svg>\n"


def _bar(name: str, value: float, y: int) -> list[str]:
    width = min(value, _LARGEST) * (_WIDTH - _LABEL - 60) / _LARGEST
    color = _COLORS.get(name, "#adb5bd")
    cut = "…" if value > _LARGEST else ""
    return [
        f'<text x="{_LABEL - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{_LABEL}" y="{y + 2}" width="{width:.0f}" height="{_LINE - 4}" fill="{color}"/>',
        f'<text x="{_LABEL + width + 6:.0f}" y="{y + 12}">{cut}{value:.2f}</text>',
    ]
