"""Extracts the text of a document from its bytes: pages, headings and paragraphs. Pure.

PDF by pypdf, DOCX by python-docx, text and Markdown by hand. Any bytes lead to a `Text` or to
`Unreadable`: sizes are limited before anything large is unpacked.
"""

from __future__ import annotations

import codecs
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES: Final = 3000
MAX_CHARACTERS: Final = 8_000_000
MAX_UNPACKED: Final = 256 * 1024 * 1024
"""Maximum bytes of all unpacked parts of a DOCX."""
MAX_DRAWN: Final = 16 * 1024 * 1024
"""Maximum bytes of drawing instructions in a PDF; reading takes about 5 s for each MB."""
MAX_DRAWN_ON_A_PAGE: Final = 1024 * 1024
MAX_BLOCKS: Final = 20_000
"""Maximum paragraphs and tables of a DOCX; reading one takes up to half a millisecond."""
_MAX_ELEMENTS: Final = 500_000
_MAX_PARTS: Final = 5000
_MAX_LEVEL: Final = 9

_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t]*#*\Z")
_FENCE: Final = re.compile(r"(```|~~~)")
_STYLE: Final = re.compile(r"heading (\d)\Z", re.IGNORECASE)


class Unreadable(Exception):
    """No text can be extracted from these bytes; the message says why."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, table or heading."""

    text: str
    page: int
    headings: tuple[str, ...] = ()
    """Headings above it, outermost first; a heading includes itself."""
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Text:
    """The extracted text of a document."""

    text: str
    pages: int
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class _Outline:
    """The headings above the current position."""

    levels: dict[int, str] = field(default_factory=dict[int, str])

    def enter(self, level: int, title: str) -> None:
        self.levels = {one: text for one, text in self.levels.items() if one < level}
        self.levels[level] = title

    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in sorted(self.levels.items()))


def extract(path: Path, kind: str) -> Text:
    """Read a document.

    Args:
        path: Path of its bytes.
        kind: `pdf`, `docx`, `txt` or `md`.

    Raises:
        Unreadable: It is damaged, encrypted or too large.
    """
    try:
        found = _READERS[kind](path)
    except (Unreadable, OSError):
        raise
    except Exception as error:
        # Parsers raise errors of any type for damaged files.
        raise Unreadable(f"the {kind} file is corrupt: {_short(error)}") from error
    if len(found.text) > MAX_CHARACTERS:
        raise Unreadable(f"the text is too large: more than {MAX_CHARACTERS} characters")
    return found


def is_docx(path: Path) -> bool:
    """Return whether the bytes are a ZIP archive with the parts of a Word document."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("word/") for name in archive.namelist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False


def _pdf(path: Path) -> Text:
    from pypdf import PdfReader

    # It logs every oddity of a file; those that matter are raised.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with path.open("rb") as source:
        reader = PdfReader(source)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("the document is encrypted: a password is needed to read it")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise Unreadable(f"the document is too large: {count} pages, at most {MAX_PAGES}")
        marks = _bookmarks(reader)
        outline = _Outline()
        texts: list[str] = []
        blocks: list[Block] = []
        drawn = 0
        for number, page in enumerate(reader.pages, start=1):
            contents = page.get_contents()
            size = len(contents.get_data()) if contents is not None else 0
            drawn += size
            if size > MAX_DRAWN_ON_A_PAGE or drawn > MAX_DRAWN:
                raise Unreadable(f"the document is too large: page {number} draws too much")
            for level, title in marks.get(number, ()):
                outline.enter(level, title)
            text = page.extract_text().strip()
            texts.append(text)
            if sum(map(len, texts)) > MAX_CHARACTERS:
                break
            blocks += (Block(one, number, outline.path()) for one in _paragraphs(text))
    return Text("\n\n".join(filter(None, texts)), count, tuple(blocks))


def _bookmarks(reader: PdfReader) -> dict[int, list[tuple[int, str]]]:
    """Return the table of contents, as level and title by page."""
    marks: dict[int, list[tuple[int, str]]] = {}

    def walk(entries: list[Any], level: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, min(level + 1, _MAX_LEVEL))  # pyright: ignore[reportUnknownArgumentType]  # nested lists of bookmarks
                continue
            page = reader.get_destination_page_number(entry)
            title = str(entry.title or "").strip()
            if page is not None and title:
                marks.setdefault(page + 1, []).append((level, title))

    try:
        walk(list(reader.outline), 1)
    except Exception:  # noqa: BLE001 - a broken table of contents does not make the text unreadable
        return {}
    return marks


def _docx(path: Path) -> Text:
    import docx
    from docx.table import Table

    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Unreadable("the document is too large: its parts unpack to too many bytes")
    document = docx.Document(str(path))
    body = cast("Any", document).element.body
    if len(body) > MAX_BLOCKS or sum(1 for _ in body.iter()) > _MAX_ELEMENTS:
        raise Unreadable(f"the document is too large: more than {MAX_BLOCKS} paragraphs or tables")
    outline = _Outline()
    blocks: list[Block] = []
    page = 1
    for one in document.iter_inner_content():
        if isinstance(one, Table):
            rows = (" | ".join(cell.text.strip() for cell in row.cells) for row in one.rows)
            text = "\n".join(row for row in rows if row.strip(" |"))
            if text:
                blocks.append(Block(text, page, outline.path(), "table"))
            continue
        # A break before the text of a paragraph moves it to the next page; one after it does not.
        breaks = _breaks(one)
        before, after = breaks if one.text.strip() else (sum(breaks), 0)
        page += before
        level = _level(one)
        text = one.text.strip()
        if text and level is not None:
            outline.enter(level, text)
        if text:
            kind = "paragraph" if level is None else "heading"
            blocks.append(Block(text, page, outline.path(), kind))
        page += after
    return Text("\n\n".join(block.text for block in blocks), page, tuple(blocks))


def _level(paragraph: Any) -> int | None:
    name = str(getattr(paragraph.style, "name", None) or "")
    found = _STYLE.match(name)
    if found is not None:
        return int(found[1])
    return 0 if name.lower() == "title" else None


def _breaks(paragraph: Any) -> tuple[int, int]:
    """Return the page breaks before the first and after the last character of a paragraph."""
    before = after = 0
    seen_text = False
    for element in paragraph._p.iter():
        name = str(element.tag).rpartition("}")[2]
        if name == "t" and (element.text or "").strip():
            seen_text = True
        forced = name == "br" and any(value == "page" for value in element.attrib.values())
        if forced or name in {"lastRenderedPageBreak", "pageBreakBefore"}:
            before, after = (before, after + 1) if seen_text else (before + 1, after)
    return before, after


def _plain(path: Path) -> Text:
    text = _decoded(path)
    pages = text.split("\f")
    blocks = [
        Block(one, number, ())
        for number, page in enumerate(pages, start=1)
        for one in _paragraphs(page)
    ]
    return Text(text, len(pages), tuple(blocks))


def _markdown(path: Path) -> Text:
    text = _decoded(path)
    return Text(text, 1, tuple(_markdown_blocks(text)))


def _markdown_blocks(text: str) -> Iterator[Block]:
    outline = _Outline()
    lines: list[str] = []
    fence: str | None = None

    def block() -> Iterator[Block]:
        joined = "\n".join(lines).strip("\n")
        lines.clear()
        if joined.strip():
            kind = "code" if _FENCE.match(joined) else "paragraph"
            yield Block(joined, 1, outline.path(), kind)

    for line in text.splitlines():
        mark = _FENCE.match(line.strip())
        heading = _HEADING.match(line) if fence is None else None
        if fence is not None:
            lines.append(line)
            if mark is not None and mark[1] == fence:
                fence = None
                yield from block()
        elif mark is not None:
            yield from block()
            fence = mark[1]
            lines.append(line)
        elif heading is not None:
            yield from block()
            outline.enter(len(heading[1]), heading[2])
            yield Block(heading[2], 1, outline.path(), "heading")
        elif line.strip():
            lines.append(line)
        else:
            yield from block()
    yield from block()


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n[ \t]*\n+", text):
        if part.strip():
            yield part.strip()


def _decoded(path: Path) -> str:
    size = path.stat().st_size
    if size > 4 * MAX_CHARACTERS:
        raise Unreadable(f"the text is too large: {size} bytes")
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


_READERS: Final = {"pdf": _pdf, "docx": _docx, "txt": _plain, "md": _markdown}
