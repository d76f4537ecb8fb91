"""Writes papers as files: PDF, DOCX, Markdown and plain text, the same bytes in every run.

They are written by hand because the libraries that read them either cannot write, or store the
time of writing.
"""

from __future__ import annotations

import io
import textwrap
import zipfile
from collections.abc import Callable
from typing import Final
from xml.sax.saxutils import escape

from aion.sandbox.seeds.document_texts import Paper, Section

_LINE: Final = 80
"""Characters of a line of a PDF."""
_OPEN_XML: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def file_of(paper: Paper) -> bytes:
    """Return the bytes of a paper in its format."""
    return _WRITERS[paper.kind](paper)


def _markdown(paper: Paper) -> bytes:
    parts = [f"# {paper.title}"]
    for section in paper.sections:
        parts += [f"## {section.heading}", *section.paragraphs]
    return ("\n\n".join(parts) + "\n").encode()


def _plain(paper: Paper) -> bytes:
    pages = ["\n\n".join((one.heading, *one.paragraphs)) for one in paper.sections]
    return "\n\f".join([f"{paper.title}\n\n{pages[0]}", *pages[1:]]).encode() + b"\n"


def _pdf(paper: Paper) -> bytes:
    """Write one page for each section, and bookmarks with the headings."""
    count = len(paper.sections)
    first_page, first_mark = 5, 5 + 2 * count
    kids = " ".join(f"{first_page + 2 * index} 0 R" for index in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Type /Outlines /First {first_mark} 0 R /Last {first_mark + count - 1} 0 R"
        f" /Count {count} >>",
    ]
    for index, section in enumerate(paper.sections):
        drawing = _drawing(paper.title if index == 0 else None, section)
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            f" /Contents {first_page + 2 * index + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        ]
    for index, section in enumerate(paper.sections):
        beside = f" /Prev {first_mark + index - 1} 0 R" if index else ""
        beside += f" /Next {first_mark + index + 1} 0 R" if index + 1 < count else ""
        objects.append(
            f"<< /Title {_literal(section.heading)} /Parent 4 0 R{beside}"
            f" /Dest [{first_page + 2 * index} 0 R /Fit] >>"
        )
    return _pdf_file(objects)


def _drawing(title: str | None, section: Section) -> str:
    lines = [title, ""] if title is not None else []
    lines += [section.heading, ""]
    for paragraph in section.paragraphs:
        lines += [*textwrap.wrap(paragraph, _LINE), ""]
    shown = "".join(f"{_literal(line)} Tj T*\n" if line else "T*\n" for line in lines)
    return f"BT /F1 11 Tf 15 TL 64 770 Td\n{shown}ET"


def _literal(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"({quoted})"


def _pdf_file(objects: list[str]) -> bytes:
    data = b"%PDF-1.4\n"
    places: list[int] = []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + end.encode()


def _docx(paper: Paper) -> bytes:
    """Write a title, and each section under a heading on a page of its own."""
    body = [_paragraph(paper.title, "Title")]
    for index, section in enumerate(paper.sections):
        body.append(_paragraph(section.heading, "Heading1", new_page=index > 0))
        body += [_paragraph(one) for one in section.paragraphs]
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_OPEN_XML}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_OPEN_XML}.styles+xml"/></Types>',
        "_rels/.rels": _relations("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relations("styles", "styles.xml"),
        "word/styles.xml": f'<w:styles xmlns:w="{_WORD}">'
        + _style("Normal", "Normal", ' w:default="1"')
        + _style("Title", "Title")
        + _style("Heading1", "heading 1")
        + "</w:styles>",
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{"".join(body)}'
        "<w:sectPr/></w:body></w:document>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # Without an explicit date an entry gets the time of writing.
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            archive.writestr(entry, header + text, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _paragraph(text: str, style: str = "Normal", *, new_page: bool = False) -> str:
    page_break = '<w:r><w:br w:type="page"/></w:r>' if new_page else ""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{page_break}'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def _style(style_id: str, name: str, more: str = "") -> str:
    return (
        f'<w:style w:type="paragraph"{more} w:styleId="{style_id}"><w:name w:val="{name}"/>'
        "</w:style>"
    )


def _relations(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATION}/{kind}" Target="{target}"/></Relationships>'
    )


_WRITERS: Final[dict[str, Callable[[Paper], bytes]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "md": _markdown,
    "txt": _plain,
}
