"""Parses multipart bodies while they arrive: files go to disk in pieces, never to memory.

A file is hashed on the way, and its first bytes are stored to detect its type. Bytes beyond the
limit are counted and dropped. Problems are collected and raised at the end, so that the client has
sent its whole body and reads the response.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.contract.validation import Reader
from aion.sandbox.store.objects import Objects

_HEAD: Final = 512
_MAX_FIELD: Final = 64 * 1024
_MAX_PARTS: Final = 2000
_ESCAPES: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}


@dataclass(slots=True)
class ReceivedFile:
    """A file of a form, as it arrived."""

    field: str
    filename: str
    path: Path
    size: int = 0
    head: bytes = b""
    sha256: str = ""
    too_large: bool = False


@dataclass(slots=True)
class Form:
    """A whole multipart form. `discard` removes the files that were not stored."""

    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    files: list[ReceivedFile] = field(default_factory=list[ReceivedFile])

    def discard(self) -> None:
        """Remove received files that were not moved into the object store."""
        for file in self.files:
            file.path.unlink(missing_ok=True)

    def as_instance(self, repeated: frozenset[str]) -> dict[str, Any]:
        """Return the form as a JSON value for validation: a file becomes an empty string."""
        instance = dict(self.fields)
        for file in self.files:
            if file.field in repeated:
                instance.setdefault(file.field, []).append("")
            else:
                instance[file.field] = ""
        return instance


class FormReceiver:
    """Parses one body, piece by piece."""

    def __init__(
        self,
        objects: Objects,
        readers: Mapping[str, Reader],
        file_fields: Mapping[str, bool],
        max_file_bytes: int,
    ) -> None:
        """`readers` are the declared fields; `file_fields` those of files, True if repeatable."""
        self._objects = objects
        self._readers = readers
        self._file_fields = file_fields
        self._max_file_bytes = max_file_bytes
        self.form = Form()
        self._problems: list[Problem] = []
        self._parts = 0
        self._header = (b"", b"")
        self._headers: dict[bytes, bytes] = {}
        self._file: ReceivedFile | None = None
        self._handle: IO[bytes] | None = None
        self._hash = hashlib.sha256()
        self._field: str | None = None
        self._text = bytearray()
        self._ended = False

    async def receive(self, content_type: str, pieces: AsyncIterator[bytes]) -> Form:
        """Read the whole body.

        Raises:
            InvalidRequest: not a well-formed form, or parts that the contract does not name.
            ApiError: more parts than any request may have.
        """
        kind, parameters = parse_options_header(content_type)
        boundary = parameters.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise _malformed("Content-Type must be multipart/form-data with a boundary")
        try:
            parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_end": self._finish,
                },
            )
            async for piece in pieces:
                parser.write(piece)
        except FormParserError as error:
            raise _malformed(f"not a well-formed form: {error}") from None
        finally:
            self._close()
        if not self._ended:
            raise _malformed("the form ends before its closing boundary")
        if self._problems:
            raise InvalidRequest(self._problems)
        return self.form

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS:
            raise ApiError(413, f"more than {_MAX_PARTS} parts in one request")
        self._headers = {}
        self._header = (b"", b"")

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], self._header[1])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _header_end(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = (b"", b"")

    def _headers_finished(self) -> None:
        _, parameters = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = parameters.get(b"name", b"").decode("utf-8", "replace")
        filename = parameters.get(b"filename")
        repeatable = self._file_fields.get(name)
        if name not in self._readers:
            self._refuse(name, f"Unknown form field {name!r}", "extra_forbidden")
        elif repeatable is None and name in self.form.fields:
            self._refuse(name, "Sent more than once", "repeated")
        elif repeatable is None and filename is not None:
            self._refuse(name, "Expected text, got a file", "string_type")
        elif repeatable is None:
            self._field = name
            self._text = bytearray()
        elif filename is None:
            self._refuse(name, "Expected a file with a filename, got text", "file_type")
        elif not repeatable and any(file.field == name for file in self.form.files):
            self._refuse(name, "Sent more than once", "repeated")
        else:
            self._open(name, filename.decode("utf-8", "replace"))

    def _refuse(self, name: str, message: str, kind: str) -> None:
        if len(self._problems) < 100:
            self._problems.append(Problem(("body", name), message, kind))

    def _open(self, name: str, filename: str) -> None:
        # Forms escape three characters in names, and nothing else: not even "%" itself.
        for escape, character in _ESCAPES.items():
            filename = filename.replace(escape, character)
        # Only the last part of a path is a name; it is displayed, never used as a path.
        base = filename.replace("\\", "/").rpartition("/")[2].replace("\0", "")[:255]
        self._file = ReceivedFile(name, base, self._objects.incoming())
        self.form.files.append(self._file)
        self._handle = self._file.path.open("wb", buffering=0)
        self._hash = hashlib.sha256()

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file_data(self._file, memoryview(data)[start:end])
        elif self._field is not None and len(self._text) <= _MAX_FIELD:
            self._text += data[start:end]

    def _file_data(self, file: ReceivedFile, piece: memoryview) -> None:
        file.size += len(piece)
        if file.size > self._max_file_bytes:
            file.too_large = True
            self._close()
            file.path.unlink(missing_ok=True)
            return
        if len(file.head) < _HEAD:
            file.head += bytes(piece[: _HEAD - len(file.head)])
        self._hash.update(piece)
        if self._handle is not None:
            self._handle.write(piece)

    def _end(self) -> None:
        if self._file is not None:
            self._file.sha256 = self._hash.hexdigest()
            self._close()
            self._file = None
        elif self._field is not None:
            self._end_field(self._field)
            self._field = None

    def _end_field(self, name: str) -> None:
        if len(self._text) > _MAX_FIELD:
            self._refuse(name, f"Longer than {_MAX_FIELD} bytes", "too_long")
            return
        try:
            self.form.fields[name] = self._readers[name](self._text.decode())
        except ValueError as error:
            self._refuse(name, str(error), "parsing")

    def _finish(self) -> None:
        self._ended = True

    def _close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


def _malformed(message: str) -> InvalidRequest:
    return InvalidRequest([Problem(("body",), message, "malformed")])
