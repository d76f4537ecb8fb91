"""What the text of a failure tells, where the service says nothing else of it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import TypeVar

K = TypeVar("K")

_NUMBER = re.compile(
    r"(?<![\w.,])[0-9]+(?![.,]?\w|\s*(?:px|pixels?|x|by|dpi|bytes?|[kmg]i?b|ms|s|seconds?|%)(?!\w))"
)
"""A number that may be a status: not a part of a longer one or of a name, and no measure."""


def told(text: str, groups: Iterable[tuple[K, tuple[str, ...]]]) -> K | None:
    """The first kind one of whose words is in a text, or None.

    Args:
        text: What the service said.
        groups: Kinds and their words in lower case. A word of digits is looked for as a status.
    """
    text = text.lower()
    numbers: Container[str] = _NUMBER.findall(text)
    for kind, words in groups:
        if any(word in (numbers if word.isdigit() else text) for word in words):
            return kind
    return None


def without_name(text: str, filename: str | None) -> str:
    """A text without the name of the file that it is about, whose words tell nothing."""
    if not filename:
        return text
    return re.sub(rf"(?<!\w){re.escape(filename)}(?!\w)", "", text)


__all__ = ["told", "without_name"]
