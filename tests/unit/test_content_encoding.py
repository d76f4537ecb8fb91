"""Packed bodies: whatever was packed comes out, however it was cut on the wire, or an error."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aion._http.content_encoding import LARGEST_PIECE, Undecodable, Unpacker

Pack = Callable[[bytes], bytes]
TEXT = b"a photograph of the harbor, and what is in it; " * 9


def raw(data: bytes) -> bytes:
    """Deflate without the header of zlib, as some servers send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def members(data: bytes, cuts: Iterable[int]) -> bytes:
    """Gzip in several members."""
    places = [0, *sorted(cuts), len(data)]
    return b"".join(gzip.compress(data[a:b], mtime=0) for a, b in pairwise(places))


def unpacked(encoding: str, data: bytes, chunk: int = 1 << 20) -> bytes:
    unpacker = Unpacker.of(encoding)
    assert unpacker is not None
    found = [
        piece
        for begin in range(0, len(data), chunk)
        for piece in unpacker.feed(data[begin : begin + chunk])
    ]
    unpacker.finish()
    return b"".join(found)


KNOWN: list[tuple[str, Pack]] = [
    ("gzip", gzip.compress),
    ("X-GZip", gzip.compress),
    ("deflate", zlib.compress),
    ("Deflate", raw),
    ("identity", bytes),
    ("aws-chunked", bytes),
    (" UTF-8 ", bytes),
    ("", bytes),
    ("gzip", lambda data: members(data, [len(data) // 3, len(data) // 2])),
    ("gzip", lambda data: members(data, [0]) + bytes(700)),
]


@st.composite
def lists_of_encodings(draw: st.DrawFn) -> list[tuple[str, Pack]]:
    """Up to five encodings, one of which packs."""
    others = draw(st.lists(st.sampled_from(KNOWN), max_size=4))
    others.insert(draw(st.integers(0, len(others))), ("gzip", gzip.compress))
    return others


@given(st.binary(max_size=5000), lists_of_encodings(), st.integers(1, 6000))
def test_any_list_of_encodings_is_undone_at_any_size_of_chunks(
    data: bytes, encodings: list[tuple[str, Pack]], chunk: int
) -> None:
    body = data
    for _, pack in encodings:
        body = pack(body)
    assert unpacked(",".join(name for name, _ in encodings), body, chunk) == data


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6), st.integers(1, 60))
def test_all_members_come_out_however_the_wire_cuts_them(
    data: bytes, cuts: list[int], chunk: int
) -> None:
    packed = members(data, [min(cut, len(data)) for cut in cuts])
    assert unpacked("gzip", packed, chunk) == data


@given(st.binary(max_size=2000), st.sampled_from([gzip.compress, zlib.compress, raw]), st.data())
def test_a_body_that_is_cut_short_anywhere_is_an_error(
    data: bytes, pack: Pack, draw: st.DataObject
) -> None:
    packed = pack(data)
    cut = draw.draw(st.integers(1, len(packed) - 1))
    chunk = draw.draw(st.integers(1, len(packed)))
    with pytest.raises(Undecodable):
        unpacked("gzip" if pack is gzip.compress else "deflate", packed[:cut], chunk)


@given(st.binary(min_size=1, max_size=300), st.integers(1, 99))
def test_a_second_member_that_is_cut_short_is_an_error(data: bytes, percent: int) -> None:
    second = gzip.compress(data)
    cut = max(1, len(second) * percent // 100)
    with pytest.raises(Undecodable):
        unpacked("gzip", gzip.compress(TEXT) + second[:cut], 7)


@given(st.binary(max_size=300), st.data())
def test_an_outer_encoding_that_ends_does_not_hide_an_inner_one_that_is_cut(
    data: bytes, draw: st.DataObject
) -> None:
    inner = gzip.compress(data)
    cut = draw.draw(st.integers(0, len(inner) - 1))
    with pytest.raises(Undecodable):
        unpacked("gzip, deflate", zlib.compress(inner[:cut]))


@given(st.binary(min_size=1, max_size=300), st.integers(0, 10**9))
def test_a_bit_that_flips_never_changes_the_text_unseen(data: bytes, place: int) -> None:
    packed = bytearray(gzip.compress(data, mtime=0))
    place %= len(packed) * 8
    assume(place // 8 not in (4, 5, 6, 7, 8, 9))  # date, level and system are not checked
    packed[place // 8] ^= 1 << place % 8
    try:
        found = unpacked("gzip", bytes(packed))
    except Undecodable:
        return
    assert found == data


@pytest.mark.parametrize("garbage", [b"\n", b"garbage", b"\0\0\0", b"<!-- cached -->", b"x"])
@pytest.mark.parametrize("chunk", [1, 5, 100_000])
def test_what_follows_a_whole_member_and_is_none_is_passed_over(garbage: bytes, chunk: int) -> None:
    assert unpacked("gzip", gzip.compress(TEXT) + garbage, chunk) == TEXT


def test_two_zlib_streams_are_both_read() -> None:
    assert unpacked("deflate", zlib.compress(b"one ") + zlib.compress(b"two")) == b"one two"


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_the_two_formats_with_a_header_are_distinguished_by_it(encoding: str, pack: Pack) -> None:
    assert unpacked(encoding, pack(TEXT)) == TEXT


@pytest.mark.parametrize(
    "encoding",
    [
        *("", " , ", "identity", "none", "binary", "aws-chunked", "identity, aws-chunked,utf-8"),
        *("utf-8", "UTF8", "us-ascii", "ISO-8859-1", "windows-1252"),
        *("text/html", "application/json"),
    ],
)
def test_a_value_that_packs_nothing_needs_no_unpacking(encoding: str) -> None:
    assert Unpacker.of(encoding) is None


def test_no_header_needs_no_unpacking() -> None:
    assert Unpacker.of(None) is None


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "compress", "gzip, br", "br, gzip", "rot13", "gzip;q=1", "é" * 300]
)
def test_an_encoding_that_was_not_asked_for_is_named(encoding: str) -> None:
    named = next(name for name in encoding.split(", ") if name != "gzip")[:40]
    with pytest.raises(Undecodable, match=named):
        unpacked(encoding, gzip.compress(TEXT))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_a_body_without_a_byte_is_empty_whatever_its_header_says(encoding: str) -> None:
    assert unpacked(encoding, b"") == b""


def test_encodings_on_top_of_each_other_are_limited() -> None:
    packed = TEXT
    for _ in range(6):
        packed = gzip.compress(packed)
    with pytest.raises(Undecodable, match="6 times"):
        unpacked(",".join(["gzip"] * 6), packed)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_comes_out_in_pieces_of_bounded_size(layers: int) -> None:
    packed = bytes(64 << 20)
    for _ in range(layers):
        packed = gzip.compress(packed)
    unpacker = Unpacker.of(",".join(["gzip"] * layers))
    assert unpacker is not None
    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in unpacker.feed(packed))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 64 << 20
    assert peak < 8 * LARGEST_PIECE


def test_no_piece_is_larger_than_the_largest() -> None:
    unpacker = Unpacker.of("gzip")
    assert unpacker is not None
    noise = random.Random(1).randbytes(3 * LARGEST_PIECE + 1)
    assert max(map(len, unpacker.feed(gzip.compress(noise)))) <= LARGEST_PIECE
