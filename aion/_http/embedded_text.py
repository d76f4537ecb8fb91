"""Long strings inside a JSON body, such as images in base64, that are made while they are sent.

The body then holds the bytes themselves, once, and no text of them, which is a third longer and
would be copied twice on its way. Each attempt makes the same text of the same bytes.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

_STEP = 3 * 128 * 1024
"""Bytes that are encoded at a time: a multiple of three, so that only the end is padded."""


@runtime_checkable
class Embedded(Protocol):
    """The content of one JSON string, of ASCII letters that JSON does not escape."""

    def __len__(self) -> int:
        """Its characters."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """Its characters, from the beginning."""
        ...

    def bare(self) -> Embedded:
        """The same without the head of a data URL."""
        ...


class EncodedImage:
    """Bytes as a data URL in base64.

    Args:
        data: The bytes.
        content_type: Their media type; empty for the base64 alone.
    """

    __slots__ = ("_data", "_head")

    def __init__(self, data: bytes, content_type: str = "") -> None:
        self._data = data
        self._head = f"data:{content_type};base64,".encode("ascii") if content_type else b""

    def __len__(self) -> int:
        return len(self._head) + 4 * -(-len(self._data) // 3)

    def pieces(self) -> Iterator[bytes]:
        """Its characters, encoded piece by piece."""
        if self._head:
            yield self._head
        view = memoryview(self._data)
        for start in range(0, len(view), _STEP):
            yield b2a_base64(view[start : start + _STEP], newline=False)

    def bare(self) -> EncodedImage:
        """The same without the head of a data URL."""
        return EncodedImage(self._data)


class PlainText:
    """Text that JSON writes as it is.

    Args:
        text: The text, which `is_plain`.
        start: Where in it to begin.
    """

    __slots__ = ("_start", "_text")

    def __init__(self, text: str, start: int = 0) -> None:
        self._text = text
        self._start = start

    def __len__(self) -> int:
        return len(self._text) - self._start

    def pieces(self) -> Iterator[bytes]:
        """Its characters, piece by piece."""
        for start in range(self._start, len(self._text), _STEP):
            yield self._text[start : start + _STEP].encode("ascii")

    def bare(self) -> PlainText:
        """The same without the head of a data URL."""
        return PlainText(self._text, self._text.find(",", self._start) + 1 or self._start)


def is_plain(text: str) -> bool:
    """Whether text is ASCII without anything that JSON escapes."""
    return text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
