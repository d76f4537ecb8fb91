"""Request bodies that can be sent more than once, byte for byte the same, or not at all.

A body knows its length and opens its source anew for each attempt. A file that is no longer what
it was when the body was made fails the attempt instead of being sent torn.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from aion._http.embedded_text import Embedded
from aion.exceptions import UploadError, ValidationError
from aion_api import File, FormBody, JsonBody, MultipartBody

if TYPE_CHECKING:
    from collections.abc import Sequence

PIECE = 256 * 1024
"""Bytes below which what is to be sent is joined, to save writes."""
LARGE_PIECE = 2 * PIECE
"""Bytes read from a file at a time. More would be faster still on a loopback connection, and hold
up an event loop for longer."""


class Content(Protocol):
    """A body: `length` bytes of `content_type`, in pieces, as often as asked."""

    content_type: str
    length: int

    def pieces(self) -> Iterator[bytes]:
        """The bytes from the beginning."""
        ...


class Bytes:
    """A body that is in memory."""

    def __init__(self, data: bytes, content_type: str) -> None:
        self.data = data
        self.content_type = content_type
        self.length = len(data)

    def pieces(self) -> Iterator[bytes]:
        """The bytes, whole."""
        yield self.data


EMPTY = Bytes(b"", "")


def encode(body: JsonBody | FormBody | MultipartBody) -> Content:
    """The body as it is sent.

    Raises:
        ValidationError: A value has no JSON form, or a file cannot be read.
    """
    try:
        match body:
            case JsonBody():
                return _json(body.value)
            case FormBody():
                return Bytes(
                    urlencode(body.fields).encode("ascii"), "application/x-www-form-urlencoded"
                )
            case MultipartBody():
                return Multipart(body.parts)
    except (TypeError, ValueError, RecursionError) as error:
        form = "JSON" if isinstance(body, JsonBody) else "a form"
        raise ValidationError(f"an argument cannot be sent as {form}: {error}") from None


def _json(value: Any) -> Content:
    """A JSON body; what is embedded in it is encoded while it is sent."""
    embedded: list[Embedded] = []
    mark = ""

    def put_off(one: Any) -> str:
        nonlocal mark
        if not isinstance(one, Embedded):
            raise TypeError(f"Object of type {type(one).__name__} is not JSON serializable")
        # Nothing else in the body can hold it.
        mark = mark or secrets.token_hex(16)
        embedded.append(one)
        return mark

    text = json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=put_off
    )
    if not embedded:
        return Bytes(text.encode("utf-8"), "application/json")
    first, *others = (part.encode("utf-8") for part in text.split(mark))
    segments: list[bytes | Embedded] = [first]
    for one, part in zip(embedded, others, strict=True):
        segments += one, part
    return _Joined(segments, "application/json")


class _Source(Protocol):
    """A part of a body that gives its bytes anew for each attempt."""

    def __len__(self) -> int: ...

    def pieces(self) -> Iterable[bytes]: ...


class _Joined:
    """A body of several parts, of which some are read or encoded while it is sent."""

    def __init__(self, segments: Sequence[bytes | _Source], content_type: str) -> None:
        self.content_type = content_type
        self.length = sum(map(len, segments))
        self._segments = segments

    def pieces(self) -> Iterator[bytes]:
        """The parts in order, small ones joined to save writes."""
        # Joined, and not added up: a piece that is large enough alone is not copied.
        pending: list[bytes] = []
        size = 0
        for segment in self._segments:
            for piece in (segment,) if isinstance(segment, bytes) else segment.pieces():
                pending.append(piece)
                size += len(piece)
                if size >= PIECE:
                    yield b"".join(pending)
                    pending.clear()
                    size = 0
        if pending:
            yield b"".join(pending)


class Multipart(_Joined):
    """A ``multipart/form-data`` body whose files are read while it is sent."""

    def __init__(self, parts: Sequence[tuple[str, str | File]]) -> None:
        boundary = secrets.token_hex(16)
        segments: list[bytes | _FileSource] = []
        mark = f"--{boundary}\r\n"
        for name, value in parts:
            head = f'{mark}Content-Disposition: form-data; name="{_quoted(name)}"'
            if isinstance(value, File):
                head += f'; filename="{_quoted(sendable(value.filename))}"'
                head += f"\r\nContent-Type: {value.content_type}"
                segments.append(f"{head}\r\n\r\n".encode())
                segments.append(_source(value))
                segments.append(b"\r\n")
            else:
                segments.append(f"{head}\r\n\r\n{value}\r\n".encode())
        segments.append(f"--{boundary}--\r\n".encode())
        super().__init__(segments, f"multipart/form-data; boundary={boundary}")


def sendable(name: str) -> str:
    """The name of a file as it is sent: what of it has no form in UTF-8 becomes a question mark.

    Names of files are bytes to most systems, and need not be text.
    """
    return name if name.isascii() else name.encode(errors="replace").decode()


def _quoted(text: str) -> str:
    """A name inside quotes, as HTML form encoding writes it."""
    # Not `\"`, the way of MIME: who does not know that takes the rest of a name for parameters.
    # Who does not undo these escapes stores them, so results have the name of the answer.
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


class _FileSource:
    """The bytes of one file, which have to be the same in each attempt."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size

    def __len__(self) -> int:
        return self._size

    def pieces(self) -> Iterator[bytes]:
        raise NotImplementedError

    def _counted(self, handle: IO[bytes]) -> Iterator[bytes]:
        yield from self._exactly(handle)
        if handle.read(1):
            raise self._changed("it has grown")

    def _exactly(self, handle: IO[bytes]) -> Iterator[bytes]:
        left = self._size
        while left:
            piece = handle.read(min(LARGE_PIECE, left))
            if not piece:
                raise self._changed(f"{left} bytes are missing at its end")
            left -= len(piece)
            yield piece

    def _changed(self, how: str) -> UploadError:
        return UploadError(
            f"{self._name} changed while it was sent: {how}. Nothing of it was stored; send it"
            " again when it is complete.",
            filename=self._name,
            stage="upload",
        )


class _MemorySource(_FileSource):
    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(name, len(data))
        self._data = data

    def pieces(self) -> Iterator[bytes]:
        yield self._data


class _PathSource(_FileSource):
    def __init__(self, name: str, path: Path) -> None:
        self._path = path
        with self._reading():
            found = path.stat()
        super().__init__(name, found.st_size)
        self._version = version_of(found)

    def pieces(self) -> Iterator[bytes]:
        with self._reading(), open_file(self._path) as handle:
            if version_of(os.fstat(handle.fileno())) != self._version:
                raise self._changed("its size or time is not what it was")
            yield from self._counted(handle)
            # Written over while it was read: the end of the body is held back.
            if version_of(os.fstat(handle.fileno())) != self._version:
                raise self._changed("it was written over")

    def _reading(self) -> _Readable:
        return _Readable(self._path)


Version = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds: what tells a file from a later one."""


class FileRange(_FileSource):
    """A stretch of a file as a body of its own.

    Args:
        path: The file.
        offset: Where the stretch begins.
        length: How many bytes it has.
        version: Size and time that the file has to have still when it is read.
    """

    content_type = "application/octet-stream"

    def __init__(self, path: Path, offset: int, length: int, version: Version) -> None:
        super().__init__(path.name, length)
        self.length = length
        self._path = path
        self._offset = offset
        self._version = version

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the stretch, read while they are sent."""
        with _Readable(self._path), open_file(self._path) as handle:
            if version_of(os.fstat(handle.fileno())) != self._version:
                raise self._changed("its size or time is not what it was")
            handle.seek(self._offset)
            yield from self._exactly(handle)


_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_file(path: Path | str) -> FileIO:
    """Open a file to read it, though it may no longer be one: to open a pipe would wait for ever.

    Raises:
        OSError: It cannot be opened, or it is no regular file.
    """
    descriptor = os.open(path, _READING)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        return FileIO(descriptor)
    except BaseException:
        os.close(descriptor)
        raise


def version_of(found: os.stat_result) -> Version:
    """The version of a file, by what the system says of it."""
    return found.st_size, found.st_mtime_ns


class _Readable:
    """Turns a file that cannot be read into the documented error."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise UploadError(
                f"{self._path} cannot be read: {error.strerror or error}",
                filename=self._path.name,
                stage="upload",
            ) from None


class _HandleSource(_FileSource):
    def __init__(self, name: str, handle: IO[bytes]) -> None:
        if not handle.seekable():
            raise ValidationError(
                f"{name} cannot be rewound, so a failed attempt could not be repeated:"
                " pass a path, bytes or a seekable file"
            )
        self._handle = handle
        self._start = handle.tell()
        super().__init__(name, handle.seek(0, os.SEEK_END) - self._start)
        handle.seek(self._start)

    def pieces(self) -> Iterator[bytes]:
        self._handle.seek(self._start)
        yield from self._counted(self._handle)


def _source(file: File) -> _FileSource:
    if isinstance(file.content, bytes):
        return _MemorySource(file.filename, file.content)
    if isinstance(file.content, Path):
        return _PathSource(file.filename, file.content)
    if isinstance(file.content, os.PathLike):
        return _PathSource(file.filename, Path(file.content))
    return _HandleSource(file.filename, file.content)
