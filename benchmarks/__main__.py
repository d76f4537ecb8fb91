"""`python -m benchmarks`: measures, prints the table, and reports which bars hold.

With ``--check`` the exit status is 1 when a bar does not hold.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks import picture, server, table
from benchmarks.measure import Plan, Result
from benchmarks.rows import ROWS
from benchmarks.rows.listing import FILES, PAGE

TOKENS = 20_000


def measured(
    names: Sequence[str], *, repeats: int, scale: float = 1.0, verbose: bool = False
) -> dict[str, Result]:
    """Measure the rows with these names, or all rows.

    Args:
        names: The names of the rows; all rows if empty.
        repeats: Rounds of all contenders.
        scale: Multiplies the counts; below 1 the figures have no meaning.
        verbose: Print each row when it is done.
    """
    results: dict[str, Result] = {}
    tokens = max(1, round(TOKENS * scale))
    with server.running(tokens, max(2 * PAGE, round(FILES * scale))) as url:
        plan = Plan(repeats, scale, url)
        for row in ROWS:
            if names and row.name not in names:
                continue
            results[row.name] = row.measure(plan)
            if verbose:
                print(table.row(row.title, results[row.name]), flush=True)
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [row.name for row in ROWS]
    parser.add_argument("--row", action="append", default=[], choices=names, help="only this one")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar does not hold")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all samples")
    parser.add_argument("--svg", type=Path, metavar="PATH", help="write the picture")
    parser.add_argument("--markdown", type=Path, metavar="PATH", help="write the table")
    parser.add_argument("--repeats", type=int, default=7, help="rounds (default 7)")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies all counts")
    options = parser.parse_args(arguments)
    found = measured(options.row, repeats=options.repeats, scale=options.scale, verbose=True)
    if options.json:
        options.json.write_text(json.dumps(table.as_data(found), indent=1) + "\n", encoding="utf-8")
    if options.svg:
        options.svg.write_text(picture.svg(found), encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(table.markdown(found), encoding="utf-8")
    failed = [(name, v) for name, one in found.items() for v in one.verdicts() if not v.holds]
    for name, verdict in failed:
        print(f"{name}: {table.verdict(verdict)}")
    return 1 if failed and options.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
