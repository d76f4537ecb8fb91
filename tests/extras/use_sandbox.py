"""`aionvision[sandbox]`: the sandbox serves both clients, and reads what it is given."""

from __future__ import annotations

import asyncio
import io
from importlib import import_module
from typing import Any

from aion.testing import Sandbox
from tests.extras.first_call import first_call, only, picture

first_call()
only("starlette")

PAGE = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Contents 4 0 R
  /Resources <</Font <</F <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>>> endobj
4 0 obj <</Length 47>> stream
BT /F 12 Tf 20 50 Td (A note about harbors) Tj ET
endstream endobj
trailer <</Root 1 0 R>>
startxref
0
%%EOF
"""


def encrypted() -> bytes:
    """Make a PDF under AES-256 that opens without a password, as scanners and banks write them."""
    pypdf: Any = import_module("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(PAGE))
    writer = pypdf.PdfWriter()
    writer.append(reader)
    writer.encrypt("", "fake-owner-password", algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


async def describe(sandbox: Sandbox) -> str:
    async with sandbox.client() as client:
        return (await client.upload_one(picture(), filename="navy.png")).description or ""


with Sandbox() as sandbox:
    assert "navy" in asyncio.run(describe(sandbox))
    with sandbox.sync_client() as client:
        report = client.documents.upload_one(encrypted(), filename="note.pdf")
        text = client.documents.get_text(report.document_id)
        assert "harbors" in str(text), text
