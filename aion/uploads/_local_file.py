"""Checks files to upload: source, name, size and type.

The first bytes decide the type, never the extension. Only the beginning of a file is read.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from aion._checks import filename as check_filename
from aion._checks import filled, refuse, unopened
from aion._hints import Hint, hint
from aion._http.content import Version, open_file, sendable, version_of
from aion._plain_values import by_value
from aion.exceptions import UploadError, ValidationError
from aion.uploads import _not_a_path
from aion.uploads._media_types import IMAGE_TYPES, image_names, sniff

LARGEST_STREAMED = 100 * 1024 * 1024
"""Most bytes that the service accepts for one streamed file."""
INSTEAD = "pass its path, or .read() and filename=..."
"""The hint for a caller who passes an open file."""
_HEAD = 512
_UNTIDY = re.compile(r"^\.?$|^\./|//|/\.(/|$)|/$")


class MissingFileError(ValidationError, FileNotFoundError):
    """Raised when a named file does not exist: an invalid argument and an error of the disk."""

    def __init__(self, path: str, reason: str = "does not exist") -> None:
        super().__init__(f"{path} {reason}", details={"field": "file"})
        self.errno, self.strerror, self.filename = errno.ENOENT, os.strerror(errno.ENOENT), path

    def __reduce__(self) -> tuple[Any, ...]:
        # The attributes of an OSError are not in its `__dict__`.
        return type(self), (self.filename,), self.__dict__


@dataclass(frozen=True, slots=True)
class Upload:
    """One file, checked and ready to be sent.

    Attributes:
        filename: The name to store, made `sendable`.
        content_type: Its media type.
        size: Its size in bytes.
        data: The bytes, if the file has no path.
        folder: The directory of the path. It is stored once for the thousands of files that may
            share it.
        name: The name of the file in it.
    """

    filename: str
    content_type: str
    size: int
    data: bytes | None
    folder: str
    name: str

    def __post_init__(self) -> None:
        if not self.filename.isascii():
            object.__setattr__(self, "filename", sendable(self.filename))

    @property
    def source(self) -> bytes | str:
        """The bytes, or the path to read them from."""
        if self.data is not None:
            return self.data
        return os.path.join(self.folder, self.name)  # noqa: PTH118 - no object needed

    @property
    def content(self) -> bytes | Path:
        """The bytes, or the path as an object."""
        return self.data if self.data is not None else Path(self.folder, self.name)

    def current_version(self) -> Version | None:
        """Return the size and time of the file on disk; None for bytes, or if it is gone."""
        source = self.source
        if isinstance(source, bytes):
            return None
        try:
            return version_of(os.stat(source))  # noqa: PTH116 - no object needed
        except OSError:
            return None


def placed(source: bytes | str, filename: str) -> tuple[bytes | None, str, str]:
    """Split a source into the fields of an `Upload`: bytes, or directory and name of a path.

    Args:
        source: The bytes, or the path.
        filename: The name to store, which is reused as the name of the path if they are equal.
    """
    if isinstance(source, bytes):
        return source, "", ""
    folder, name = os.path.split(source)
    return None, sys.intern(folder), filename if name == filename else name


def image(file: Any, filename: str | None) -> Upload:
    """Check an image from a path or from bytes.

    Args:
        file: A path, or the bytes themselves.
        filename: The name to store; needed for bytes, the file's own name otherwise.

    Raises:
        ValidationError: The file does not exist, is a directory, is empty or too large, or is not
            an image that the service accepts, or bytes come without a name.
    """
    name, source, size, head = opened(file, filename, example="photo.jpg", what="images")
    kind = sniff(head)
    if kind not in IMAGE_TYPES:
        raise ValidationError(
            f"{name} is not a {image_names()} image{_advice(kind, head)}",
            details={"field": "file", "content_type": kind},
        )
    return Upload(name, kind, size, *placed(source, name))


def opened(
    file: Any, filename: str | None, *, example: str, what: str
) -> tuple[str, bytes | str, int, bytes]:
    """Return the name, bytes or path, size in bytes and first bytes of a file.

    Args:
        file: A path, or the bytes themselves.
        filename: The name to store; needed for bytes, the file's own name otherwise.
        example: A name for the message when `filename` is missing.
        what: The kind of files in the message about a directory, in the plural.

    Raises:
        ValidationError: The file does not exist, is a directory, is empty or too large, or bytes
            come without a name.
    """
    filename = check_filename("filename", filename)
    if isinstance(file, (bytes, bytearray, memoryview)):
        data = bytes(cast("bytes", file))
        if not filename:
            raise ValidationError(
                f"filename is missing: bytes have no name of their own; pass filename={example!r}",
                details={"field": "filename"},
            )
        source: bytes | str = data
        name, size, head = filename, len(data), data[:_HEAD]
    elif isinstance(file, (str, Path)):
        filled("file", file)
        source = tidy(by_value(file)) if isinstance(file, str) else str(file)
        name = filename or os.path.basename(source)  # noqa: PTH119 - no object needed
        size, head = _beginning(source, what)
    else:
        unopened("file", file, INSTEAD)
        refuse("file", file, "a path or bytes")
    _require_size(name, size)
    return name, source, size, head


def tidy(path: str) -> str:
    """Normalize a path as `Path` does, without creating an object if it is normal already."""
    return str(Path(path)) if os.sep != "/" or _UNTIDY.search(path) else path


def _beginning(path: str, what: str) -> tuple[int, bytes]:
    try:
        require_file(path, what)
        with open_file(path) as handle:
            return os.fstat(handle.fileno()).st_size, handle.read(_HEAD)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def unreadable(path: str, error: OSError | ValueError) -> ValidationError:
    """Create the error of an unreadable file; a ValueError means a null character in its path."""
    if found := _not_a_path.advice(path):
        return MissingFileError(*found)
    if isinstance(error, FileNotFoundError):
        return MissingFileError(path)
    if getattr(error, "errno", None) == errno.ENAMETOOLONG:
        return ValidationError(
            f"{path[:40]!r}... ({len(path):,} characters) is too long for a path:"
            f" {hint(Hint.TEXT_ITSELF)}",
            details={"field": "file"},
        )
    reason = getattr(error, "strerror", None) or error
    return ValidationError(f"{path} cannot be read: {reason}", details={"field": "file"})


def whole(path: str, what: str) -> bytes:
    """Read a file, which is opened once, so that the checked bytes are the ones that are sent.

    Args:
        path: The path of the file.
        what: The kind of files in the message about a directory, in the plural.

    Raises:
        ValidationError: The file does not exist, is a directory, or is empty or too large.
        UploadError: The file changed while it was read.
    """
    name = os.path.basename(path)  # noqa: PTH119 - no object needed
    try:
        require_file(path, what)
        with BufferedReader(open_file(path)) as handle:
            version = version_of(os.fstat(handle.fileno()))
            _require_size(name, version[0])
            # One byte more than expected, to detect a file that grows.
            data = handle.read(version[0] + 1)
            same = version_of(os.fstat(handle.fileno())) == version
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if len(data) != version[0] or not same:
        raise UploadError(
            f"{name} changed while it was read. Nothing was sent; call again when it is complete.",
            filename=name,
            stage="upload",
        )
    return data


def _require_size(name: str, size: int) -> None:
    if size == 0:
        raise ValidationError(
            f"{name} is empty: there is nothing to upload", details={"field": "file"}
        )
    if size > LARGEST_STREAMED:
        raise ValidationError(
            f"{name} has {size:,} bytes: at most {LARGEST_STREAMED:,} can be uploaded this way",
            details={"field": "file", "size_bytes": size, "limit": LARGEST_STREAMED},
        )


def require_file(path: str, what: str) -> None:
    """Refuse anything but a regular file: opening a pipe would block forever.

    Args:
        path: The path of the file.
        what: The kind of files in the message about a directory, in the plural.

    Raises:
        ValidationError: It is a directory, a pipe, a device or a socket.
        OSError: The path does not exist or cannot be read.
        ValueError: The path contains a null character.
    """
    mode = os.stat(path).st_mode  # noqa: PTH116 - no object needed
    if stat.S_ISDIR(mode):
        reason = f"is a directory: {hint(Hint.WHOLE_DIRECTORY, what=what)}"
    elif not stat.S_ISREG(mode):
        reason = "is not a regular file: save it to one first"
    else:
        return
    raise ValidationError(f"{path} {reason}", details={"field": "file"})


def _advice(kind: str | None, head: bytes) -> str:
    if _not_a_path.is_base64(head):
        return f": it is base64; {hint(Hint.DECODE_DATA)}"
    match kind:
        case None:
            return ": its first bytes are of no known type"
        case "application/pdf" | "application/zip" | "text/plain":
            return f" ({kind}); {hint(Hint.DOCUMENTS)}"
        case _ if kind.startswith("video/"):
            return f" ({kind}); {hint(Hint.VIDEOS)}"
        case _:
            return f" ({kind}); convert it first"
