from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.exceptions import ValidationError
from aion.sandbox.documents.chunking import LONGEST, chunk_text
from aion.sandbox.documents.extraction import Block, Text, Unreadable, extract
from aion.sandbox.documents.search import content_words
from aion.uploads._document_file import document
from tests.behaviour.papers import MANUAL, pdf, word
from tests.unit.test_local_file import HEADS


def read(tmp_path: Path, data: bytes, kind: str) -> Text:
    path = tmp_path / "document"
    path.write_bytes(data)
    return extract(path, kind)


@pytest.mark.parametrize(
    ("head", "filename", "kind"),
    [
        (b"%PDF-1.7", "a.bin", "application/pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.7", "a.pdf", "application/pdf"),
        (b"words", "a.txt", "text/plain"),
        (b"words", "README", "text/plain"),
        (b"# words", "a.MD", "text/markdown"),
        ("Größe".encode(), "a.markdown", "text/markdown"),
        ("wide".encode("utf-16"), "a.txt", "text/plain"),
        (b"BMW 320i service manual, 2021 edition", "cars.txt", "text/plain"),
        (b"BMW 320i service manual, 2021 edition", "CARS", "text/plain"),
        (b"BM25 is a ranking function used by search engines", "a.md", "text/markdown"),
        (b"GIF89a is the name of a format", "a.txt", "text/plain"),
        (b"The ftyping of boxes", "a.text", "text/plain"),
        (b"<svg> is how a picture begins", "a.md", "text/markdown"),
    ],
)
def test_the_type_of_a_document_shows_in_its_content(head: bytes, filename: str, kind: str) -> None:
    assert document(head, filename).content_type == kind


@pytest.mark.parametrize("kind", ["image/png", "image/gif", "image/bmp", "video/mp4"])
def test_a_picture_is_not_text_whatever_its_name(kind: str) -> None:
    with pytest.raises(ValidationError, match=f"({kind})"):
        document(HEADS[kind] + bytes(20), "a.txt")


def test_a_zip_archive_is_a_document_only_with_a_word_part() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(ValidationError, match="no Word document"):
        document(target.getvalue(), "a.docx")
    assert document(word(("A", "b")), "a.zip").content_type.endswith("wordprocessingml.document")


def test_a_pdf_gives_its_pages_and_the_bookmarks_above_them(tmp_path: Path) -> None:
    text = read(tmp_path, pdf("first", "second", titles=["One", "Two"]), "pdf")
    assert (text.pages, text.text) == (2, "first\n\nsecond")
    assert text.blocks == (Block("first", 1, ("One",)), Block("second", 2, ("Two",)))


def test_a_docx_gives_headings_pages_and_tables(tmp_path: Path) -> None:
    data = word(("One", "first"), ("Two", "second"), rows=[["part", "price"], ["rotor", "7"]])
    text = read(tmp_path, data, "docx")
    assert text.pages == 2
    assert [(block.kind, block.page, block.text) for block in text.blocks] == [
        ("heading", 1, "One"),
        ("paragraph", 1, "first"),
        ("heading", 2, "Two"),
        ("paragraph", 2, "second"),
        ("table", 2, "part | price\nrotor | 7"),
    ]


def test_markdown_headings_nest_and_code_is_not_searched_for_them(tmp_path: Path) -> None:
    source = "# A\ntext\n## B\n```\n# no heading\n```\n# C\nend"
    text = read(tmp_path, source.encode(), "md")
    assert [(block.text, block.headings) for block in text.blocks] == [
        ("A", ("A",)),
        ("text", ("A",)),
        ("B", ("A", "B")),
        ("```\n# no heading\n```", ("A", "B")),
        ("C", ("C",)),
        ("end", ("C",)),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, "Größe\r\nzwei".encode(encoding), "txt").text == "Größe\nzwei"


def test_a_form_feed_begins_a_page_of_text(tmp_path: Path) -> None:
    text = read(tmp_path, b"one\ftwo", "txt")
    assert [(block.page, block.text) for block in text.blocks] == [(1, "one"), (2, "two")]


def test_an_encrypted_pdf_is_unreadable_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="encrypted"):
        read(tmp_path, pdf("secret", password="open sesame"), "pdf")


@pytest.mark.parametrize("kind", ["pdf", "docx"])
@given(data=st.binary(max_size=400))
def test_no_bytes_break_a_reader(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: bytes
) -> None:
    head = b"%PDF-1.4\n" if kind == "pdf" else b"PK\x03\x04"
    with contextlib.suppress(Unreadable):
        read(tmp_path_factory.getbasetemp(), head + data, kind)


def test_a_docx_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aion.sandbox.documents.extraction.MAX_UNPACKED", 1000)
    with pytest.raises(Unreadable, match="too large"):
        read(tmp_path, word(("One", "first")), "docx")


def test_passages_stay_within_a_section_and_headings_with_what_they_head(tmp_path: Path) -> None:
    chunks = chunk_text(read(tmp_path, MANUAL.encode(), "md"))
    assert [chunk.content for chunk in chunks] == [
        "Pump manual\n\nThe pump lifts water to the tank.",
        "Valves\n\nThe relief valve opens at six bar.",
        "Storage\n\nKeep the rotor dry.",
    ]
    nested = chunk_text(read(tmp_path, b"# A\n## B\ntext", "md"))
    assert [(one.content, one.headings) for one in nested] == [("A\n\nB\n\ntext", ("A", "B"))]


def test_a_long_paragraph_is_cut_after_a_sentence() -> None:
    text = "A sentence of some length. " * 100
    chunks = chunk_text(Text(text, 1, (Block(text.strip(), 1),)))
    assert len(chunks) > 1
    assert all(chunk.content.endswith(".") for chunk in chunks)


@given(st.lists(st.text(min_size=1, max_size=3000), max_size=6))
def test_passages_are_short_and_leave_no_word_out(texts: list[str]) -> None:
    blocks = tuple(Block(one, n) for n, one in enumerate(texts, start=1) if one.strip())
    chunks = chunk_text(Text("", len(texts), blocks))
    assert all(0 < len(chunk.content) <= LONGEST for chunk in chunks)
    whole = "".join("".join(block.text.split()) for block in blocks)
    assert "".join("".join(chunk.content.split()) for chunk in chunks) == whole


def test_filler_words_do_not_count_unless_there_are_no_others() -> None:
    assert content_words("What does the Pump say of the pump?") == ["pump"]
    assert content_words("what is this") == ["what", "is", "this"]
