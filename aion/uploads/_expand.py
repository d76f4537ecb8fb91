"""Which files an upload of many means: paths, bytes and directories become a list of files.

Files come in the order in which they were given, those of a directory sorted by path. Nothing is
read but the beginning of each file.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, cast, overload

from aion._checks import filename as check_filename
from aion._checks import filled, refuse, unopened
from aion._plain_values import by_value
from aion.exceptions import UploadError, ValidationError
from aion.uploads import _local_file
from aion.uploads._media_types import IMAGE_EXTENSIONS

MOST_FILES = 10_000
"""Files that one call uploads at most."""

_SHOWN = 10

Check = Callable[[Any, str | None], _local_file.Upload]
"""Turns a path or bytes, and a name, into a checked file; `ValidationError` when it is none."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that cannot be uploaded.

    Attributes:
        filename: Its name.
        problem: Why not.
        source: Where it lies.
    """

    filename: str
    problem: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
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
        """The file, ready to be sent, or None when it cannot be."""
        return None if isinstance(self.file, Unusable) else self.file

    @property
    def problem(self) -> str | None:
        """Why it cannot be sent."""
        return self.file.problem if isinstance(self.file, Unusable) else None

    @property
    def source(self) -> str | None:
        """Where it lies; None for bytes."""
        return self.file.source if isinstance(self.file.source, str) else None


class Files(Sequence[Found]):
    """The files of an upload, in their order.

    There may be ten thousand, and a batch keeps them to its end: most are held as entries of a few
    columns, and made into objects when they are asked for.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._folders: list[str] = []
        self._types: list[str] = []
        self._sizes = array("Q")
        self._others: dict[int, _local_file.Upload | Unusable] = {}
        """Files that are more than name, directory, type and size, by their index."""

    def append(self, file: _local_file.Upload | Unusable) -> None:
        """Add a file behind the others."""
        plain = (
            type(file) is _local_file.Upload and file.data is None and file.name == file.filename
        )
        if not plain:
            self._others[len(self)] = file
        self._names.append(file.filename)
        self._folders.append(file.folder if isinstance(file, _local_file.Upload) else "")
        self._types.append(file.content_type if isinstance(file, _local_file.Upload) else "")
        self._sizes.append(file.size if isinstance(file, _local_file.Upload) else 0)

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, index: int) -> Found: ...

    @overload
    def __getitem__(self, index: slice) -> list[Found]: ...

    def __getitem__(self, index: int | slice) -> Found | list[Found]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return Found(place, self._others.get(place) or self._made(place))

    def _made(self, place: int) -> _local_file.Upload:
        name = self._names[place]
        size, folder = self._sizes[place], self._folders[place]
        return _local_file.Upload(name, self._types[place], size, None, folder, name)


def expand(
    files: Any,
    filenames: Sequence[str | None] | None = None,
    *,
    recursive: bool = True,
    include_hidden: bool = False,
    check: Check = _local_file.image,
    extensions: frozenset[str] = IMAGE_EXTENSIONS,
    keep_bad: bool = False,
) -> Files:
    """The files that are meant.

    A file that was found in a directory and cannot be uploaded is reported by its `problem`, so
    that it stops no other. One that was named is an error of the caller, unless `keep_bad` asks to
    report it in the same way.

    Args:
        files: A path, bytes, or any iterable of them. A directory means the files in it.
        filenames: One name for each entry of `files`; None keeps the name of a path.
        recursive: Look into the directories below a directory.
        include_hidden: Take files and directories whose name begins with a dot.
        check: What tells whether a file can be uploaded.
        extensions: Which files of a directory are taken, by the end of their name.
        keep_bad: Report named files that cannot be uploaded by their `problem`, too.

    Raises:
        ValidationError: There is nothing to upload, or too much; named files cannot be uploaded,
            of which the first ten are told; or the names do not fit the files.
        UploadError: A directory cannot be read.
    """
    entries = _entries(files)
    if isinstance(files, Set) and filenames is not None:
        refuse("filenames", filenames, "left out for a set of files, which has no order")
    names = _names(filenames, len(entries))
    found = Files()
    bad: list[Unusable] = []
    first: ValidationError | None = None
    for number, (entry, name) in enumerate(zip(entries, names, strict=True)):
        filled("files", entry)
        if isinstance(entry, (str, Path)) and os.path.isdir(entry):  # noqa: PTH112 - it never raises
            if name is not None:
                refuse(f"filenames[{number}]", name, "None for a directory")
            for path in _walk(str(Path(entry)), extensions, recursive, include_hidden):
                try:
                    found.append(check(path, None))
                except ValidationError as error:
                    found.append(_unusable(path, None, error))
                _limit(len(found))
        else:
            try:
                found.append(check(entry, name))
            except ValidationError as error:
                if not _is_file(entry, name):
                    raise
                first = first or error
                bad.append(_unusable(entry, name, error))
                found.append(bad[-1])
            _limit(len(found))
    if first is not None and not keep_bad:
        raise first if len(bad) == 1 else unfit(bad, len(found))
    if not found:
        kinds = " ".join(sorted(extensions))
        raise ValidationError(
            f"there is nothing to upload: no file was given, or no directory has one of {kinds}",
            details={"field": "files", "rule": "at least one file"},
        )
    return found


def names_of(filename: Any, filenames: Any) -> Any:
    """The names to store, of which a caller gives one, some or none.

    Raises:
        ValidationError: Both were given, or the one is no text.
    """
    filename = check_filename("filename", filename)
    if filename is None:
        return filenames
    if filenames is not None:
        refuse("filename", filename, "left out where filenames are given")
    return [filename]


def _entries(files: Any) -> list[Any]:
    if isinstance(files, str):
        return [by_value(files)]
    if isinstance(files, (Path, bytes, bytearray, memoryview)):
        return [files]
    unopened("files", files, _local_file.INSTEAD)
    given = cast("object", files)
    if isinstance(given, Mapping) or not isinstance(given, Iterable):
        refuse("files", files, "a path, bytes, or a list of them")
    # What an iterator gives may have no end.
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


def _limit(count: int) -> None:
    if count > MOST_FILES:
        refuse("files", f"{MOST_FILES} files and more", f"at most {MOST_FILES} files in one call")


def _is_file(entry: Any, name: str | None) -> bool:
    """Whether an entry means a file at all, good or bad: bytes do with a name only."""
    if isinstance(entry, (str, Path)):
        return True
    return bool(name) and isinstance(entry, (bytes, bytearray, memoryview))


def _unusable(entry: Any, name: str | None, error: ValidationError) -> Unusable:
    if not isinstance(entry, (str, Path)):
        return Unusable(name or "", error.message)
    path = _local_file.tidy(str(entry))
    return Unusable(name or os.path.basename(path), error.message, path)  # noqa: PTH119 - as above


def unfit(bad: Sequence[Unusable], total: int) -> ValidationError:
    """The error of several files that cannot be uploaded, which names them.

    Args:
        bad: These files.
        total: How many were to be uploaded.
    """
    shown = [one.problem for one in bad[:_SHOWN]]
    if len(bad) > _SHOWN:
        shown.append(f"and {len(bad) - _SHOWN} more")
    return ValidationError(
        f"{len(bad)} of {total} files cannot be uploaded, nothing was sent: {'; '.join(shown)}",
        details={"field": "files", "filenames": [one.filename for one in bad]},
    )


def _walk(
    folder: str, extensions: frozenset[str], recursive: bool, include_hidden: bool
) -> Iterator[str]:
    """The files below a directory, in a fixed order; links to directories are not followed."""
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as found:
            # Names alone are kept: entries of a large directory would be megabytes.
            for entry in found:
                if not _seen(entry.name, include_hidden):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif _suffix(entry.name) in extensions and _is_meant(entry):
                    files.append(entry.name)
    except OSError as error:
        name = str(error.filename or folder)
        raise UploadError(
            f"{name} cannot be read: {error.strerror or error}", filename=name, stage="upload"
        ) from error
    for name in sorted(files):
        yield _local_file.tidy(os.path.join(folder, name))  # noqa: PTH118 - no object needed
    if recursive:
        for name in sorted(folders):
            below = os.path.join(folder, name)  # noqa: PTH118 - as above
            yield from _walk(below, extensions, recursive, include_hidden)


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


__all__ = [
    "IMAGE_EXTENSIONS",
    "MOST_FILES",
    "Files",
    "Found",
    "Unusable",
    "expand",
    "names_of",
    "unfit",
]
