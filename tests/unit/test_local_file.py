"""What a file is, by its first bytes; and which files are refused before anything is sent."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.exceptions import ValidationError
from aion.uploads import _local_file, _media_types

HEADS: dict[str, bytes] = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "image/gif": b"GIF89a\x01\x00",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "image/bmp": b"BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00",
    "image/tiff": b"II*\x00",
    "image/heic": b"\x00\x00\x00\x18ftypheic",
    "image/avif": b"\x00\x00\x00\x18ftypavif",
    "video/quicktime": b"\x00\x00\x00\x14ftypqt  ",
    "video/mp4": b"\x00\x00\x00\x18ftypisom",
    "video/webm": b"\x1a\x45\xdf\xa3",
    "video/x-msvideo": b"RIFF\x24\x00\x00\x00AVI LIST",
    "application/pdf": b"%PDF-1.7\n",
    "application/zip": b"PK\x03\x04",
    "image/svg+xml": b'<?xml version="1.0"?>\n<svg xmlns="x">',
    "text/plain": b"hello\n",
}
JPEG = HEADS["image/jpeg"]


@pytest.mark.parametrize("kind", HEADS)
def test_a_type_is_found_by_its_first_bytes(kind: str) -> None:
    assert _media_types.sniff(HEADS[kind]) == kind


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("cut", range(1, 12))
def test_a_head_that_is_cut_short_is_not_an_error(kind: str, cut: int) -> None:
    found = _media_types.sniff(HEADS[kind][:cut])
    assert found is None or isinstance(found, str)


@given(
    st.binary(max_size=600)
    | st.builds(bytes.__add__, st.sampled_from(sorted(HEADS.values())), st.binary(max_size=50))
)
def test_no_bytes_break_the_sniffing(head: bytes) -> None:
    found = _media_types.sniff(head)
    assert found is None or "/" in found


@given(st.sampled_from(sorted(HEADS)), st.binary(max_size=400))
def test_what_follows_the_head_does_not_change_the_type(kind: str, rest: bytes) -> None:
    if kind != "text/plain":
        assert _media_types.sniff(HEADS[kind] + rest) == kind


@pytest.mark.parametrize("size", [12, 16, 40, 52, 56, 64, 108, 124])
def test_a_bitmap_is_known_by_the_size_of_its_header(size: int) -> None:
    head = struct.pack("<2sIHHII", b"BM", 58, 0, 0, 14 + size, size)
    assert _media_types.sniff(head) == "image/bmp"


@pytest.mark.parametrize(
    "text", [b"BMW 320i service manual, 2021 edition", b"BM25 ranks documents"]
)
def test_words_that_begin_as_a_bitmap_are_text(text: bytes) -> None:
    assert _media_types.sniff(text) == "text/plain"


def test_bytes_without_a_pattern_are_of_no_known_type() -> None:
    assert _media_types.sniff(b"\x00\x01\x02") is None


def test_no_bytes_are_of_no_known_type() -> None:
    assert _media_types.sniff(b"") is None


# Accepted files


def sources() -> list[str]:
    """The text of each module of the core, in one line."""
    core = Path(_media_types.__file__).parent.parent
    tops = {"sandbox", "sync", "testing"}
    return [
        " ".join(path.read_text("utf-8").split())
        for path in core.rglob("*.py")
        if path.relative_to(core).parts[0] not in tops and path.name != "_media_types.py"
    ]


def test_every_docstring_lists_the_accepted_formats_as_the_table_does() -> None:
    lists = [one for text in sources() for one in re.findall(r"JPEG, [A-Za-z, ]* or [A-Z]+", text)]

    assert set(lists) == {_media_types.image_names()}


def test_every_docstring_lists_the_accepted_extensions_as_the_table_does() -> None:
    lists = [one for text in sources() for one in re.findall(r"``(\.jpg[a-z. ]*)``", text)]

    assert [set(one.split()) for one in lists] == [_media_types.IMAGE_EXTENSIONS] * len(lists)
    assert lists


def test_no_module_lists_the_image_types_a_second_time() -> None:
    assert [text[:80] for text in sources() if "image/webp" in text or '".webp"' in text] == []


def test_each_accepted_format_is_detected_by_its_signature() -> None:
    for one in _media_types.IMAGE_FORMATS:
        assert _media_types.sniff(HEADS[one.media_type]) == one.media_type


@pytest.mark.parametrize("kind", sorted(_media_types.IMAGE_TYPES))
@pytest.mark.parametrize("name", ["a.jpg", "a.txt", "a", "a.pdf"])
def test_an_image_is_accepted_whatever_its_name(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(HEADS[kind] + b"\x00" * 20)
    upload = _local_file.image(path, None)
    assert (upload.content_type, upload.filename, upload.size) == (
        kind, name, len(HEADS[kind]) + 20,
    )  # fmt: skip


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_bytes_of_every_kind_are_accepted(wrap: Any) -> None:
    assert _local_file.image(wrap(JPEG), "a.jpg").content == JPEG


def test_a_path_may_be_text(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    assert _local_file.image(str(tmp_path / "a.jpg"), None).filename == "a.jpg"


def test_a_given_name_replaces_that_of_the_path(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    assert _local_file.image(tmp_path / "a.jpg", "b.jpg").filename == "b.jpg"


def test_a_path_is_not_read_into_memory_p21(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    assert isinstance(_local_file.image(tmp_path / "a.jpg", None).content, Path)


# Refused files


@pytest.mark.parametrize("kind", sorted(set(HEADS) - _media_types.IMAGE_TYPES))
def test_another_type_is_refused_by_its_content_not_its_name(kind: str) -> None:
    with pytest.raises(ValidationError, match="is not a JPEG, PNG, WebP or GIF") as caught:
        _local_file.image(HEADS[kind], "a.jpg")
    assert kind in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("application/pdf", "client.documents.upload_one()"),
        ("video/mp4", "client.video_uploads.upload_one()"),
        ("image/heic", "convert it first"),
    ],
)
def test_the_refusal_says_what_to_do_instead(kind: str, advice: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _local_file.image(HEADS[kind], "a.jpg")
    assert advice in str(caught.value)


@pytest.mark.parametrize("name", [None, ""])
def test_bytes_need_a_name(name: str | None) -> None:
    with pytest.raises(ValidationError, match="pass filename="):
        _local_file.image(JPEG, name)


@pytest.mark.parametrize("file", [None, 7, 1.5, ["a.jpg"], object()])
def test_what_is_neither_path_nor_bytes_is_refused(file: Any) -> None:
    with pytest.raises(ValidationError, match="a path or bytes"):
        _local_file.image(file, "a.jpg")


def test_empty_bytes_are_refused() -> None:
    with pytest.raises(ValidationError, match="is empty"):
        _local_file.image(b"", "a.jpg")


@pytest.mark.parametrize("path", ["missing.jpg", "a\x00b", "x" * 5000, ""])
def test_a_path_that_cannot_be_opened_is_refused(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValidationError):
        _local_file.image(path, None)


def test_one_byte_too_many_is_refused_without_reading_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as handle:
        handle.write(JPEG)
        handle.truncate(_local_file.LARGEST_STREAMED + 1)
    with pytest.raises(ValidationError, match="104,857,601 bytes"):
        _local_file.image(path, None)


def test_the_largest_size_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as handle:
        handle.write(JPEG)
        handle.truncate(_local_file.LARGEST_STREAMED)
    assert _local_file.image(path, None).size == _local_file.LARGEST_STREAMED
