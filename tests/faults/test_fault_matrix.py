"""The fault matrix: each outcome equals `docs/faults.md`, in time, and leaves nothing open."""

from __future__ import annotations

import pytest

from tests.faults.matrix import KINDS, RETRIES, SETTINGS, Cell, cell, recorded, warm_up

CELLS = [(fault, kind) for fault in SETTINGS for kind in KINDS]
SLACK = 0.35
"""Seconds that a loaded machine may take longer."""


@pytest.fixture(scope="module", autouse=True)
def _library_is_imported() -> None:
    warm_up()


def longest(fault: str, kind: str) -> float:
    """How long a call may take: its deadline, or its longest silence in each attempt."""
    if kind in ("GET", "POST"):
        return SETTINGS[fault].timeout * 1.1 + SLACK
    if fault == "drips one byte at a time":
        # Never silent, so never late.
        return 10.0
    return SETTINGS[fault].timeout * (1 + RETRIES) * 1.1 + SLACK


@pytest.mark.parametrize("client", ["async", "sync"])
@pytest.mark.parametrize(("fault", "kind"), CELLS)
def test_P7_P8_P11_P12_P15_a_fault_gives_its_documented_outcome_in_time_and_leaves_nothing(
    fault: str, kind: str, client: str
) -> None:
    found: Cell = cell(fault, kind, client)

    assert str(found) == recorded()[fault, kind]
    assert found.seconds <= longest(fault, kind)
    assert found.left_open == 0
    assert found.leaks == ()


def test_the_matrix_has_no_empty_cell() -> None:
    cells = recorded()

    assert set(cells) == set(CELLS)
    assert all(cells.values())


def test_P8_a_call_that_may_have_been_seen_is_never_sent_twice() -> None:
    twice = [
        (fault, kind)
        for (fault, kind), text in recorded().items()
        if kind in ("POST", "upload", "stream") and not text.endswith(("×0", "×1"))
    ]

    # There a good call came first, on the same connection.
    assert {fault for fault, _ in twice} == {"keep-alive expired"}
