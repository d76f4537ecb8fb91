"""URLs made of prepared parts are those that the HTTP library would have parsed."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._http.request import Urls

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
ORIGINS = st.sampled_from(
    ["https://host", "https://HOST:8443", "http://[::1]:9", "http://u:p@h:80", "https://münchen.de"]
)


def same(made: httpx.URL, text: str) -> None:
    expected = httpx.URL(text)
    assert str(made) == str(expected)
    assert (made.raw_scheme, made.raw_host, made.port, made.raw_path) == (
        expected.raw_scheme,
        expected.raw_host,
        expected.port,
        expected.raw_path,
    )


@given(ORIGINS, st.lists(TEXT, min_size=1, max_size=4), st.lists(st.tuples(TEXT, TEXT), max_size=3))
def test_a_url_of_prepared_parts_is_the_parsed_one(
    origin: str, path: list[str], query: list[tuple[str, str]]
) -> None:
    text = origin + "".join(f"/{quote(part, safe='')}" for part in path)
    if query:
        text += "?" + "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in query)
    urls = Urls()
    same(urls.url(text), text)
    same(urls.url(text), text)


@pytest.mark.parametrize(
    "text",
    [
        "http://h",
        "http://h/",
        "http://h/a/../b",
        "http://h/a/./b",
        "http://h/a?",
        "http://h/a%zz",
        "http://h/a%2fb",
        "http://h/a b",
        "http://h/ä?ö=ü",
        "http://h/a?b#c",
        "http://h//a",
    ],
)
def test_what_needs_care_is_left_to_the_library(text: str) -> None:
    same(Urls().url(text), text)


def test_one_connection_may_serve_two_spellings_of_an_origin() -> None:
    urls = Urls()
    for text in ("http://h/a", "http://H:80/a", "http://h/b"):
        same(urls.url(text), text)
