"""The decoder of server-sent events (P13)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._streaming.sse import Decoder, Event

FIXTURES: dict[str, tuple[bytes, list[Event]]] = {
    "one event": (b"data: a\n\n", [Event("", "a", None)]),
    "CR ends lines": (b"data: a\r\rdata: b\r\r", [Event("", "a", None), Event("", "b", None)]),
    "CRLF ends lines": (
        b"event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n",
        [Event("x", "a", None), Event("", "b", None)],
    ),
    "mixed line ends": (b"event: x\rdata: a\n\r\n", [Event("x", "a", None)]),
    "U+2028 stays in the data": (
        "data: a\u2028b\u0085c\n\n".encode(),
        [Event("", "a\u2028b\u0085c", None)],
    ),
    "byte-order mark": (b"\xef\xbb\xbfdata: a\n\n", [Event("", "a", None)]),
    "several data lines": (b"data: a\ndata\ndata:  b\n\n", [Event("", "a\n\n b", None)]),
    "comments": (b": ping\n\n:\ndata: a\n: in between\n\n", [Event("", "a", None)]),
    "ids stay": (
        b"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
        [Event("", "a", "1"), Event("", "b", "1"), Event("", "c", "")],
    ),
    "an id with a null is ignored": (b"id: 1\0\ndata: a\n\n", [Event("", "a", None)]),
    "an event without data is none": (b"event: x\n\ndata: a\n\n", [Event("", "a", None)]),
    "unknown fields": (b"what: ever\ndata: a\n\n", [Event("", "a", None)]),
    "a colon in the data": (b"data: a: b\n\n", [Event("", "a: b", None)]),
    "the last event is unfinished": (b"data: a\n\ndata: b\n", [Event("", "a", None)]),
    "bytes that are no text": (b"data: \xff\n\n", [Event("", "\ufffd", None)]),
}


def decoded(data: bytes, size: int) -> list[Event]:
    decoder = Decoder()
    events: list[Event] = []
    for start in range(0, len(data), size):
        events += decoder.feed(data[start : start + size])
    return events


@pytest.mark.parametrize("name", FIXTURES)
def test_P13_every_chunk_size_gives_the_same_events(name: str) -> None:
    data, expected = FIXTURES[name]

    for size in range(1, len(data) + 1):
        assert decoded(data, size) == expected


def test_P13_an_event_of_8_mib_comes_whole_from_single_kilobytes() -> None:
    text = "x" * (8 * 1024 * 1024)

    assert decoded(b"data: " + text.encode() + b"\n\n", 1000) == [Event("", text, None)]


LINES = st.sampled_from(["\n", "\r", "\r\n"])
TEXT = st.text(st.characters(blacklist_characters="\r\n", codec="utf-8"), max_size=20)


@given(
    events=st.lists(st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=3)), max_size=5),
    end=LINES,
    cuts=st.lists(st.integers(1, 7), min_size=1, max_size=50),
)
def test_P13_what_was_written_is_read_in_any_chunking(
    events: list[tuple[str, list[str]]], end: str, cuts: list[int]
) -> None:
    wire = "".join(
        f"event: {name}{end}" + "".join(f"data: {line}{end}" for line in lines) + end
        for name, lines in events
    ).encode()
    decoder = Decoder()
    found: list[Event] = []
    position = number = 0
    while position < len(wire):
        size = cuts[number % len(cuts)]
        found += decoder.feed(wire[position : position + size])
        position += size
        number += 1

    assert found == [Event(name, "\n".join(lines), None) for name, lines in events]


@given(st.lists(st.binary(max_size=30), max_size=20))
def test_P13_no_bytes_make_the_decoder_fail(chunks: list[bytes]) -> None:
    decoder = Decoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]

    whole = Decoder()
    assert events == list(whole.feed(b"".join(chunks)))


def test_retry_is_kept_when_it_is_a_number() -> None:
    decoder = Decoder()
    assert list(decoder.feed(b"retry: 1500\nretry: soon\n\n")) == []

    assert decoder.retry == 1500


@pytest.mark.parametrize("data", [b"data: a", b"data: a\n", b"event: x\n"])
def test_an_unfinished_event_is_noticed(data: bytes) -> None:
    decoder = Decoder()
    assert list(decoder.feed(data)) == []

    assert decoder.mid_event


def test_a_finished_stream_holds_nothing() -> None:
    decoder = Decoder()
    list(decoder.feed(b"data: a\n\n: comment\n"))

    assert not decoder.mid_event


@given(
    st.lists(
        st.sampled_from(
            [
                b"event: token\ndata: 1\n\n",
                b"data:x\n\n",
                b"data\n\n",
                b"event:\ndata: \xe2\x80\xa8\n\n",
                b"id: 7\nevent: a\ndata: b\ndata: c\n\n",
                b": comment\n\n",
                b"event: lonely\n\n",
                b"\n\n",
                b"retry: 5\n\n",
                b"data: cr\r\n\r\n",
                b"data: cut",
            ]
        ),
        max_size=8,
    )
)
def test_whole_events_and_single_bytes_are_read_alike(blocks: list[bytes]) -> None:
    whole, bytewise = Decoder(), Decoder()
    events = [event for block in blocks for event in whole.feed(block)]
    one_by_one = [
        event for block in blocks for byte in block for event in bytewise.feed(bytes([byte]))
    ]
    assert events == one_by_one
    assert (whole.last_event_id, whole.retry) == (bytewise.last_event_id, bytewise.retry)
