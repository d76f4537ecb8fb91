"""The table of methods is current, and names a test for each method."""

from __future__ import annotations

import pytest

from tests.docs.methods import DOCS, Row, page, rows

ROWS = list(rows())
LOCAL = {
    # Builders of a pipeline, and methods that call others: they send nothing themselves.
    "pipeline": {"run"},
    "client": {
        "chat",
        "chat_stream",
        "close_session",
        "describe",
        "upload",
        "upload_one",
        "verify",
    },
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_public_method_has_a_behaviour_test(row: Row) -> None:
    assert row.test


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_docstring_of_a_method_that_calls_out_names_its_endpoint(row: Row) -> None:
    owner, _, name = row.name.partition(".")
    if owner not in LOCAL or name in LOCAL[owner]:
        assert row.endpoints


def test_the_page_of_methods_is_current() -> None:
    assert DOCS.read_text(encoding="utf-8") == page()
