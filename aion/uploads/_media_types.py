"""Which kind of file bytes are: image types by their signatures, text by its bytes. Pure."""

from __future__ import annotations

import re

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


def sniff(head: bytes) -> str | None:
    """The media type that the first bytes of a file show, or None."""
    for pattern, kind in _SIGNATURES:
        if pattern.match(head):
            return kind
    return "text/plain" if is_text(head) else None


def is_text(head: bytes) -> bool:
    """Whether the first bytes of a file hold nothing that no text has."""
    return bool(head) and not _CONTROL.search(head)


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


_SIGNATURES = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        # Two letters are also words; so zeros where it has them, and the sizes of its header.
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
)


IMAGE_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})
