"""Writes a download to disk: complete under its name, or not at all.

When the connection breaks, only the rest is requested, if storage supports ranges and the object
still has the same ETag. Otherwise the download starts over.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from aion import _checks as check
from aion._engine.transient import is_transient
from aion._http.content_encoding import Unpacker
from aion._http.wire import Reply
from aion._pauses import FAILED
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError, AionvisionPermissionError, ServerError
from aion_api import Request

_LONGEST_PAUSE = 30.0
_PROGRESS = 1024 * 1024
"""Bytes of progress that reset the count of retries."""
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)\Z")
_BAD_RANGE = 416


def target(field: str, path: str | os.PathLike[str]) -> Path:
    """Return the path that a download will be written to.

    Raises:
        ValidationError: It is a directory, a pipe or a device, or its directory does not exist.
    """
    plain = check.path(field, path)
    found = Path(plain)
    # A path object drops a trailing slash, so a missing directory would become a file.
    # And its methods raise for a name that is too long.
    if os.path.isdir(plain) or os.path.basename(plain) in ("", "."):  # noqa: PTH112, PTH119
        check.refuse(field, str(path), "the path of a file, not of a directory")
    if os.path.exists(plain) and not os.path.isfile(plain):  # noqa: PTH110, PTH113
        # A pipe, or a device such as /dev/null, would be replaced by a file.
        check.refuse(field, str(path), "the path of a file, not of a pipe or a device")
    if not _real(found).parent.is_dir():
        check.refuse(field, str(path), "in a directory that exists")
    try:
        os.lstat(plain)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            check.refuse(field, str(path), "a path whose name is shorter")
    return found


async def save(engine: rt.Engine, request: Request[str], path: Path) -> Path:
    """Write an object to a file.

    Pieces go to a temporary file beside `path`, so memory use does not depend on the size; at the
    end that file is renamed in one step. A failure leaves `path` unchanged. Symbolic links are
    followed, and a file that is replaced keeps its permissions.

    Args:
        engine: Sends the requests.
        request: Gets the presigned URL of the object; it is resent when the URL has expired.
        path: The file to write or to replace.

    Raises:
        AionvisionError: A call failed, or the download is incomplete.
        OSError: Writing to disk failed.
    """
    whole = _real(path)
    part = whole.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            # Set before the first byte can be read. Not every file system has permissions.
            with suppress(OSError):
                part.chmod(whole.stat().st_mode & 0o777)
            await _Download(engine, request, file).run()
        part.replace(whole)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return path


def _real(path: Path) -> Path:
    # `Path.resolve` raises for circular links.
    return Path(os.path.realpath(path))


@dataclass(frozen=True, slots=True)
class _Part:
    """The range of an object in a response: begins at `start`, of `total` bytes if stated.

    For a compressed response, all numbers and the ETag are those of the compressed bytes, so it is
    only read as a whole.
    """

    start: int
    total: int | None
    etag: str | None

    @classmethod
    def of(cls, reply: Reply) -> _Part | None:
        """Read the headers of a response; return None for a range without a known position."""
        packed = Unpacker.of(reply.headers().get("content-encoding")) is not None
        etag = None if packed else reply.header("etag")
        if reply.status != 206:
            length = "" if packed else reply.header("content-length") or ""
            return cls(0, int(length) if length.isdecimal() else None, etag)
        if packed:
            return None
        found = _RANGE.match((reply.header("content-range") or "").strip())
        if found is None:
            return None
        return cls(int(found[1]), None if found[3] == "*" else int(found[3]), etag)


class _Download:
    """Downloads one object into an open file."""

    def __init__(self, engine: rt.Engine, request: Request[str], file: IO[bytes]) -> None:
        self._engine = engine
        self._request = request
        self._file = file
        self._url: str | None = None
        self._etag: str | None = None
        self._size = 0
        self._most = 0

    async def run(self) -> None:
        """Write the whole object.

        Raises:
            AionvisionError: A call failed, or the download is incomplete.
        """
        tries = 0
        while True:
            before = self._most
            response = await self._open()
            try:
                await self._take(response)
            except AionvisionError as error:
                if not is_transient(error):
                    raise
                failure = error
            else:
                return
            if self._most >= before + _PROGRESS:
                tries = 0
            if tries >= self._engine.config.max_retries:
                raise failure
            pause = self._engine.config.retry_delay * 2.0**tries
            await rt.pause(min(pause, _LONGEST_PAUSE), FAILED)
            tries += 1

    async def _take(self, response: rt.Answer) -> None:
        """Write the body of a response."""
        reply = response.reply
        part = _Part.of(reply)
        try:
            if part is None or part.start != self._size or not self._is_same(reply):
                # Without an ETag, the next attempt requests the whole object.
                self._restart()
            if part is None or part.start != self._size:
                raise _incomplete("storage returned another range than was requested")
            self._etag = part.etag
            # Written on the event loop's thread: that takes less time than handing the piece over.
            while (piece := await response.piece()) is not None:
                self._file.write(piece)
                self._size += len(piece)
                self._most = max(self._most, self._size)
        finally:
            await response.close()
        if part.total is not None and self._size != part.total:
            arrived = self._size
            self._restart()
            raise _incomplete(f"{arrived:,} of {part.total:,} bytes arrived")

    async def _open(self) -> rt.Answer:
        """Open a response with the missing bytes."""
        fresh = self._url is None
        while True:
            if self._url is None:
                self._url = await self._engine.call(self._request)
            try:
                return await self._engine.open_object(self._url, self._conditions())
            except AionvisionError as error:
                if isinstance(error, AionvisionPermissionError) and not fresh:
                    # The URL expired during the download.
                    self._url, fresh = None, True
                elif error.status_code == _BAD_RANGE and self._size:
                    self._restart()
                else:
                    raise

    def _conditions(self) -> dict[str, str]:
        """Return the headers that request the rest of the same object, or none for all of it."""
        # A weak ETag does not promise the same bytes.
        if not self._size or not self._etag or self._etag.startswith("W/"):
            return {}
        return {"Range": f"bytes={self._size}-", "If-Range": self._etag}

    def _is_same(self, reply: Reply) -> bool:
        return self._size == 0 or (reply.status == 206 and reply.header("etag") == self._etag)

    def _restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._size = 0
        self._etag = None


def _incomplete(reason: str) -> ServerError:
    """Create the error for a complete response with other bytes than requested."""
    error = ServerError(reason)
    error.code = "INVALID_RESPONSE"
    return error
