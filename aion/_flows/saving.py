"""One way to bring a download to disk: whole under its name, or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from aion import _checks as check
from aion._rt import aio as rt


def target(field: str, path: str | os.PathLike[str]) -> Path:
    """The file that a download shall become.

    Raises:
        ValidationError: It is a directory, or the directory around it does not exist.
    """
    found = Path(path)
    if found.is_dir():
        check.refuse(field, str(path), "the path of a file, not of a directory")
    if not found.parent.is_dir():
        check.refuse(field, str(path), "in a directory that exists")
    return found


async def save(answer: rt.Answer, path: Path) -> Path:
    """Write what is left of an answer to a file, and close the answer.

    Pieces go to a file beside `path` as they arrive, so memory does not grow with the size; at the
    end that file takes the name in one step. Whatever happens before leaves `path` as it was.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        # Written on the event loop's thread: a piece takes less time than handing it over.
        with part.open("xb") as file:
            while (piece := await answer.piece()) is not None:
                file.write(piece)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        await answer.close()
    return path
