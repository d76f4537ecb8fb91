"""Creates request bodies that send the same bytes in every attempt.

A body knows its length and reopens its source for each attempt. If a file has changed since the
body was created, the attempt fails instead of sending a mix of both versions.
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
from aion_api import File, FormBody, JsonBody, JsonPart, MultipartBody, RawBody

if TYPE_CHECKING:
    from collections.abc import Sequence

PIECE = 256 * 1024
"""Parts smaller than this number of bytes are joined, to save writes."""
LARGE_PIECE = 2 * PIECE
"""Bytes read from a file at a time. More would be faster on a loopback connection, but block an
event loop for longer."""


class Content(Protocol):
    """A body: `length` bytes of `content_type`, which can be read several times."""

    content_type: str
    length: int

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes from the beginning."""
        ...


class Bytes:
    """A body in memory."""

    def __init__(self, data: bytes, content_type: str) -> None:
        self.data = data
        self.content_type = content_type
        self.length = len(data)

    def pieces(self) -> Iterator[bytes]:
        """Yield all bytes in one piece."""
        yield self.data


EMPTY = Bytes(b"", "")


def encode(body: JsonBody | FormBody | MultipartBody | RawBody) -> Content:
    """Encode a body for sending.

    Raises:
        ValidationError: A value cannot be encoded as JSON, or a file cannot be read.
    """
    try:
        match body:
            case JsonBody():
                return _json(body.value, body.content_type)
            case FormBody():
                return Bytes(
                    urlencode(body.fields).encode("ascii"), "application/x-www-form-urlencoded"
                )
            case MultipartBody():
                return Multipart(body.parts)
            case RawBody():
                return _raw(body)
    except (TypeError, ValueError, RecursionError) as error:
        form = _FORMS[type(body)]
        raise ValidationError(f"an argument cannot be sent as {form}: {error}") from None


_FORMS: dict[type, str] = {
    JsonBody: "JSON",
    FormBody: "a form",
    MultipartBody: "a form",
    RawBody: "a body",
}


def _raw(body: RawBody) -> Content:
    """Encode a body without fields; a file is read while it is sent."""
    content = body.content
    if isinstance(content, str):
        return Bytes(content.encode("utf-8"), body.content_type)
    if isinstance(content, bytes):
        return Bytes(content, body.content_type)
    name = getattr(content, "name", content)
    return _Joined([_source(File(content, str(name)))], body.content_type)


def _json(value: Any, content_type: str) -> Content:
    """Encode a JSON body; embedded images are encoded while it is sent."""
    embedded: list[Embedded] = []
    mark = ""

    def put_off(one: Any) -> str:
        nonlocal mark
        if not isinstance(one, Embedded):
            raise TypeError(f"Object of type {type(one).__name__} is not JSON serializable")
        # Random, so no other text in the body contains it.
        mark = mark or secrets.token_hex(16)
        embedded.append(one)
        return mark

    text = json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=put_off
    )
    if not embedded:
        return Bytes(text.encode("utf-8"), content_type)
    first, *others = (part.encode("utf-8") for part in text.split(mark))
    segments: list[bytes | Embedded] = [first]
    for one, part in zip(embedded, others, strict=True):
        segments += one, part
    return _Joined(segments, content_type)


class _Source(Protocol):
    """A part of a body that yields the same bytes in each attempt."""

    def __len__(self) -> int: ...

    def pieces(self) -> Iterable[bytes]: ...


class _Joined:
    """A body of several parts, some of which are read or encoded while it is sent."""

    def __init__(self, segments: Sequence[bytes | _Source], content_type: str) -> None:
        self.content_type = content_type
        self.length = sum(map(len, segments))
        self._segments = segments

    def pieces(self) -> Iterator[bytes]:
        """Yield the parts in order, with small ones joined to save writes."""
        # Collected in a list, so that a large piece is not copied.
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

    def __init__(self, parts: Sequence[tuple[str, str | File | JsonPart]]) -> None:
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
            elif isinstance(value, JsonPart):
                part = json.dumps(
                    value.value, ensure_ascii=False, separators=(",", ":"), allow_nan=False
                )
                head += "\r\nContent-Type: application/json"
                segments.append(f"{head}\r\n\r\n{part}\r\n".encode())
            else:
                segments.append(f"{head}\r\n\r\n{value}\r\n".encode())
        segments.append(f"--{boundary}--\r\n".encode())
        super().__init__(segments, f"multipart/form-data; boundary={boundary}")


def sendable(name: str) -> str:
    """Return the name of a file as it is sent, with question marks for what UTF-8 cannot encode.

    On most systems file names are bytes, and need not be valid text.
    """
    return name if name.isascii() else name.encode(errors="replace").decode()


def _quoted(text: str) -> str:
    """Escape a name inside quotes, as HTML form encoding does."""
    # Not `\"` as in MIME: servers that do not decode that read the rest of a name as parameters.
    # Servers that do not decode these escapes store them literally, so results use the name in
    # the response.
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


class _FileSource:
    """Reads the bytes of one file, which have to be the same in each attempt."""

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
            raise self._changed("it grew")

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
            f"{self._name} changed while it was sent: {how}. It was not stored; send it again"
            " when it is complete.",
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
                raise self._changed("its size or modification time differs")
            yield from self._counted(handle)
            # The file was overwritten while it was read: the end of the body is not sent.
            if version_of(os.fstat(handle.fileno())) != self._version:
                raise self._changed("it was overwritten")

    def _reading(self) -> _Readable:
        return _Readable(self._path)


Version = tuple[int, int]
"""Size in bytes and modification time in nanoseconds, to detect changes of a file."""


class FileRange(_FileSource):
    """A range of a file as a body of its own.

    Args:
        path: The file.
        offset: The start of the range.
        length: Its length in bytes.
        version: The size and time that the file must still have when it is read.
    """

    content_type = "application/octet-stream"

    def __init__(self, path: Path, offset: int, length: int, version: Version) -> None:
        super().__init__(path.name, length)
        self.length = length
        self._path = path
        self._offset = offset
        self._version = version

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of the range, read while they are sent."""
        with _Readable(self._path), open_file(self._path) as handle:
            if version_of(os.fstat(handle.fileno())) != self._version:
                raise self._changed("its size or modification time differs")
            handle.seek(self._offset)
            yield from self._exactly(handle)


_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_file(path: Path | str) -> FileIO:
    """Open a regular file for reading; opening a pipe that replaced it would block forever.

    Raises:
        OSError: It cannot be opened, or it is not a regular file.
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
    """Return the version of a file from its `stat` result."""
    return found.st_size, found.st_mtime_ns


class _Readable:
    """Converts errors of reading a file into the documented one."""

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
                f"{name} cannot be rewound, so a failed attempt could not be retried:"
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
