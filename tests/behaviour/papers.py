"""Small documents, made by each test, so that their text is visible in it."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
from pypdf import PdfReader, PdfWriter

MANUAL = """# Pump manual

The pump lifts water to the tank.

## Valves

The relief valve opens at six bar.

## Storage

Keep the rotor dry.
"""


def pdf(*pages: str, password: str | None = None, titles: Sequence[str] = ()) -> bytes:
    """A PDF with one page for each text; `titles` are bookmarks of the first pages."""
    writer = PdfWriter(PdfReader(io.BytesIO(_bare_pdf(pages))))
    for number, title in enumerate(titles):
        writer.add_outline_item(title=title, page_number=number)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _bare_pdf(pages: Sequence[str]) -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        lines = "".join(f"({line}) Tj 0 -20 Td " for line in text.splitlines())
        stream = f"BT /F1 12 Tf 72 720 Td {lines}ET"
        parts += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    data = b"%PDF-1.4\n"
    places: list[int] = []
    for number, part in enumerate(parts, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{part}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + end.encode()


def word(*sections: tuple[str, str], rows: Sequence[Sequence[str]] = ()) -> bytes:
    """A DOCX of headings with a paragraph each, every section on a page of its own."""
    document = docx.Document()
    for number, (heading, text) in enumerate(sections):
        if number:
            document.add_page_break()  # type: ignore[no-untyped-call]  # python-docx left it out
        document.add_heading(heading, 1)
        document.add_paragraph(text)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                table.cell(row, column).text = cell
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
