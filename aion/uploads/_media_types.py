"""Detects the kind of a file from its first bytes, and lists the formats to upload. Pure."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class ImageFormat(NamedTuple):
    """An image format that the service accepts.

    Attributes:
        name: Its name in messages.
        media_type: Its media type.
        extensions: The endings of its files, in lower case.
        signature: A pattern of the first bytes of its files.
    """

    name: str
    media_type: str
    extensions: tuple[str, ...]
    signature: bytes


IMAGE_FORMATS: Final = (
    ImageFormat("JPEG", "image/jpeg", (".jpg", ".jpeg"), rb"\xff\xd8\xff"),
    ImageFormat("PNG", "image/png", (".png",), rb"\x89PNG\r\n\x1a\n"),
    ImageFormat("WebP", "image/webp", (".webp",), rb"RIFF....WEBP"),
    ImageFormat("GIF", "image/gif", (".gif",), rb"GIF8[79]a"),
)
"""The one list of accepted formats: messages and documents are derived from it."""

IMAGE_TYPES: Final = frozenset(one.media_type for one in IMAGE_FORMATS)
IMAGE_EXTENSIONS: Final = frozenset(end for one in IMAGE_FORMATS for end in one.extensions)

PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT: Final = "text/plain"
MARKDOWN: Final = "text/markdown"
DOCUMENT_TYPES: Final = {".pdf": PDF, ".docx": DOCX, ".txt": TEXT, ".md": MARKDOWN}
"""Extension to media type, for all document formats that the service accepts."""

VIDEO_TYPES: Final = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".m4v": "video/x-m4v",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
}
"""Extension to media type, for all video formats that the service accepts."""


def image_names() -> str:
    """Return the accepted formats as a phrase for messages, such as ``JPEG, PNG or GIF``."""
    *most, last = (one.name for one in IMAGE_FORMATS)
    return f"{', '.join(most)} or {last}"


_OTHER_SIGNATURES: Final = (
    # Two letters may begin a word, so the reserved zeros and header sizes have to match, too.
    (rb"BM.{4}\x00{4}.{4}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\x00{3}", "image/bmp"),
    (rb"(II\*\x00|MM\x00\*)", "image/tiff"),
    (rb"....ftyp(heic|heix|hevc|mif1|msf1)", "image/heic"),
    (rb"....ftypavi[fs]", "image/avif"),
    (rb"....ftypqt", "video/quicktime"),
    (rb"....ftyp", "video/mp4"),
    (rb"\x1a\x45\xdf\xa3", "video/webm"),
    (rb"RIFF....AVI ", "video/x-msvideo"),
    (rb"%PDF-", "application/pdf"),
    (rb"PK\x03\x04", "application/zip"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<svg", "image/svg+xml"),
)
_SIGNATURES: Final = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        *((one.signature, one.media_type) for one in IMAGE_FORMATS),
        *_OTHER_SIGNATURES,
    )
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(head: bytes) -> str | None:
    """Return the media type of a file with these first bytes, or None."""
    for pattern, kind in _SIGNATURES:
        if pattern.match(head):
            return kind
    return "text/plain" if is_text(head) else None


def is_text(head: bytes) -> bool:
    """Return whether the first bytes of a file may be text: they contain no control bytes."""
    return bool(head) and not _CONTROL.search(head)
