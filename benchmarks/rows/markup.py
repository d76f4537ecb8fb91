"""Row: the markup of a chat response, whose time must not grow faster than its length."""

from __future__ import annotations

from aion.types._markup import parse_references
from benchmarks.measure import AION, Bar, Plan, Result, in_turns, quiet, timed
from benchmarks.payloads import TEXT

PIECE = 100_000
"""Characters with a reference in every hundred."""
_TEN = "a text ten times as long"


def text(size: int) -> str:
    """Make the text of a response with that many characters."""
    parts = [f"{TEXT}[[img:{number:08x}|Photo]] " for number in range(size // 100 + 1)]
    return "".join(parts)[:size]


def parse(plan: Plan) -> Result:
    """Measure 100 KB, and 1 MB per 100 KB."""
    short, long = text(plan.count(PIECE, 1000)), text(plan.count(10 * PIECE, 10_000))

    def once(content: str, pieces: int) -> int:
        parse_references(content, {})
        return pieces

    bars = (
        Bar("cpu", 0.010, over=None, of=_TEN, unit="s a 100 KB"),
        Bar("cpu", 1.5, over=AION, of=_TEN),
    )
    turns = {
        AION: lambda: timed(lambda: once(short, 1)),
        _TEN: lambda: timed(lambda: once(long, 10)),
    }
    with quiet():
        return Result(in_turns(turns, plan.repeats), bars)
