"""Classifies a failure by its text, for services that report nothing else about it."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Literal

Subject = Literal["image", "document"]

_IMAGE, _DOCUMENT = 1, 2
_TABLE: tuple[tuple[tuple[str, ...], str | None, str | None], ...] = (
    # words, the kind of a failed description, the kind of a failed document
    (("timeout", "timed out", "deadline"), "timeout", "timeout"),
    (("quota",), "resource_limit", "resource_limit"),
    (("rate limit", "rate_limit", "too many requests"), "rate_limit", "rate_limit"),
    (("429",), "rate_limit", None),
    (("password", "encrypted"), None, "password_protected"),
    (("limit exceeded", "resource limit"), "resource_limit", "resource_limit"),
    (("too large", "too big", "too many pages", "larger than"), None, "too_large"),
    (("unsupported",), "validation", "unsupported_format"),
    (("not supported", "unknown format"), None, "unsupported_format"),
    (("corrupt", "invalid"), "validation", "corrupt_file"),
    (("damaged", "malformed", "truncated", "not a valid"), None, "corrupt_file"),
    (("validation",), "validation", None),
    # After damage, whose descriptions contain numbers of pages.
    (("429",), None, "rate_limit"),
    (("embedding", "index", "vector"), None, "embedding_error"),
    (("vlm", "provider"), "vlm_error", None),
    (("parse", "500", "502", "503", "504"), "vlm_error", "extraction_error"),
    (("extract", "parsing", "ocr"), None, "extraction_error"),
)
"""The first row with a word in the text decides. Causes come before the step that failed:
"extraction failed: the file is encrypted" is about the password. Among limits, quotas come first,
and texts that name no limit come last."""
_RETRYABLE = frozenset(
    {"timeout", "rate_limit", "vlm_error", "embedding_error", "extraction_error"}
)
_UNKNOWN = "unknown"
_NUMBER = re.compile(
    r"(?<![\w.,])[0-9]+(?![.,]?\w|\s*(?:px|pixels?|x|by|dpi|bytes?|[kmg]i?b|ms|s|seconds?|%)(?!\w))"
)
"""A number that may be a status: not part of a longer number or a name, and not a measure."""


def classified(text: str, subject: Subject) -> tuple[str, bool]:
    """Return the kind of a failure, and whether a retry may help.

    Args:
        text: The message of the service. Numbers in the table stand for statuses.
        subject: The operation that failed.
    """
    text = text.lower()
    numbers: Container[str] = _NUMBER.findall(text)
    for row in _TABLE:
        kind = row[_IMAGE if subject == "image" else _DOCUMENT]
        if kind and any(word in (numbers if word.isdigit() else text) for word in row[0]):
            return str(kind), kind in _RETRYABLE
    return _UNKNOWN, False


def without_name(text: str, filename: str | None) -> str:
    """Return a text without the name of its file, whose words are irrelevant."""
    if not filename:
        return text
    return re.sub(rf"(?<!\w){re.escape(filename)}(?!\w)", "", text)


__all__ = ["classified", "without_name"]
