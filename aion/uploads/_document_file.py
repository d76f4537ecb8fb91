"""Checks documents to upload by their content.

Only text is classified by its name: its content does not distinguish it from Markdown or a table.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aion._hints import Hint, hint
from aion._http.content import open_file
from aion.exceptions import ValidationError
from aion.types.callbacks import (
    DocumentFileCompleteEvent,
    DocumentProcessingFailedEvent,
    DocumentProcessingProgressEvent,
    DocumentUploadProgressEvent,
)
from aion.uploads import _local_file, _media_types
from aion.uploads._media_types import DOCUMENT_TYPES, DOCX, MARKDOWN, TEXT
from aion.uploads._not_a_path import is_base64

_TEXT_ENDINGS: Final = {
    "": TEXT,
    ".txt": TEXT,
    ".text": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
}
"""Media types of text by extension. Text with another extension is a table, code or similar."""
_SEEN = ("image/", "video/")
"""Signatures that text may begin with: "GIF89a is the name of a format"."""
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-16, whose zero bytes would otherwise rule out text."""


@dataclass(frozen=True, slots=True)
class DocumentCallbacks:
    """The callbacks of an upload of documents."""

    on_progress: Callable[[DocumentUploadProgressEvent], Any] | None = None
    on_file_complete: Callable[[DocumentFileCompleteEvent], Any] | None = None
    on_processing_progress: Callable[[DocumentProcessingProgressEvent], Any] | None = None
    on_processing_failed: Callable[[DocumentProcessingFailedEvent], Any] | None = None


def document(file: Any, filename: str | None) -> _local_file.Upload:
    """Check a document from a path or from bytes.

    Args:
        file: A path, or the bytes themselves.
        filename: The name to store; needed for bytes, the file's own name otherwise.

    Raises:
        ValidationError: The file does not exist, is a directory, is empty or too large, or is not
            a document that the service accepts, or bytes come without a name.
    """
    name, source, size, head = _local_file.opened(
        file, filename, example="report.pdf", what="documents"
    )
    kind = _kind(source, head)
    ending = Path(name).suffix.lower()
    if ending and ending in _TEXT_ENDINGS and kind.startswith(_SEEN) and _media_types.is_text(head):
        kind = TEXT
    if kind == TEXT:
        kind = _TEXT_ENDINGS.get(ending, "")
        advice = f": it is text; {hint(Hint.NAME_AS_TEXT, name=f'{name}.txt')}"
        if is_base64(head):
            advice = f": it is base64; {hint(Hint.DECODE_DATA)}"
    else:
        advice = _advice(kind)
    if kind not in DOCUMENT_TYPES.values():
        raise ValidationError(
            f"{name} is not a PDF, DOCX, plain text or Markdown document{advice}",
            details={"field": "file", "content_type": kind},
        )
    return _local_file.Upload(name, kind, size, *_local_file.placed(source, name))


def _kind(source: bytes | str, head: bytes) -> str:
    # A byte order mark or blank lines before the signature are common, and readers accept them.
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    kind = (
        TEXT
        if head.startswith(_WIDE_TEXT)
        else _media_types.sniff(bare) or _media_types.sniff(head) or ""
    )
    if kind == "application/zip":
        return DOCX if _is_docx(source) else kind
    return kind


def _is_docx(source: bytes | str) -> bool:
    try:
        with (
            io.BytesIO(source)
            if isinstance(source, bytes)
            else io.BufferedReader(open_file(source)) as file,
            zipfile.ZipFile(file) as archive,
        ):
            return any(name.startswith("word/") for name in archive.namelist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False


def _advice(kind: str) -> str:
    if not kind:
        return ": its first bytes are of no known type"
    if kind in _media_types.IMAGE_TYPES:
        return f" ({kind}); {hint(Hint.IMAGES)}"
    if kind == "application/zip":
        return ": it is a ZIP archive that holds no Word document, or a damaged one"
    return f" ({kind}); convert it first"
