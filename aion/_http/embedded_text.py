"""Encodes long strings inside a JSON body, such as images in base64, while they are sent.

The body then holds the bytes themselves, instead of a text that is a third longer and would be
copied twice. Each attempt encodes the same bytes to the same text.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

_STEP = 3 * 128 * 1024
"""Bytes to encode at a time: a multiple of three, so that only the end is padded."""


@runtime_checkable
class Embedded(Protocol):
    """The content of one JSON string, of ASCII letters that JSON does not escape."""

    def __len__(self) -> int:
        """Return its number of characters."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """Yield its characters from the beginning."""
        ...

    def bare(self) -> Embedded:
        """Return the same content without the head of a data URL."""
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
        """Yield its characters, encoded piece by piece."""
        if self._head:
            yield self._head
        view = memoryview(self._data)
        for start in range(0, len(view), _STEP):
            yield b2a_base64(view[start : start + _STEP], newline=False)

    def bare(self) -> EncodedImage:
        """Return the same content without the head of a data URL."""
        return EncodedImage(self._data)


class PlainText:
    """Text that JSON does not escape.

    Args:
        text: Text for which `is_plain` is true.
        start: The index of its first character.
    """

    __slots__ = ("_start", "_text")

    def __init__(self, text: str, start: int = 0) -> None:
        self._text = text
        self._start = start

    def __len__(self) -> int:
        return len(self._text) - self._start

    def pieces(self) -> Iterator[bytes]:
        """Yield its characters piece by piece."""
        for start in range(self._start, len(self._text), _STEP):
            yield self._text[start : start + _STEP].encode("ascii")

    def bare(self) -> PlainText:
        """Return the same content without the head of a data URL."""
        return PlainText(self._text, self._text.find(",", self._start) + 1 or self._start)


def is_plain(text: str) -> bool:
    """Return whether text is ASCII without characters that JSON escapes."""
    return text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
