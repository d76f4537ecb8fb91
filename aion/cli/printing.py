"""Prints the output of the command: text for people, or JSON lines for programs."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import Any, Final, TextIO, cast

_GAP: Final = "  "
_NARROWEST: Final = 60


class Printer:
    """Prints to standard output.

    Args:
        as_json: Print one JSON object per line instead of text.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        # Only lines on a terminal are truncated.
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        self._width = columns and max(columns, _NARROWEST)
        self._ascii = not (sys.stdout.encoding or "").lower().startswith("utf")

    def line(self, fields: dict[str, Any], *cells: object, whole: bool = True) -> None:
        """Print one line: the cells as text, or the fields as JSON.

        Args:
            fields: The fields for JSON output.
            cells: The cells for text output; those that are None are left out.
            whole: Print the whole text. If false, a terminal gets one line of its width.
        """
        if self.as_json:
            self.json(fields)
            return
        text = _GAP.join(plain(str(cell)) for cell in cells if cell is not None)
        if not whole and self._width is not None and len(text) > self._width:
            text = text[: self._width - 1] + "…"
        _write(text + "\n")

    def json(self, fields: dict[str, Any], *, indent: int | None = None) -> None:
        """Print fields as JSON, in one line unless `indent` is set."""
        _write(json.dumps(fields, ensure_ascii=self._ascii, indent=indent) + "\n")

    def text(self, text: str) -> None:
        """Print text of several lines."""
        _write("\n".join(map(plain, text.split("\n"))) + "\n")


def complain(text: str) -> None:
    """Report a problem on standard error."""
    sys.stderr.write(f"aion: {plain(text)}\n")


def open_streams() -> None:
    """Make the standard streams usable, whatever their encoding, even if they are closed.

    Unprintable characters are escaped, because an encoding error would end the program halfway
    through its results. A closed stream is replaced by the null device.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            # It stays open until the process ends.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
        elif hasattr(stream, "reconfigure"):
            errors = "replace" if mode == "r" else "backslashreplace"
            cast("Any", stream).reconfigure(errors=errors)


def plain(text: str) -> str:
    """Return text in one line, without the control characters that a terminal would obey.

    Bytes of a file name that are not text are escaped, as in error messages.
    """
    text = text.encode(errors="backslashreplace").decode()
    return "".join(one if one.isprintable() else " " for one in text)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
