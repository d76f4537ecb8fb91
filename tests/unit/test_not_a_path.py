"""What is said of text and bytes that are passed as a file and are not one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.uploads._not_a_path import advice, is_base64

LETTERS = st.text("ABCabc019+/ \n", max_size=80)
JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


@given(st.one_of(st.text(max_size=100), st.builds(str.__add__, LETTERS, st.text(max_size=40))))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert is_base64(text) in (True, False)
    assert advice(text) is None or len(advice(text) or ()) == 2


@given(st.one_of(st.binary(max_size=100), LETTERS.map(str.encode)))
def test_any_bytes_are_judged_without_an_error(data: bytes) -> None:
    assert is_base64(data) in (True, False)


@pytest.mark.parametrize("end", ["", "=", "\n", ". And prose after it."])
def test_the_base64_of_an_image_is_recognized_whatever_follows(end: str) -> None:
    assert is_base64(base64.b64encode(JPEG).decode() + end)


def test_prose_of_letters_and_spaces_is_not_base64() -> None:
    assert not is_base64("A note about the harbors and the boats that lie in them")
