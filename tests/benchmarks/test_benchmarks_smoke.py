"""Every row of the benchmarks runs, with next to nothing to do. No time is asserted here."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from benchmarks import picture, server, table
from benchmarks.measure import AION, Bar, Plan, Result, Sample
from benchmarks.rows import ROWS, Row


@pytest.fixture(scope="module")
def plan() -> Iterator[Plan]:
    with server.running(20, 200) as url:
        yield Plan(1, 0.001, url)


# Peers that are installed may leave sockets to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_runs_and_can_be_shown(row: Row, plan: Plan) -> None:
    result = row.measure(plan)

    assert AION in result.samples or AION in result.missing
    assert row.title in table.row(row.title, result)
    assert json.dumps(table.as_data({row.name: result}))
    assert picture.svg({row.name: result}).endswith("</svg>\n")


def of(*cpu: float) -> list[Sample]:
    return [Sample(10, seconds, seconds) for seconds in cpu]


def test_a_ratio_is_the_median_of_the_rounds_run_side_by_side() -> None:
    result = Result({"aion": of(1, 4, 3), "floor": of(2, 4, 4)}, (Bar("cpu", 0.8),))
    (verdict,) = result.verdicts()
    assert (verdict.value, verdict.low, verdict.high) == pytest.approx((0.75, 0.5, 1.0))
    assert verdict.holds


@pytest.mark.parametrize(("limit", "least", "holds"), [(0.7, False, False), (0.7, True, True)])
def test_a_bar_is_a_most_or_a_least(limit: float, least: bool, holds: bool) -> None:
    result = Result({"aion": of(3), "floor": of(4)}, (Bar("cpu", limit, least),))
    assert [one.holds for one in result.verdicts()] == [holds]


def test_a_bar_over_a_peer_that_is_missing_is_not_judged() -> None:
    result = Result({"aion": of(3)}, (Bar("rate", 1.0, least=True, over="openai"),))
    assert result.verdicts() == []
