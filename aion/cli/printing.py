"""What the command prints: a line of text for people, or of JSON for programs."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any, Final, Protocol

from aion.types.files import UserFile

_GAP: Final = "  "
_NARROWEST: Final = 60


class Result(Protocol):
    """What can be printed as JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Its fields as JSON has them."""
        ...


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

    def line(self, result: Result, *cells: object) -> None:
        """One line: the cells for people, without those that are None; the result for programs."""
        if self.as_json:
            self.json(result.to_dict())
            return
        text = _GAP.join(_plain(cell) for cell in cells if cell is not None)
        if self._width is not None and len(text) > self._width:
            text = text[: self._width - 1] + "…"
        self.text(text + "\n")

    def file(self, file: UserFile) -> None:
        """A file of the library: its id, its day, its kind, its name, what is in it."""
        day = file.created_at.date() if file.created_at is not None else "-"
        name = file.title or file.filename or "-"
        self.line(file, file.id, day, f"{file.media_type or '-':<8}", name, file.upload_description)

    def upload(self, result: Result, standing: str, id: str, name: object, about: object) -> None:  # noqa: A002
        """What became of one file of an upload."""
        self.line(result, f"{standing:<10}", id or "-", name, about)

    def json(self, fields: dict[str, Any], *, indent: int | None = None) -> None:
        """Fields as JSON, in one line unless they are indented."""
        self.text(json.dumps(fields, ensure_ascii=False, indent=indent) + "\n")

    def text(self, text: str) -> None:
        """Text as it is, at once."""
        sys.stdout.write(text)
        sys.stdout.flush()


def complain(text: str) -> None:
    """Tell of something wrong, on standard error."""
    sys.stderr.write(f"aion: {text}\n")


def _plain(cell: object) -> str:
    """A cell without line breaks, and without what a terminal would take for a command."""
    return "".join(one if one.isprintable() else " " for one in str(cell))
