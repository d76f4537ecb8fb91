"""Request bodies: what they hold, and that every attempt sends the same."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_multipart.multipart import MultipartParser

from aion._http.content import LARGE_PIECE, PIECE, Content, FileRange, encode, version_of
from aion.exceptions import UploadError, ValidationError
from aion_api import File, FormBody, JsonBody, JsonPart, MultipartBody, RawBody
from tests.unit.support import open_descriptors

DATA = bytes(range(256)) * 2000


@dataclass
class Part:
    """One part of a parsed body."""

    headers: dict[str, str] = field(default_factory=dict[str, str])
    data: bytes = b""


def parse(content: Content) -> list[Part]:
    """The parts of a multipart body, read by an independent parser."""
    boundary = content.content_type.partition("boundary=")[2].encode()
    parts: list[Part] = []
    name = value = b""

    def begin() -> None:
        parts.append(Part())

    def more_data(data: bytes, start: int, end: int) -> None:
        parts[-1].data += data[start:end]

    def more_name(data: bytes, start: int, end: int) -> None:
        nonlocal name
        name += data[start:end]

    def more_value(data: bytes, start: int, end: int) -> None:
        nonlocal value
        value += data[start:end]

    def header_end() -> None:
        nonlocal name, value
        parts[-1].headers[name.decode().lower()] = value.decode()
        name = value = b""

    callbacks: Any = {
        "on_part_begin": begin,
        "on_part_data": more_data,
        "on_header_field": more_name,
        "on_header_value": more_value,
        "on_header_end": header_end,
    }
    parser = MultipartParser(boundary, callbacks)
    parser.write(whole(content))
    parser.finalize()
    return parts


def whole(content: Content) -> bytes:
    return b"".join(content.pieces())


def one_file(content: Any, filename: str = "a.jpg") -> Content:
    return encode(MultipartBody([("files", File(content, filename, "image/jpeg"))]))


# JSON and forms


def test_json_is_compact_utf_8() -> None:
    content = encode(JsonBody({"a": [1, "ä"], "b": None}))
    assert whole(content) == '{"a":[1,"ä"],"b":null}'.encode()
    assert content.content_type == "application/json"


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, {"a": math.nan}, object(), {1, 2}, b"x", "\ud800"]
)
def test_a_value_without_a_json_form_is_refused_before_anything_is_sent(value: Any) -> None:
    with pytest.raises(ValidationError, match="cannot be sent as JSON"):
        encode(JsonBody(value))


def test_an_endless_value_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValidationError, match="cannot be sent as JSON"):
        encode(JsonBody(endless))


def test_json_has_the_media_type_of_its_operation() -> None:
    assert encode(JsonBody({}, "application/ld+json")).content_type == "application/ld+json"


def test_a_form_is_urlencoded() -> None:
    content = encode(FormBody([("a", "1 2"), ("a", "&=ä")]))
    assert whole(content) == b"a=1+2&a=%26%3D%C3%A4"
    assert content.content_type == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "body",
    [FormBody([("a", "\ud800")]), MultipartBody([("a", "\ud800")])],
    ids=["form", "multipart"],
)
def test_a_form_that_is_not_UTF_8_is_refused_before_anything_is_sent(body: Any) -> None:
    with pytest.raises(ValidationError, match="cannot be sent as a form"):
        encode(body)


# Multipart


def test_fields_and_files_are_found_by_an_independent_parser() -> None:
    content = encode(
        MultipartBody(
            [
                ("files", File(DATA, "a.jpg", "image/jpeg")),
                ("files", File(b"", "b.png", "image/png")),
                ("storage_target", "default"),
            ]
        )
    )
    assert [(part.headers["content-disposition"], part.data) for part in parse(content)] == [
        ('form-data; name="files"; filename="a.jpg"', DATA),
        ('form-data; name="files"; filename="b.png"', b""),
        ('form-data; name="storage_target"', b"default"),
    ]


def test_a_file_carries_its_media_type() -> None:
    assert parse(one_file(b"x"))[0].headers["content-type"] == "image/jpeg"


def test_an_object_is_a_part_of_json() -> None:
    content = encode(MultipartBody([("about", JsonPart({"a": "ä"})), ("note", "n")]))
    (about, note) = parse(content)
    assert about == Part(
        {"content-disposition": 'form-data; name="about"', "content-type": "application/json"},
        '{"a":"ä"}'.encode(),
    )
    assert "content-type" not in note.headers


@pytest.mark.parametrize("value", [math.nan, object(), b"x"])
def test_a_part_without_a_json_form_is_refused_before_anything_is_sent(value: Any) -> None:
    with pytest.raises(ValidationError, match="cannot be sent as a form"):
        encode(MultipartBody([("about", JsonPart(value))]))


def test_the_length_is_the_number_of_bytes() -> None:
    content = one_file(DATA)
    assert content.length == len(whole(content))


def test_every_body_has_a_boundary_of_its_own() -> None:
    assert one_file(b"x").content_type != one_file(b"x").content_type


@given(name=st.text(min_size=1), value=st.text())
def test_no_file_name_and_no_value_breaks_out_of_its_part(name: str, value: str) -> None:
    content = encode(MultipartBody([("files", File(b"data", name, "image/jpeg")), ("v", value)]))
    parts = parse(content)
    assert [set(part.headers) for part in parts] == [
        {"content-disposition", "content-type"},
        {"content-disposition"},
    ]
    assert parts[0].data == b"data"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ('a"; filename="b', "a%22; filename=%22b"),
        ("a\r\nX-Evil: yes", "a%0D%0AX-Evil: yes"),
        ("a\nb", "a%0Ab"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("日本 😀.jpg", "日本 😀.jpg"),
        ("a\\", "a\\"),
    ],
)
def test_a_hostile_file_name_stays_inside_its_quotes(name: str, sent: str) -> None:
    disposition = parse(one_file(b"x", name))[0].headers["content-disposition"]
    assert disposition == f'form-data; name="files"; filename="{sent}"'


def test_a_file_name_that_is_not_utf_8_can_be_sent() -> None:
    name = os.fsdecode(b"photo-\xff.jpg")
    assert "photo-" in parse(one_file(b"x", name))[0].headers["content-disposition"]


# Replays


def in_memory(path: Path) -> Any:
    return path.read_bytes()


def as_path(path: Path) -> Any:
    return path


def as_handle(path: Path) -> Any:
    return io.BytesIO(path.read_bytes())


def from_its_middle(path: Path) -> Any:
    handle = io.BytesIO(b"before" + path.read_bytes())
    handle.seek(6)
    return handle


SOURCES: list[Callable[[Path], Any]] = [in_memory, as_path, as_handle, from_its_middle]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize("source", SOURCES)
def test_every_replay_is_byte_identical_p10(source: Callable[[Path], Any], file: Path) -> None:
    content = one_file(source(file))
    assert [whole(content) for _ in range(3)] == [whole(content)] * 3


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_sent_is_the_file_p10(source: Callable[[Path], Any], file: Path) -> None:
    assert parse(one_file(source(file)))[0].data == DATA


@pytest.mark.parametrize("source", SOURCES)
def test_an_attempt_that_broke_off_does_not_shift_the_next_p10(
    source: Callable[[Path], Any], file: Path
) -> None:
    content = one_file(source(file))
    wanted = whole(content)
    next(iter(content.pieces()))
    assert whole(content) == wanted


def test_pieces_are_bounded_p21(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(b"x" * (3 * LARGE_PIECE + 17))
    # What was waiting to be joined, and one read.
    assert max(map(len, one_file(path).pieces())) <= PIECE + LARGE_PIECE


# Bodies without fields


@pytest.mark.parametrize("source", SOURCES)
def test_a_body_without_fields_is_sent_as_it_is_p10(
    source: Callable[[Path], Any], file: Path
) -> None:
    content = encode(RawBody(source(file), "image/png"))
    assert [whole(content), whole(content)] == [DATA, DATA]
    assert (content.content_type, content.length) == ("image/png", len(DATA))


def test_a_text_is_sent_in_utf_8() -> None:
    content = encode(RawBody("ä", "text/plain"))
    assert (whole(content), content.content_type) == ("ä".encode(), "text/plain")


def test_a_text_that_is_not_utf_8_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValidationError, match="cannot be sent as a body"):
        encode(RawBody("\ud800", "text/plain"))


# Files that change


def grow(path: Path) -> None:
    path.write_bytes(DATA + b"more")


def shrink(path: Path) -> None:
    path.write_bytes(DATA[:-1])


def change(path: Path) -> None:
    path.write_bytes(DATA[::-1])
    os.utime(path, ns=(1, 1))


def vanish(path: Path) -> None:
    path.unlink()


def become_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


ACCIDENTS: list[Callable[[Path], None]] = [grow, shrink, change, vanish, become_a_directory]


@pytest.mark.parametrize("happens", ACCIDENTS)
def test_a_file_that_is_no_longer_the_same_fails_the_next_attempt_p10(
    happens: Callable[[Path], None], file: Path
) -> None:
    content = one_file(file)
    whole(content)
    happens(file)
    with pytest.raises(UploadError) as caught:
        whole(content)
    assert (caught.value.filename, caught.value.stage) == ("a.jpg", "upload")


@pytest.mark.parametrize("happens", [grow, shrink])
def test_a_file_that_changes_while_it_is_read_is_not_sent_torn_p10(
    happens: Callable[[Path], None], file: Path
) -> None:
    content = one_file(file)
    pieces = iter(content.pieces())
    sent = [next(pieces)]
    happens(file)
    with pytest.raises(UploadError, match="changed while it was sent"):
        sent.extend(pieces)
    assert sum(map(len, sent)) < content.length


def test_a_handle_that_shrinks_is_not_sent_torn_p10() -> None:
    handle = io.BytesIO(DATA)
    content = one_file(handle)
    handle.truncate(100)
    with pytest.raises(UploadError, match="bytes are missing at its end"):
        whole(content)


def test_a_file_that_is_gone_before_the_first_attempt_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="cannot be read: No such file"):
        one_file(tmp_path / "gone.jpg")


def test_a_handle_that_cannot_be_rewound_is_refused_p10() -> None:
    read_end, write_end = os.pipe()
    os.close(write_end)
    with os.fdopen(read_end, "rb") as handle, pytest.raises(ValidationError, match="rewound"):
        one_file(handle)


def test_no_file_stays_open_when_an_attempt_breaks_off(file: Path) -> None:
    before = open_descriptors()
    pieces = one_file(file).pieces()
    next(iter(pieces))
    del pieces
    assert open_descriptors() == before


@given(st.integers(0, len(DATA)), st.integers(0, len(DATA)))
def test_a_range_of_a_file_is_the_same_in_every_attempt_p10(one: int, other: int) -> None:
    start, end = sorted((one, other))
    with NamedTemporaryFile() as file:
        file.write(DATA)
        file.flush()
        path = Path(file.name)
        content = FileRange(path, start, end - start, version_of(path.stat()))
        assert content.length == end - start
        assert [b"".join(content.pieces()) for _ in range(2)] == [DATA[start:end]] * 2


def test_a_range_of_a_file_that_changed_is_not_sent_p10(tmp_path: Path) -> None:
    path = tmp_path / "movie.mp4"
    path.write_bytes(DATA)
    content = FileRange(path, 10, 20, version_of(path.stat()))
    path.write_bytes(DATA + b"more")
    with pytest.raises(UploadError, match="changed while it was sent"):
        list(content.pieces())


def test_a_range_beyond_the_end_of_a_file_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "movie.mp4"
    path.write_bytes(DATA)
    content = FileRange(path, len(DATA) - 5, 20, version_of(path.stat()))
    with pytest.raises(UploadError, match="15 bytes are missing"):
        list(content.pieces())


def test_a_range_of_a_file_that_is_gone_names_it(tmp_path: Path) -> None:
    content = FileRange(tmp_path / "gone.mp4", 0, 5, (5, 1))
    with pytest.raises(UploadError, match="cannot be read"):
        list(content.pieces())


@pytest.mark.skipif(os.name == "nt", reason="there are no such pipes on Windows")
def test_a_file_that_became_a_pipe_does_not_hold_up_its_sending(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(DATA)
    content = one_file(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UploadError, match="it is not a regular file"):
        whole(content)


def test_a_name_that_is_not_UTF_8_is_sent_with_question_marks() -> None:
    (part,) = parse(one_file(DATA, "caf\udce9.jpg"))
    assert part.headers["content-disposition"].endswith('filename="caf?.jpg"')
