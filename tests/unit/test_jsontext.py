"""Reading JSON with and without msgspec: the same values, the same refusals."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._engine import jsontext

needs_msgspec = pytest.mark.skipif(find_spec("msgspec") is None, reason="extra speed is missing")
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ODD = [
    b'{"a": 1, "a": 2}',
    b"18446744073709551615",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"[123456789012345678901234567890, -123456789012345678901234567890]",
    b"[0.12345678901234567890, 5e-324, 1.7976931348623157e308, 1e-400]",
    b"\xef\xbb\xbf[1]",
    b"[-0, -0.0, 1e400, 1E5, 0.1]",
    b"[NaN, Infinity, -Infinity]",
    b'"\\ud800"',
    b'"\\ud83d\\ude00"',
    '{"ä": "ü"}'.encode("utf-16"),
    b"[" * 500 + b"]" * 500,
]
REFUSED = [b"", b"{", b"[1,]", b"<html>", b"\xff", b'{"a": 01}', b"'a'", b"[1] 2"]


@pytest.fixture(autouse=True)
def chosen_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Small texts do not use msgspec; in this test they do.
    monkeypatch.setattr(jsontext, "_SMALL", 0)
    yield
    jsontext.use_msgspec(True)


def both(body: bytes) -> tuple[str, str]:
    """What each reader makes of a body. By `repr`, in which NaN is like NaN and 1 is not 1.0."""
    jsontext.use_msgspec(False)
    plain = repr(jsontext.loads(body))
    jsontext.use_msgspec(True)
    return plain, repr(jsontext.loads(body))


@needs_msgspec
@given(VALUES)
def test_both_readers_give_the_same_values(value: Any) -> None:
    plain, quick = both(json.dumps(value).encode())
    assert plain == quick


@needs_msgspec
@pytest.mark.parametrize("body", ODD)
def test_both_readers_agree_about_what_is_odd(body: bytes) -> None:
    plain, quick = both(body)
    assert plain == quick


@pytest.mark.parametrize("enabled", [False, True])
@pytest.mark.parametrize("body", REFUSED)
def test_what_is_not_json_is_refused_with_the_error_of_the_standard_library(
    body: bytes, enabled: bool
) -> None:
    with pytest.raises(ValueError) as expected:
        json.loads(body)
    jsontext.use_msgspec(enabled)
    with pytest.raises(ValueError) as found:
        jsontext.loads(body)
    assert str(found.value) == str(expected.value)


def test_what_is_small_does_not_load_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(jsontext, "_reader", None)

    assert jsontext.loads(b'{"a": [1]}') == {"a": [1]}
    assert jsontext._reader is None


def test_without_msgspec_the_standard_library_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msgspec", None)
    assert jsontext.use_msgspec(True) is json.loads
    assert jsontext.loads(b"[1]") == [1]


@given(VALUES, st.sampled_from(["", " ", "\n\t "]), st.sampled_from(["", " ", "\r\n"]))
def test_a_text_that_is_decoded_already_is_read_as_the_standard_library_does(
    value: Any, before: str, after: str
) -> None:
    text = before + json.dumps(value) + after

    assert repr(jsontext.read(text)) == repr(json.loads(text))


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", "<html>", '{"a": 01}', "'a'", "[1] 2", "\ufeff1"]
)
def test_a_text_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        jsontext.read(text)
