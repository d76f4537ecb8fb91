"""What the command prints: a line of text for people, or of JSON for programs."""

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
        as_json: Print an object of JSON in each line, whatever is printed.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        # Text that goes elsewhere than to a terminal is not cut.
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        self._width = columns and max(columns, _NARROWEST)
        self._ascii = not (sys.stdout.encoding or "").lower().startswith("utf")

    def line(self, fields: dict[str, Any], *cells: object, whole: bool = True) -> None:
        """One line: for people the cells that are not None, for programs the fields.

        Args:
            fields: What programs get.
            cells: What people get.
            whole: Print all of it; if not, a terminal gets as much as one of its lines holds.
        """
        if self.as_json:
            self.json(fields)
            return
        text = _GAP.join(plain(str(cell)) for cell in cells if cell is not None)
        if not whole and self._width is not None and len(text) > self._width:
            text = text[: self._width - 1] + "…"
        _write(text + "\n")

    def json(self, fields: dict[str, Any], *, indent: int | None = None) -> None:
        """Fields as JSON, in one line unless they are indented."""
        _write(json.dumps(fields, ensure_ascii=self._ascii, indent=indent) + "\n")

    def text(self, text: str) -> None:
        """Text of several lines."""
        _write("\n".join(map(plain, text.split("\n"))) + "\n")


def complain(text: str) -> None:
    """Tell of something wrong, on standard error."""
    sys.stderr.write(f"aion: {plain(text)}\n")


def open_streams() -> None:
    """Make the standard streams usable, whatever the program was given.

    What cannot be printed is escaped: it would end the program halfway through its results. A
    stream that was closed takes everything, or has nothing.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            # Open for as long as the process lives.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
        elif hasattr(stream, "reconfigure"):
            errors = "replace" if mode == "r" else "backslashreplace"
            cast("Any", stream).reconfigure(errors=errors)


def plain(text: str) -> str:
    """Text in one line, without what a terminal would take for a command.

    What of the name of a file is no text is escaped, as the messages of errors have it.
    """
    text = text.encode(errors="backslashreplace").decode()
    return "".join(one if one.isprintable() else " " for one in text)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
