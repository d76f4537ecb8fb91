"""Determines which files of a request without a response are stored.

The service finds files with the same bytes by their hash. Name and date distinguish a copy that
existed before from one that the broken request stored; if they do not, it counts as the latter. A
service that still processes the broken request may store a file after the duplicate check, so
unstored files are resent with a duplicate check. It also returns the id of a stored file whose
name and size are not unique.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from aion._http.content import Version
from aion._pauses import BROKEN
from aion._runtime import aio as rt
from aion.exceptions import CircuitBreakerError
from aion.uploads._hashing import hashing
from aion.uploads._plan import Item
from aion.uploads._retry import pause_before
from aion_api.api import uploads, user_files
from aion_api.models.uploads import DuplicateCheckRequest
from aion_api.models.user_files import UserFile

T = TypeVar("T")

HASHES = 250
"""Most hashes in one request."""
SKEW = timedelta(seconds=30)
"""Tolerance for differences between the clocks of the service."""
PAGE = 100
MOST_PAGES = 20
"""Pages of the newest files to search. Files that are not among them are resent instead."""


@dataclass(slots=True)
class Sorted:
    """Groups the files that were in flight by the action to take.

    Attributes:
        stored: Stored files, by index.
        guarded: Files to resend with a duplicate check.
        plain: Files to resend without it, because an unrelated file with the same content exists.
        changed: Indexes of files that changed after they were sent.
        hashes: Computed hashes, by the index of the file.
    """

    stored: dict[int, UserFile] = field(default_factory=dict[int, UserFile])
    guarded: list[Item] = field(default_factory=list[Item])
    plain: list[Item] = field(default_factory=list[Item])
    changed: list[Item] = field(default_factory=list[Item])
    hashes: dict[int, str] = field(default_factory=dict[int, str])


async def sort_out(
    engine: rt.Engine,
    items: Sequence[Item],
    versions: dict[int, Version],
    settled: Sequence[Item],
    ids: set[str],
    names: Counter[tuple[str, int]],
    since: datetime | None,
) -> Sorted:
    """Determine which files of a broken request are stored.

    Args:
        engine: Sends the requests.
        items: The files that were in flight.
        versions: Versions of the files with a path, as they were sent.
        settled: Files of the batch that are known to be stored.
        ids: Their ids.
        names: Number of files of the batch with a given name and size.
        since: When the batch began, on the clock of the service; None if unknown.

    Raises:
        AionvisionError: A request to the service failed.
    """
    found = Sorted()
    asked: list[Item] = []
    for item in items:
        digest = await _digest(item.upload.content)
        before = versions.get(item.index)
        changed = before is not None and item.upload.current_version() != before
        if digest is None or changed:
            found.changed.append(item)
        else:
            found.hashes[item.index] = digest
            asked.append(item)
    there = await _asked(engine, lambda: _known(engine, set(found.hashes.values())))
    # A name and size shared by two files does not identify the stored one.
    suspects = [
        item for item in asked if found.hashes[item.index] in there and names[_name(item)] == 1
    ]
    earliest = None if since is None else since - SKEW
    newest = await _asked(engine, lambda: _newest(engine, suspects, ids))
    older = {index for index, file in newest.items() if _is_older(file, earliest)}
    found.stored = {index: file for index, file in newest.items() if index not in older}
    left = [item for item in asked if item.index not in found.stored]
    ours = await _hashes(settled, {item.upload.size for item in left})
    ours |= {found.hashes[index] for index in found.stored}
    for item in left:
        digest = found.hashes[item.index]
        # The service cannot distinguish two files with the same bytes: only the first gets a
        # duplicate check, unless an older copy is known, which it would be mistaken for.
        is_plain = digest in ours or item.index in older
        (found.plain if is_plain else found.guarded).append(item)
        ours.add(digest)
    return found


def _name(item: Item) -> tuple[str, int]:
    return item.upload.filename, item.upload.size


async def _digest(content: bytes | Path) -> str | None:
    steps = hashing(content)
    with suppress(OSError):
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return str(done.value)
            await rt.sleep(0)
    return None


async def _hashes(items: Iterable[Item], sizes: set[int]) -> set[str]:
    """Return the hashes of the files with one of these sizes."""
    made = {await _digest(one.upload.content) for one in items if one.upload.size in sizes}
    return {one for one in made if one is not None}


async def _asked(engine: rt.Engine, ask: Callable[[], Awaitable[T]]) -> T:
    """Send a query, also while the circuit breaker is open because of the broken requests."""
    tries = 0
    while True:
        try:
            return await ask()
        except CircuitBreakerError as error:
            pause = pause_before(error, tries, engine.config)
            if pause is None:
                raise
        tries += 1
        await rt.pause(pause, BROKEN)


async def _known(engine: rt.Engine, hashes: set[str]) -> set[str]:
    """Return those of the hashes that belong to stored files."""
    known: set[str] = set()
    every = sorted(hashes)
    for start in range(0, len(every), HASHES):
        body = DuplicateCheckRequest(hashes=every[start : start + HASHES])
        response = await engine.call(uploads.check_duplicates(body=body))
        known.update(one.lower() for one in response.duplicates)
    return known


def _is_older(file: UserFile, earliest: datetime | None) -> bool:
    made = file.created_at
    if made is None or earliest is None:
        return False
    return (made if made.tzinfo is not None else made.replace(tzinfo=UTC)) < earliest


async def _newest(engine: rt.Engine, items: Sequence[Item], ids: set[str]) -> dict[int, UserFile]:
    """Return the newest stored file with the name and size of each item, except those in `ids`."""
    left = {_name(item): item.index for item in items}
    found: dict[int, UserFile] = {}
    more, offset = bool(left), 0
    while more and left and offset < MOST_PAGES * PAGE:
        request = user_files.list_user_files(
            sort_by="created_at", sort_order="desc", limit=PAGE, offset=offset
        )
        page = await engine.call(request)
        for file in page.files:
            name = (file.filename or "", file.size_bytes)
            if name in left and file.id not in ids:
                found[left.pop(name)] = file
        more = page.has_more and bool(page.files)
        offset += PAGE
    return found


def versions(items: Iterable[Item]) -> dict[int, Version]:
    """Return the current versions of the files that have a path."""
    current = ((item.index, item.upload.current_version()) for item in items)
    return {index: version for index, version in current if version is not None}


__all__ = ["Sorted", "sort_out", "versions"]
