"""Implements `aion download`: writes a file to a path, into a folder, or to standard output."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from argparse import Namespace
from pathlib import Path, PurePosixPath, PureWindowsPath

from aion import SyncAionVision
from aion.cli.ids import details_of, id_of
from aion.cli.printing import Printer

STDOUT = "-"
_LONGEST = 200
"""Most bytes of a name: file systems allow 255, and a temporary name may be added."""
_UNUSABLE = frozenset('<>:"/\\|?*')
"""Characters that a file name on some system cannot have."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


def download(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    """Write a file as it was uploaded: to a path, into a folder under its own name, or to stdout.

    A path that is a file is replaced. In a folder the name is not the caller's, so nothing is.
    """
    to = options.path
    if to == STDOUT:
        _require_pipe(out)
        with tempfile.TemporaryDirectory() as folder:
            # Complete before the first byte is written: a reader never gets half a file.
            path = client.files.download_to(id_of(client, options.id), Path(folder, "file"))
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return True
    is_folder = os.path.isdir(to)  # noqa: PTH112 - `Path` drops a trailing slash
    if not is_folder and to.endswith(("/", os.sep)):
        raise ValueError(f"the folder {to} does not exist: make it first, or name a file")
    if is_folder:
        details = details_of(client, options.id)
        file_id, path = details.id, _inside(Path(to), details.original_filename, details.id)
    else:
        file_id, path = id_of(client, options.id), Path(to)
    path = client.files.download_to(file_id, path)
    out.line({"id": file_id, "path": str(path)}, path)
    return True


def _require_pipe(out: Printer) -> None:
    if out.as_json:
        raise ValueError("--json and - both use standard output: leave one of them out")
    if sys.stdout.isatty():
        raise ValueError("- would print the bytes on this terminal: add > FILE, or a pipe")


def _inside(folder: Path, filename: str | None, file_id: str) -> Path:
    path = folder / safe_name(filename or "", file_id)
    # A link that leads nowhere exists, too.
    if os.path.lexists(path):
        raise ValueError(f"{path} exists already: pass the path of a file to replace or to write")
    return path


def safe_name(filename: str, file_id: str) -> str:
    """Return a stored name as the name of one visible file that every system can have.

    Args:
        filename: The name at upload, which anyone may have chosen.
        file_id: The id, which is the name if nothing is left of it.
    """
    # Both kinds of separators, wherever the file was uploaded.
    last = PurePosixPath(PureWindowsPath(filename).name).name
    usable = "".join("_" if one in _UNUSABLE or not one.isprintable() else one for one in last)
    plain = usable.strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if plain.partition(".")[0].strip().lower() in _DEVICES:
        plain, stem = f"_{plain}", f"_{stem}"
    if not plain:
        return file_id
    if len(os.fsencode(plain)) <= _LONGEST:
        return plain
    ending = f"{dot}{ending}" if stem and len(os.fsencode(ending)) < _LONGEST // 4 else ""
    room = _LONGEST - len(os.fsencode(ending))
    cut = os.fsencode(stem if ending else plain)[:room]
    return cut.decode(errors="ignore").rstrip(". ") + ending


__all__ = ["STDOUT", "download", "safe_name"]
