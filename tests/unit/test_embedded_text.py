"""Long strings inside a JSON body: the text of the standard library, made in pieces."""

from __future__ import annotations

import base64
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._http.content import Content, encode
from aion._http.embedded_text import Embedded, EncodedImage, PlainText, is_plain
from aion_api import JsonBody

LARGE = bytes(range(256)) * 40_000
"""Ten megabytes: many pieces."""
TEXT = st.text(st.characters(codec="utf-8"))


def whole(content: Content | Embedded) -> bytes:
    return b"".join(content.pieces())


def data_url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


@given(st.binary(max_size=50))
def test_an_image_is_the_data_url_of_its_bytes(data: bytes) -> None:
    assert whole(EncodedImage(data, "image/png")).decode() == data_url(data)


@pytest.mark.parametrize("more", range(4))
def test_an_image_of_many_pieces_is_padded_at_its_end_alone(more: int) -> None:
    data = LARGE + bytes(more)
    assert whole(EncodedImage(data, "image/png")).decode() == data_url(data)


@given(st.binary(max_size=50))
def test_an_image_without_its_head_is_base64_alone(data: bytes) -> None:
    assert whole(EncodedImage(data, "image/png").bare()) == base64.b64encode(data)


@given(st.binary(max_size=50))
def test_a_data_url_without_its_head_is_base64_alone(data: bytes) -> None:
    assert whole(PlainText(data_url(data)).bare()) == base64.b64encode(data)


def test_text_of_many_pieces_is_whole() -> None:
    text = data_url(LARGE)
    assert whole(PlainText(text)).decode() == text


@given(st.binary(max_size=50), st.sampled_from(["", "image/png"]))
def test_the_length_is_known_before_it_is_made(data: bytes, kind: str) -> None:
    made = EncodedImage(data, kind)
    assert len(made) == len(whole(made))


@given(TEXT)
def test_plain_text_is_what_JSON_writes_as_it_is(text: str) -> None:
    if is_plain(text):
        assert json.dumps(text) == f'"{text}"'


@given(TEXT, st.lists(st.binary(max_size=20), max_size=4))
def test_a_body_is_that_of_the_texts_that_are_embedded(text: str, images: list[bytes]) -> None:
    def body(shown: Any) -> dict[str, Any]:
        return {text: text, "images": [{"image_base64": shown(one)} for one in images], "z": 1}

    def embedded(data: bytes) -> EncodedImage:
        return EncodedImage(data, "image/png")

    content = encode(JsonBody(body(embedded)))
    assert whole(content) == whole(encode(JsonBody(body(data_url))))


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=4))
def test_the_length_of_a_body_is_that_of_its_bytes(images: list[bytes]) -> None:
    content = encode(JsonBody([EncodedImage(one, "image/gif") for one in images]))
    assert content.length == len(whole(content))


def test_P10_every_attempt_gives_the_same_bytes() -> None:
    content = encode(JsonBody({"image": EncodedImage(LARGE)}))
    assert whole(content) == whole(content)


def test_P21_an_image_is_never_a_text_in_memory() -> None:
    tracemalloc.start()
    try:
        content = encode(JsonBody({"image": EncodedImage(LARGE, "image/png")}))
        sent = sum(map(len, content.pieces()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (sent > len(LARGE), peak < 3_000_000) == (True, True)
