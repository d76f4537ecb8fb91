"""Expands paths, bytes and directories into the files to upload.

Files keep the order of the arguments; those of a directory are sorted by path. Only the first bytes
of each file are read.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from aion._checks import filename as check_filename
from aion._checks import filled, refuse, unopened
from aion._checks import path as check_path
from aion._engine.observe import logger
from aion._plain_values import by_value
from aion.exceptions import UploadError, ValidationError
from aion.types._skipped import SkipKind, Skipped, in_words
from aion.uploads import _local_file
from aion.uploads._media_types import IMAGE_EXTENSIONS
from aion.uploads._skips import SkipCounter, extension_of

MOST_FILES = 10_000
"""Most files in one call."""

_SHOWN = 10

Check = Callable[[Any, str | None], _local_file.Upload]
"""Turns a path or bytes, and a name, into a checked file, or raises `ValidationError`."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that cannot be uploaded.

    Attributes:
        filename: Its name.
        problem: Why not.
        source: Its path.
    """

    filename: str
    problem: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class UploadInput:
    """One file of an upload.

    Attributes:
        index: Its position in the expanded input, from 0.
        file: The file.
    """

    index: int
    file: _local_file.Upload | Unusable

    @property
    def filename(self) -> str:
        """The name to store."""
        return self.file.filename

    @property
    def upload(self) -> _local_file.Upload | None:
        """The file, ready to be sent, or None if it cannot be sent."""
        return None if isinstance(self.file, Unusable) else self.file

    @property
    def problem(self) -> str | None:
        """Why it cannot be sent."""
        return self.file.problem if isinstance(self.file, Unusable) else None

    @property
    def source(self) -> str | None:
        """Its path; None for bytes."""
        return self.file.source if isinstance(self.file.source, str) else None


class Expansion(list[UploadInput]):
    """The files of an upload, in the order of the arguments.

    Attributes:
        skipped: How many entries of directories were left out, by reason.
    """

    skipped: Skipped = MappingProxyType({})


def expand(
    files: Any,
    filenames: Sequence[str | None] | None = None,
    *,
    recursive: bool = True,
    include_hidden: bool = False,
    check: Check = _local_file.image,
    extensions: frozenset[str] = IMAGE_EXTENSIONS,
    keep_bad: bool = False,
    journal: Any = None,
) -> Expansion:
    """Expand the arguments of an upload into its files, and log what directories leave out.

    A file of a directory that cannot be uploaded is reported by its `problem`, and does not stop
    the others. For a named file this is an error of the caller, unless `keep_bad` is true.

    Args:
        files: A path, bytes, or any iterable of them. A directory stands for the files in it.
        filenames: One name for each entry of `files`; None keeps the name of a path.
        recursive: Include the directories below a directory.
        include_hidden: Include files and directories whose name begins with a dot.
        check: Checks whether a file can be uploaded.
        extensions: The extensions of files to take from a directory.
        keep_bad: Report named files that cannot be uploaded by their `problem`, too.
        journal: The journal of the upload, which is not counted if it is in a directory.

    Raises:
        ValidationError: There is nothing to upload, or too much; some named files cannot be
            uploaded (the message lists the first ten); or the names do not match the files.
        UploadError: A directory cannot be read.
    """
    entries = _entries(files)
    if isinstance(files, Set) and filenames is not None:
        refuse("filenames", filenames, "left out for a set of files, which has no order")
    names = _names(filenames, len(entries))
    inputs = Expansion()
    walk = _Walk(extensions, recursive, include_hidden, _journal_files(journal))
    bad: list[Unusable] = []
    first: ValidationError | None = None
    file: _local_file.Upload | Unusable

    def add(file: _local_file.Upload | Unusable) -> None:
        inputs.append(UploadInput(len(inputs), file))
        _limit(len(inputs))

    for number, (entry, name) in enumerate(zip(entries, names, strict=True)):
        filled("files", entry)
        if isinstance(entry, (str, Path)) and os.path.isdir(entry):  # noqa: PTH112 - it never raises
            if name is not None:
                refuse(f"filenames[{number}]", name, "None for a directory")
            for path in walk.files(str(Path(entry))):
                try:
                    file = check(path, None)
                except ValidationError as error:
                    file = _unusable(path, None, error)
                add(file)
        else:
            try:
                file = check(entry, name)
            except ValidationError as error:
                if not _is_file(entry, name):
                    raise
                first = first or error
                file = _unusable(entry, name, error)
                bad.append(file)
            add(file)
    if first is not None and not keep_bad:
        raise first if len(bad) == 1 else unfit(bad, len(inputs))
    inputs.skipped = walk.skips.counts()
    if not inputs:
        raise nothing_to_upload(extensions, inputs.skipped)
    if inputs.skipped:
        _log(inputs.skipped)
    return inputs


def names_of(filename: Any, filenames: Any) -> Any:
    """Return the names to store: one, one for each file, or None.

    Raises:
        ValidationError: Both arguments were passed, or `filename` is not text.
    """
    filename = check_filename("filename", filename)
    if filename is None:
        return filenames
    if filenames is not None:
        refuse("filename", filename, "omitted when filenames are passed")
    return [filename]


def _entries(files: Any) -> list[Any]:
    if isinstance(files, str):
        return [by_value(files)]
    if isinstance(files, (Path, bytes, bytearray, memoryview)):
        return [files]
    unopened("files", files, _local_file.INSTEAD)
    value = cast("object", files)
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        refuse("files", files, "a path, bytes, or a list of them")
    # An iterator may be endless.
    entries = list(islice(cast("Iterable[Any]", files), MOST_FILES + 1))
    _limit(len(entries))
    return [by_value(one) if isinstance(one, str) else one for one in entries]


def _names(filenames: Any, count: int) -> list[str | None]:
    if filenames is None:
        return [None] * count
    if isinstance(filenames, (str, bytes)) or not isinstance(cast("object", filenames), Sequence):
        refuse("filenames", filenames, "a list of names")
    names = [check_filename(f"filenames[{n}]", name) for n, name in enumerate(filenames)]
    if len(names) != count:
        refuse("filenames", f"{len(names)} names", f"one name for each of the {count} files")
    return names


def _log(skipped: Skipped) -> None:
    # Hidden files are seldom meant to be uploaded; anything else may surprise.
    usual = all(reason.kind is SkipKind.HIDDEN for reason in skipped)
    level = logging.INFO if usual else logging.WARNING
    logger.log(level, "an upload %s", in_words(skipped), extra={"skipped": skipped})


def _limit(count: int) -> None:
    if count > MOST_FILES:
        refuse("files", f"{MOST_FILES} files and more", f"at most {MOST_FILES} files in one call")


def _is_file(entry: Any, name: str | None) -> bool:
    """Return whether an entry is a file at all, valid or not: bytes need a name for that."""
    if isinstance(entry, (str, Path)):
        return True
    return bool(name) and isinstance(entry, (bytes, bytearray, memoryview))


def _unusable(entry: Any, name: str | None, error: ValidationError) -> Unusable:
    if not isinstance(entry, (str, Path)):
        return Unusable(name or "", error.message)
    path = _local_file.tidy(str(entry))
    return Unusable(name or os.path.basename(path), error.message, path)  # noqa: PTH119 - as above


def nothing_to_upload(extensions: Iterable[str], skipped: Skipped) -> ValidationError:
    """Create the error for an upload without files.

    Args:
        extensions: The extensions of files that are taken from a directory.
        skipped: What was left out of directories; the `details` have it.
    """
    text = "there is nothing to upload: no file was passed, or no directory has one of"
    left_out = f"; {in_words(skipped)}" if skipped else ""
    return ValidationError(
        f"{text} {' '.join(sorted(extensions))}{left_out}",
        details={"field": "files", "rule": "at least one file", "skipped": skipped},
    )


def unfit(bad: Sequence[Unusable], total: int) -> ValidationError:
    """Create the error for several files that cannot be uploaded.

    Args:
        bad: These files.
        total: The number of files in the call.
    """
    shown = [_located(one) for one in bad[:_SHOWN]]
    if len(bad) > _SHOWN:
        shown.append(f"and {len(bad) - _SHOWN} more")
    return ValidationError(
        f"{len(bad)} of {total} files cannot be uploaded, nothing was sent: {'; '.join(shown)}",
        details={"field": "files", "filenames": [one.filename for one in bad]},
    )


def _located(one: Unusable) -> str:
    """Return the problem of a file, with its path if the problem has its name only."""
    is_clear = one.source is None or one.source in one.problem
    return one.problem if is_clear else f"{one.problem} ({one.source})"


class _Walk:
    """Finds the files of directories to upload, and counts every other entry by reason."""

    def __init__(
        self,
        extensions: frozenset[str],
        recursive: bool,
        include_hidden: bool,
        journal: Mapping[str, str],
    ) -> None:
        self.skips = SkipCounter()
        self._extensions = extensions
        self._recursive = recursive
        self._include_hidden = include_hidden
        self._journal = journal

    def files(self, folder: str) -> Iterator[str]:
        """Yield the files below a directory in a fixed order.

        Raises:
            UploadError: The directory cannot be read.
        """
        files: list[str] = []
        folders: list[str] = []
        try:
            with os.scandir(folder) as entries:
                # Only names are stored: the entries of a large directory take megabytes.
                for entry in entries:
                    if self._is_journal(entry):
                        continue
                    if entry.name.startswith(".") and not self._include_hidden:
                        self.skips.add(SkipKind.HIDDEN)
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    elif (kind := _unusual(entry)) is not None:
                        self.skips.add(kind)
                    elif (extension := extension_of(entry.name)) in self._extensions:
                        files.append(entry.name)
                    else:
                        self.skips.add_file(extension)
        except OSError as error:
            name = str(error.filename or folder)
            raise UploadError(
                f"{name} cannot be read: {error.strerror or error}", filename=name, stage="upload"
            ) from error
        for name in sorted(files):
            yield _local_file.tidy(os.path.join(folder, name))  # noqa: PTH118 - no object needed
        for name in sorted(folders):
            if self._recursive:
                yield from self.files(os.path.join(folder, name))  # noqa: PTH118 - as above
            else:
                # It is counted as one: the caller does not want it to be read.
                self.skips.add(SkipKind.DIRECTORY)

    def _is_journal(self, entry: os.DirEntry[str]) -> bool:
        path = self._journal.get(entry.name)
        return path is not None and os.path.abspath(entry.path) == path  # noqa: PTH100 - as above


def _journal_files(journal: Any) -> Mapping[str, str]:
    """Return the names and absolute paths of the files of a journal: of its database."""
    if journal is None:
        return {}
    path = os.path.abspath(check_path("journal", journal))  # noqa: PTH100 - no object needed
    paths = [f"{path}{end}" for end in ("", "-wal", "-shm", "-journal")]
    return {os.path.basename(one): one for one in paths}  # noqa: PTH119 - as above


def _unusual(entry: os.DirEntry[str]) -> SkipKind | None:
    """Return why an entry is not uploaded although it is not a directory, or None.

    A pipe could block forever. A broken link is reported like a missing file.
    """
    if entry.is_file(follow_symlinks=False):
        return None
    path = Path(entry.path)
    if path.is_dir():
        return SkipKind.LINK
    return None if path.is_file() or not path.exists() else SkipKind.SPECIAL


__all__ = [
    "IMAGE_EXTENSIONS",
    "MOST_FILES",
    "Expansion",
    "Unusable",
    "UploadInput",
    "expand",
    "names_of",
    "nothing_to_upload",
    "unfit",
]
