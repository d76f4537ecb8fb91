"""One way to bring a download to disk: whole under its name, or not at all.

When the connection breaks, only the rest is asked for, where storage serves ranges and the object
is still the same by its ETag. Everything else begins the download anew.
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
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError, AionvisionPermissionError, ServerError
from aion_api import Request

_LONGEST_PAUSE = 30.0
_PROGRESS = 1024 * 1024
"""Bytes after which a break does not count as a repeated one."""
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)\Z")
_BAD_RANGE = 416


def target(field: str, path: str | os.PathLike[str]) -> Path:
    """The file that a download shall become.

    Raises:
        ValidationError: It is a directory, a pipe or a device, or the directory around it does
            not exist.
    """
    plain = check.path(field, path)
    found = Path(plain)
    # A path object forgets what it ended with, and would make a file of a directory to be.
    # And its methods raise for a name that is too long.
    if os.path.isdir(plain) or os.path.basename(plain) in ("", "."):  # noqa: PTH112, PTH119
        check.refuse(field, str(path), "the path of a file, not of a directory")
    if os.path.exists(plain) and not os.path.isfile(plain):  # noqa: PTH110, PTH113
        # It would be replaced by a file: a pipe, or a device such as /dev/null.
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

    Pieces go to a file beside `path` as they arrive, so memory does not grow with the size; at the
    end that file takes the name in one step. Whatever happens before leaves `path` as it was. A
    link stays one, and a file that is replaced keeps its permissions.

    Args:
        engine: Sends the requests.
        request: Gives the presigned URL of the object; it is sent again when the URL has expired.
        path: The file to write or to replace.

    Raises:
        AionvisionError: A call failed, or the bytes did not arrive whole.
        OSError: The disk does not take it.
    """
    whole = _real(path)
    part = whole.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            # Before the first byte is there to be read. Not every file system has permissions.
            with suppress(OSError):
                part.chmod(whole.stat().st_mode & 0o777)
            await _Download(engine, request, file).run()
        part.replace(whole)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return path


def _real(path: Path) -> Path:
    # `Path.resolve` raises for links that lead in a circle.
    return Path(os.path.realpath(path))


@dataclass(frozen=True, slots=True)
class _Part:
    """What an answer brings of an object: from `start` on; `total` bytes, where it is said.

    Of an answer that came packed, every number and the ETag are those of the packed bytes: it is
    read whole or not at all.
    """

    start: int
    total: int | None
    etag: str | None

    @classmethod
    def of(cls, reply: Reply) -> _Part | None:
        """Read the headers of an answer; None for a part whose place it does not tell."""
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
    """The bytes of one object on their way into an open file."""

    def __init__(self, engine: rt.Engine, request: Request[str], file: IO[bytes]) -> None:
        self._engine = engine
        self._request = request
        self._file = file
        self._url: str | None = None
        self._etag: str | None = None
        self._size = 0
        self._most = 0

    async def run(self) -> None:
        """Write all of it.

        Raises:
            AionvisionError: A call failed, or the bytes did not arrive whole.
        """
        tries = 0
        while True:
            before = self._most
            answer = await self._open()
            try:
                await self._take(answer)
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
            await rt.sleep(min(pause, _LONGEST_PAUSE))
            tries += 1

    async def _take(self, answer: rt.Answer) -> None:
        """Write what an answer brings."""
        reply = answer.reply
        part = _Part.of(reply)
        try:
            if part is None or part.start != self._size or not self._is_same(reply):
                # Without an ETag, the next attempt asks for everything.
                self._restart()
            if part is None or part.start != self._size:
                raise _incomplete("storage answered with another part than was asked for")
            self._etag = part.etag
            # Written on the event loop's thread: a piece takes less time than handing it over.
            while (piece := await answer.piece()) is not None:
                self._file.write(piece)
                self._size += len(piece)
                self._most = max(self._most, self._size)
        finally:
            await answer.close()
        if part.total is not None and self._size != part.total:
            arrived = self._size
            self._restart()
            raise _incomplete(f"{arrived:,} of {part.total:,} bytes arrived")

    async def _open(self) -> rt.Answer:
        """The answer that brings what is missing."""
        fresh = self._url is None
        while True:
            if self._url is None:
                self._url = await self._engine.call(self._request)
            try:
                return await self._engine.open_object(self._url, self._conditions())
            except AionvisionError as error:
                if isinstance(error, AionvisionPermissionError) and not fresh:
                    # The URL has expired while the bytes were on their way.
                    self._url, fresh = None, True
                elif error.status_code == _BAD_RANGE and self._size:
                    self._restart()
                else:
                    raise

    def _conditions(self) -> dict[str, str]:
        """The headers that ask for the rest of the same object, or none, for all of it."""
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
    """The error of an answer that ended well, but did not bring what was asked for."""
    error = ServerError(reason)
    error.code = "INVALID_RESPONSE"
    return error
