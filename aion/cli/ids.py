"""Finds the file that an id, or the beginning of one, stands for. All commands share it."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice

from aion import SyncAionVision
from aion.exceptions import ResourceNotFoundError
from aion.types.files import UserFile, UserFileDetails

_BEGINNING = re.compile(r"[0-9a-f]{1,8}(-[0-9a-f-]*)?\Z")
_WHOLE = 36
"""Characters of a whole id."""
_SHORT = 8
"""Characters of the short form that the service takes."""
_MOST = 2_000
"""The newest files that are searched for a beginning."""
_SHOWN = 5


def details_of(client: SyncAionVision, text: str) -> UserFileDetails:
    """Get the details of a file.

    Args:
        client: Asks the service.
        text: The id, or its beginning. The service knows its first eight characters; for other
            beginnings, the newest files are searched.

    Raises:
        ValueError: No file, or more than one, has such an id; the message lists candidates.
        AionvisionError: A call failed; for a whole id also because it does not exist.
    """
    text = text.strip()
    if not _is_beginning(text):
        return client.files.get(text)
    if len(text) >= _SHORT:
        with suppress(ResourceNotFoundError):
            details = client.files.get(text[:_SHORT])
            if details.id.lower().startswith(text.lower()):
                return details
    return client.files.get(_only(client, text.lower()).id)


def id_of(client: SyncAionVision, text: str) -> str:
    """Return the whole id of a file; otherwise as `details_of`, but a whole id is not checked."""
    text = text.strip()
    return details_of(client, text).id if _is_beginning(text) else text


def _is_beginning(text: str) -> bool:
    return len(text) < _WHOLE and _BEGINNING.match(text.lower()) is not None


def _only(client: SyncAionVision, text: str) -> UserFile:
    newest = list(islice(client.files.list_all(page_size=100), _MOST))
    among = f" among the newest {_MOST:,}" if len(newest) == _MOST else ""
    matches = [one for one in newest if one.id.lower().startswith(text)]
    if not matches:
        raise ValueError(f"no file{among} has an id that begins with {text!r}: see aion files")
    if len(matches) == 1:
        if among:
            raise ValueError(f"{text!r} is too short for so many files: type {_SHORT} characters")
        return matches[0]
    shown = [f"{one.id} ({one.title or one.filename or '-'})" for one in matches[:_SHOWN]]
    if len(matches) > _SHOWN:
        shown.append(f"and {len(matches) - _SHOWN} more")
    raise ValueError(
        f"{len(matches)} ids begin with {text!r}: {', '.join(shown)}. Type more characters of one"
    )


__all__ = ["details_of", "id_of"]
