"""Which files an upload of many means: paths, bytes and directories become a list of files.

Files come in the order in which they were given, those of a directory sorted by path. Nothing is
read but the beginning of each file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

from aion import _media
from aion._checks import refuse
from aion.exceptions import UploadError, ValidationError

IMAGE_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})
MOST_FILES = 10_000
"""Files that one call uploads at most."""

Check = Callable[[Any, str | None], _media.Upload]
"""Turns a path or bytes, and a name, into a checked file; `ValidationError` when it is none."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file of an upload.

    Attributes:
        index: Its position in the expanded input, from 0.
        filename: The name to store.
        upload: The file, ready to be sent, or None when it cannot be.
        problem: Why it cannot be sent.
        place: Where it lies, of a file that cannot be sent.
    """

    index: int
    filename: str
    upload: _media.Upload | None
    problem: str | None = None
    place: str | None = None

    @property
    def source(self) -> str | None:
        """Where it lies; None for bytes."""
        if self.upload is None:
            return self.place
        return self.upload.source if isinstance(self.upload.source, str) else None

    @property
    def path(self) -> Path | None:
        """The same as a path object."""
        return Path(self.source) if self.source is not None else None


def expand(
    files: Any,
    filenames: Sequence[str | None] | None = None,
    *,
    recursive: bool = True,
    include_hidden: bool = False,
    check: Check = _media.image,
    extensions: frozenset[str] = IMAGE_EXTENSIONS,
) -> list[Found]:
    """The files that are meant.

    A file that was named and cannot be uploaded is an error of the caller; one that was found in
    a directory is reported by its `problem`, so that it stops no other.

    Args:
        files: A path, bytes, or a sequence of them. A directory means the files in it.
        filenames: One name for each entry of `files`; None keeps the name of a path.
        recursive: Look into the directories below a directory.
        include_hidden: Take files and directories whose name begins with a dot.
        check: What tells whether a file can be uploaded.
        extensions: Which files of a directory are taken, by the end of their name.

    Raises:
        ValidationError: There is nothing to upload, or too much; a named file cannot be
            uploaded, or the names do not fit the files.
        UploadError: A directory cannot be read.
    """
    entries = _entries(files)
    names = _names(filenames, len(entries))
    found: list[Found] = []
    for number, (entry, name) in enumerate(zip(entries, names, strict=True)):
        if isinstance(entry, (str, Path)) and Path(entry).is_dir():
            if name is not None:
                refuse(f"filenames[{number}]", name, "None for a directory")
            for path in _walk(str(Path(entry)), extensions, recursive, include_hidden):
                found.append(_met(len(found), path, check))
                _limit(len(found))
        else:
            found.append(_named(len(found), entry, name, check))
            _limit(len(found))
    if not found:
        kinds = " ".join(sorted(extensions))
        raise ValidationError(
            f"there is nothing to upload: no file was given, or no directory has one of {kinds}",
            details={"field": "files", "rule": "at least one file"},
        )
    return found


def _entries(files: Any) -> list[Any]:
    if isinstance(files, (str, Path, bytes, bytearray, memoryview)):
        return [files]
    if not isinstance(cast("object", files), Sequence):
        refuse("files", files, "a path, bytes, or a list of them")
    return list(files)


def _names(filenames: Any, count: int) -> list[str | None]:
    if filenames is None:
        return [None] * count
    if isinstance(filenames, (str, bytes)) or not isinstance(cast("object", filenames), Sequence):
        refuse("filenames", filenames, "a list of names")
    names: list[str | None] = list(filenames)
    if len(names) != count:
        refuse("filenames", f"{len(names)} names", f"one name for each of the {count} files")
    return names


def _limit(count: int) -> None:
    if count > MOST_FILES:
        refuse("files", f"{MOST_FILES} files and more", f"at most {MOST_FILES} files in one call")


def _named(index: int, entry: Any, name: str | None, check: Check) -> Found:
    upload = check(entry, name)
    return Found(index, upload.filename, upload)


def _met(index: int, path: str, check: Check) -> Found:
    try:
        return _named(index, path, None, check)
    except ValidationError as error:
        name = os.path.basename(path)  # noqa: PTH119 - no object needed
        return Found(index, name, None, error.message, path)


def _walk(
    folder: str, extensions: frozenset[str], recursive: bool, include_hidden: bool
) -> Iterator[str]:
    """The files below a directory, in a fixed order; links to directories are not followed."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=attrgetter("name"))
    except OSError as error:
        name = str(error.filename)
        raise UploadError(
            f"{name} cannot be read: {error.strerror or error}", filename=name, stage="upload"
        ) from error
    folders: list[str] = []
    for entry in entries:
        if not _seen(entry.name, include_hidden):
            continue
        if entry.is_dir(follow_symlinks=False):
            folders.append(_media.tidy(entry.path))
        elif _suffix(entry.name) in extensions and _is_meant(entry):
            yield _media.tidy(entry.path)
    if recursive:
        for one in folders:
            yield from _walk(one, extensions, recursive, include_hidden)


def _suffix(name: str) -> str:
    # A path object takes ten times as long to make, and most names are looked at for this alone.
    return os.path.splitext(name)[1].lower()  # noqa: PTH122


def _is_meant(entry: os.DirEntry[str]) -> bool:
    """Whether to upload it. Reading a pipe would wait for ever; a link to nowhere is reported."""
    if entry.is_file(follow_symlinks=False):
        return True
    path = Path(entry.path)
    return path.is_file() or not path.exists()


def _seen(name: str, include_hidden: bool) -> bool:
    return include_hidden or not name.startswith(".")


__all__ = ["IMAGE_EXTENSIONS", "MOST_FILES", "Found", "expand"]
