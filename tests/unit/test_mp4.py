"""The length of movies, read from their headers."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.uploads._mp4 import MOST_BOXES, Box, boxes, find, length
from tests.behaviour.movies import box, header, movie


def reading(data: bytes) -> Callable[[int, int], bytes]:
    return lambda offset, count: data[offset : offset + count]


def length_of(data: bytes) -> float | None:
    return length(reading(data), len(data))


@given(st.integers(1, 2**31), st.integers(1, 2**32 - 2))
def test_the_length_is_what_the_header_says(scale: int, units: int) -> None:
    found = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, scale, units), bytes(80))
    assert length_of(box(b"ftyp", b"isom") + box(b"moov", found)) == units / scale


@given(st.integers(1, 2**31), st.integers(1, 2**63))
def test_long_fields_are_read(scale: int, units: int) -> None:
    found = box(b"mvhd", b"\x01\0\0\0", struct.pack(">QQIQ", 0, 0, scale, units), bytes(80))
    assert length_of(box(b"moov", found)) == units / scale


@given(st.binary(max_size=2000))
def test_bytes_that_are_not_a_movie_have_no_length(data: bytes) -> None:
    assert length_of(data) is None or b"mvhd" in data


@given(st.data())
def test_a_damaged_movie_never_fails(data: st.DataObject) -> None:
    whole = bytearray(movie(7.5, 1200))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = length_of(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    assert found is None or found > 0


def test_the_header_may_be_behind_the_frames() -> None:
    assert length_of(movie(12.5)) == 12.5


def test_frames_may_be_longer_than_32_bits_can_hold() -> None:
    frames = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + b"12345"
    assert length_of(frames + box(b"moov", header(3.0))) == 3.0


def test_a_box_of_size_0_goes_to_the_end() -> None:
    assert length_of(struct.pack(">I4s", 0, b"moov") + header(3.0)) == 3.0


@pytest.mark.parametrize("units", [0, 0xFFFFFFFF])
def test_a_movie_in_fragments_has_its_length_elsewhere(units: int) -> None:
    head = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, units), bytes(80))
    extent = box(b"mvex", box(b"mehd", struct.pack(">II", 0, 4500)))
    assert length_of(box(b"moov", head, extent)) == 4.5
    assert length_of(box(b"moov", head)) is None


@pytest.mark.parametrize("content", [b"", b"\x01", bytes(12), bytes(40)])
def test_a_header_without_data_is_not_a_length(content: bytes) -> None:
    assert length_of(box(b"moov", box(b"mvhd", content))) is None


def test_only_a_limited_number_of_boxes_is_checked() -> None:
    data = box(b"free") * (MOST_BOXES + 5) + box(b"moov", header(3.0))
    assert length_of(data) is None
    assert len(list(boxes(reading(data), 0, len(data)))) == MOST_BOXES


def test_a_large_movie_costs_a_few_short_reads() -> None:
    data = movie(10.0, 5_000_000)
    asked: list[int] = []

    def read(offset: int, count: int) -> bytes:
        asked.append(count)
        return data[offset : offset + count]

    assert length(read, len(data)) == 10.0
    assert sum(asked) < 500


def test_a_box_is_found_by_its_path() -> None:
    data = box(b"moov", box(b"trak", box(b"mdia", b"here")))
    place = find(reading(data), Box(b"file", 0, len(data)), b"moov", b"trak", b"mdia")
    assert place is not None
    assert data[place.start : place.end] == b"here"
