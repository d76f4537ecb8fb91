"""Joining the chunks of a response does not change what the HTTP library reads from it."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._http.chunk_joining import ChunkJoiner

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
FOREIGN: dict[str, bytes] = {
    "a body of known length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n1\r\na\r\n1\r\nb\r\n"
    ),
    "a body up to the end of the connection": b"HTTP/1.1 200 OK\r\n\r\n3\r\nabc\r\n",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "an error": HEAD.replace(b"200", b"500") + b"1\r\na\r\n1\r\nb\r\n" + END,
    "no HTTP": b"SSH-2.0-x\r\n\r\n1\r\na\r\n1\r\nb\r\n",
    "a head without an end": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    "other words in the head": HEAD.replace(b"chunked", b"gzip") + b"1\r\na\r\n1\r\nb\r\n",
}
WRONG: dict[str, bytes] = {
    "no size": b"1\r\na\r\n\r\nb\r\n",
    "a size that is no number": b"1\r\na\r\nxyz\r\nb\r\n" + END,
    "a signed size": b"1\r\na\r\n+1\r\nb\r\n" + END,
    "a size with an underscore": b"1\r\na\r\n1_0\r\nb\r\n" + END,
    "a chunk longer than its size": b"1\r\na\r\n1\r\nbc\r\n" + END,
    "a chunk shorter than its size": b"1\r\na\r\n5\r\nb\r\n" + END,
    "an end right behind the content": b"1\r\na\r\n1\r\nb" + END,
    "a line end that is half one": b"1\r\na\r\n1\r\nb\rx" + END,
    "an end in the middle": b"1\r\na\r\n5\r\nb",
    "no last chunk": b"1\r\na\r\n1\r\nb\r\n",
}


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def understood(pieces: list[bytes]) -> tuple[bytes, str]:
    """The content as the HTTP library reads it, and how it ended."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    content = b""
    try:
        for piece in [*pieces, b""]:
            connection.receive_data(piece)
            while (event := connection.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.Data):
                    content += event.data
                if isinstance(event, h11.EndOfMessage):
                    return content, "complete"
                if isinstance(event, h11.ConnectionClosed):
                    return content, "closed"
    except h11.RemoteProtocolError:
        return content, "refused"
    return content, "unfinished"


def joined(pieces: list[bytes]) -> list[bytes]:
    joiner = ChunkJoiner()
    return [out for piece in pieces if (out := joiner.feed(piece))]


def chunked(contents: list[bytes]) -> bytes:
    return HEAD + b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in contents) + END


def test_chunks_that_came_together_become_one() -> None:
    assert joined([HEAD, b"1\r\na\r\n2\r\nbc\r\n"]) == [HEAD, b"3\r\nabc\r\n"]


def test_chunks_that_came_with_the_head_become_one() -> None:
    assert joined([HEAD + b"1\r\na\r\n2\r\nbc\r\n"]) == [HEAD + b"3\r\nabc\r\n"]


def test_what_was_read_of_a_chunk_is_passed_on_before_the_rest_comes() -> None:
    assert joined([HEAD, b"5\r\nab"]) == [HEAD, b"2\r\nab\r\n"]


@given(
    st.lists(st.binary(min_size=1, max_size=40) | st.just(b"\r\n0\r\n\r\n"), max_size=12),
    st.lists(st.integers(1, 60), min_size=1, max_size=20),
)
def test_however_it_is_cut_the_content_stays_the_same(
    contents: list[bytes], sizes: list[int]
) -> None:
    data, pieces, number = chunked(contents), list[bytes](), 0
    while data:
        size = sizes[number % len(sizes)]
        pieces.append(data[:size])
        data, number = data[size:], number + 1

    assert understood(joined(pieces)) == (b"".join(contents), "complete")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_an_extension_of_a_chunk_and_what_follows_it_is_still_read(size: int) -> None:
    data = HEAD + b"1\r\na\r\n1;name=value\r\nb\r\n1\r\nc\r\n" + END

    assert understood(joined(cut(data, size))) == (b"abc", "complete")


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_trailers_after_the_last_chunk_are_still_read(size: int) -> None:
    data = HEAD + b"1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"

    assert understood(joined(cut(data, size))) == (b"a", "complete")


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_an_interim_response_does_not_count_as_the_response(size: int) -> None:
    data = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + HEAD + b"1\r\na\r\n1\r\nb\r\n" + END

    assert understood(joined(cut(data, size))) == (b"ab", "complete")


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_head_with_bare_line_feeds_ends_where_the_library_ends_it(size: int) -> None:
    data = HEAD.replace(b"\r\n", b"\n") + b"1\r\na\r\n1\r\nb\r\n" + END

    assert understood(joined(cut(data, size))) == (b"ab", "complete")


@pytest.mark.parametrize("size", [1, 9, 100_000])
@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_a_chunked_response_passes_unchanged(name: str, size: int) -> None:
    pieces = cut(FOREIGN[name], size)

    assert b"".join(joined(pieces)) == FOREIGN[name]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("name", WRONG)
def test_P12_what_is_wrong_with_a_chunk_stays_wrong(name: str, size: int) -> None:
    pieces = cut(HEAD + WRONG[name], size)

    assert understood(joined(pieces))[1] == understood(pieces)[1] == "refused"


def test_a_chunk_that_arrives_alone_is_passed_on_as_it_is() -> None:
    joiner = ChunkJoiner()
    joiner.feed(HEAD)
    chunk = b"5\r\nhello\r\n"
    assert joiner.feed(chunk) is chunk


def test_what_follows_the_last_chunk_is_not_joined() -> None:
    joiner = ChunkJoiner()
    joiner.feed(HEAD)
    assert joiner.feed(END) == END
    assert joiner.feed(b"1\r\na\r\n1\r\nb\r\n") == b"1\r\na\r\n1\r\nb\r\n"
