"""What each command but `upload` does with a client; each says whether all went well."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from itertools import islice
from typing import cast

from aion import SyncAionVision
from aion.cli.printing import Printer, complain, plain
from aion.exceptions import AionvisionError
from aion.types.describe import DescriptionResult
from aion.types.files import UserFile

_MOST_A_PAGE = 100


def check(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    """Ask the service whether it takes the key, and what may still be uploaded."""
    began = time.perf_counter()
    quota = client.uploads.check_quota()
    took = time.perf_counter() - began
    base_url = client.config.base_url
    if out.as_json:
        out.json({"base_url": base_url, "seconds": round(took, 3)} | quota.to_dict())
        return True
    out.text(f"{base_url} takes the key; it answered in {took * 1000:.0f} ms")
    out.text(f"{quota.available:,} of {quota.monthly_limit:,} uploads are left in this period")
    return True


def files(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    """List the newest files of the library that match."""
    found = client.files.list_all(
        search=wanted.text,
        tags=wanted.tags,
        media_types=wanted.kinds,
        page_size=min(wanted.limit, _MOST_A_PAGE),
    )
    for one in islice(found, wanted.limit):
        out.line(one.to_dict(), *_cells(one), whole=False)
    return True


def _cells(file: UserFile) -> tuple[object, ...]:
    day = file.created_at.date() if file.created_at is not None else "-"
    name = file.title or file.filename or "-"
    return file.id, day, f"{file.media_type or '-':<8}", name, file.upload_description


def file(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    """Everything that is known of files, as JSON."""
    for file_id in wanted.ids:
        details = client.files.get(file_id)
        out.json(details.to_dict(), indent=None if out.as_json else 2)
    return True


def download(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    """Write a file as it was uploaded to disk."""
    path = str(client.files.download_to(wanted.id, wanted.path))
    out.line({"id": wanted.id, "file": path}, path)
    return True


def describe(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    """Describe images without storing them. One that cannot be described stops no other."""
    failed = False
    for path in wanted.paths:
        try:
            # One image has one result.
            result = cast("DescriptionResult", client.describe(path))
        except AionvisionError as error:
            is_named = plain(path) in plain(str(error))
            complain(str(error) if is_named else f"{path}: {error}")
            failed = True
            continue
        names = [path] if len(wanted.paths) > 1 else []
        out.line({**result.to_dict(), "file": path}, *names, result.description)
    return not failed


def ask(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    """Talk about the library; a question in each line of standard input where none is given.

    A question that goes wrong does not end a talk.
    """
    questions = iter([" ".join(wanted.text)]) if wanted.text else _questions()
    failed = False
    with client.chat_session(
        image_ids=wanted.images, use_all_images=wanted.images is None
    ) as session:
        for question in questions:
            try:
                # Counts in an answer are known at its end only, so it is not streamed.
                answer = session.send(question)
            except AionvisionError as error:
                complain(str(error))
                failed = True
                continue
            if out.as_json:
                out.json({"question": question} | answer.to_dict())
            else:
                out.text(answer.resolved_content)
    return not failed


def _questions() -> Iterator[str]:
    is_typed = sys.stdin.isatty()
    while True:
        if is_typed:
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            if is_typed:
                sys.stderr.write("\n")
            return
        if line.strip():
            yield line.strip()


__all__ = ["ask", "check", "describe", "download", "file", "files"]
