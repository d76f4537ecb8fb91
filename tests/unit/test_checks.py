"""Arguments that are refused before anything is sent."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aion import _checks as check
from aion.exceptions import ValidationError

ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.lists(st.integers() | st.text()) | st.dictionaries(st.text(), st.none())
    | st.builds(object)
)  # fmt: skip
CHECKS: dict[str, Callable[[Any], Any]] = {
    "identifier": lambda value: check.identifier("x", value),
    "whole_number": lambda value: check.whole_number("x", value, 1, 100),
    "seconds": lambda value: check.seconds("x", value),
    "text": lambda value: check.text("x", value, 1, 5),
    "choice": lambda value: check.choice("x", value, ("a", "b")),
    "texts": lambda value: check.texts("x", value, most=2, longest=5),
}


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=50)
@given(value=ANYTHING)
def test_a_check_returns_or_raises_the_documented_error(name: str, value: Any) -> None:
    found: ValidationError | None = None
    try:
        CHECKS[name](value)
    except ValidationError as error:
        found = error
    assert found is None or set(found.details) == {"field", "value", "rule"}


def test_a_refusal_names_field_value_and_rule() -> None:
    with pytest.raises(
        ValidationError, match="limit has to be a whole number from 1 to 100; got 0"
    ):
        check.whole_number("limit", 0, 1, 100)


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(ValidationError) as caught:
        check.text("search", "x" * 100_000, 1, 200)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", ["", " ", ".", "..", " .. ", None, 7, b"id", "\ud800"])
def test_an_id_that_would_leave_its_place_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="the id of an existing object"):
        check.identifier("file_id", value)


def test_white_space_around_an_id_is_left_out() -> None:
    assert check.identifier("file_id", " id-1\n") == "id-1"


@pytest.mark.parametrize("value", [1, 100])
def test_both_ends_of_a_range_are_allowed(value: int) -> None:
    assert check.whole_number("limit", value, 1, 100) == value


@pytest.mark.parametrize("value", [0, 101, True, 1.0, "1", None, math.nan])
def test_what_is_not_a_whole_number_in_the_range_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="from 1 to 100"):
        check.whole_number("limit", value, 1, 100)


def test_a_range_may_be_open_above() -> None:
    assert check.whole_number("offset", 10**9, 0) == 10**9
    with pytest.raises(ValidationError, match="of 0 or more"):
        check.whole_number("offset", -1, 0)


@pytest.mark.parametrize("value", [0, -1, math.nan, True, "3", None])
def test_a_length_of_time_is_above_zero(value: Any) -> None:
    with pytest.raises(ValidationError, match="a number of seconds above 0"):
        check.seconds("timeout", value)


@pytest.mark.parametrize("value", ["", "x" * 6, None, 7, "\ud800"])
def test_text_has_a_length_in_the_range(value: Any) -> None:
    with pytest.raises(ValidationError, match="text of 1 to 5 characters"):
        check.text("search", value, 1, 5)


@pytest.mark.parametrize("value", ["c", "A", None, [], {}])
def test_a_choice_is_one_of_the_allowed_words(value: Any) -> None:
    with pytest.raises(ValidationError, match="one of 'a', 'b'"):
        check.choice("sort_order", value, ("a", "b"))


@pytest.mark.parametrize("value", ["red", b"red", 7, object()])
def test_a_list_of_texts_is_not_one_text_and_nothing_else(value: Any) -> None:
    with pytest.raises(ValidationError, match="a list of texts"):
        check.texts("tags", value, most=2)


@pytest.mark.parametrize("item", ["", None, 7, "x" * 6, "\ud800"])
def test_an_item_that_does_not_fit_is_named_by_its_place(item: Any) -> None:
    with pytest.raises(ValidationError, match=r"tags\[1\] has to be text"):
        check.texts("tags", ["a", item], most=2, longest=5)


def test_too_many_items_are_refused() -> None:
    with pytest.raises(ValidationError, match="at most 2 items"):
        check.texts("tags", ["a", "b", "c"], most=2)


@pytest.mark.parametrize("value", [("a", "b"), ["a", "b"], iter(["a", "b"])])
def test_any_iterable_of_texts_becomes_a_list(value: Any) -> None:
    assert check.texts("tags", value, most=2) == ["a", "b"]


def test_none_stays_none() -> None:
    assert check.texts("tags", None, most=2) is None


@pytest.mark.parametrize("value", ["a\0b"] if os.name == "nt" else ["a\0b", "\ud800"])
def test_a_path_that_no_file_can_have_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="characters that file names can have"):
        check.path("journal", value)


def test_text_that_is_not_UTF_8_is_not_refused_for_its_length_alone() -> None:
    with pytest.raises(ValidationError, match="characters that can be written in UTF-8"):
        check.text("title", "caf\udce9", 1, 255)


@pytest.mark.parametrize(
    ("given", "stored"), [("a.png", "a.png"), ("größe 😀", "größe 😀"), ("caf\udce9", "caf?")]
)
def test_a_name_to_store_is_what_is_sent(given: str, stored: str) -> None:
    assert check.stored_name("filename", given) == stored


@pytest.mark.parametrize("value", ["", "n" * 256, None, 7, b"a.png"])
def test_a_name_to_store_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="filename has to be text of 1 to 255 characters"):
        check.stored_name("filename", value)
