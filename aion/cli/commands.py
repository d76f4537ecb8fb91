"""Implements the shorter commands. Each function returns whether it succeeded."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from itertools import islice
from typing import cast

from aion import SyncAionVision
from aion.cli.ids import details_of, id_of
from aion.cli.printing import Printer, complain, plain
from aion.cli.wording import text_of
from aion.exceptions import AionvisionError
from aion.types.describe import DescriptionResult
from aion.types.files import UserFile

_MOST_A_PAGE = 100


def check(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    """Check that the service accepts the key, and print the upload quota."""
    began = time.perf_counter()
    quota = client.uploads.check_quota()
    took = time.perf_counter() - began
    base_url = client.config.base_url
    if out.as_json:
        out.json({"base_url": base_url, "seconds": round(took, 3)} | quota.to_dict())
        return True
    out.text(f"{base_url} accepts the key; it responded in {took * 1000:.0f} ms")
    out.text(f"{quota.available:,} of {quota.monthly_limit:,} uploads are left in this period")
    return True


def files(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    """List the newest matching files of the library."""
    matches = client.files.list_all(
        search=options.text,
        tags=options.tags,
        media_types=options.kinds,
        page_size=min(options.limit, _MOST_A_PAGE),
    )
    for one in islice(matches, options.limit):
        out.line(one.to_dict(), *_cells(one), whole=False)
    return True


def _cells(file: UserFile) -> tuple[object, ...]:
    day = file.created_at.date() if file.created_at is not None else "-"
    name = file.title or file.filename or "-"
    return file.id, day, f"{file.media_type or '-':<8}", name, file.upload_description


def file(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    """Print the details of files as JSON."""
    for file_id in options.ids:
        details = details_of(client, file_id)
        out.json(details.to_dict(), indent=None if out.as_json else 2)
    return True


def describe(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    """Describe images without storing them. A failed image does not stop the others."""
    failed = False
    for path in options.paths:
        try:
            # One image has one result.
            result = cast("DescriptionResult", client.describe(path))
        except AionvisionError as error:
            is_named = plain(path) in plain(str(error))
            text = text_of(error)
            complain(text if is_named else f"{path}: {text}")
            failed = True
            continue
        names = [path] if len(options.paths) > 1 else []
        out.line({**result.to_dict(), "path": path}, *names, result.description)
    return not failed


def ask(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    """Ask about the library: one question, or one from each line of standard input.

    A failed question does not end the chat.
    """
    questions = iter([" ".join(options.text)]) if options.text else _questions()
    failed = False
    images = options.images and [id_of(client, one) for one in options.images]
    with client.chat_session(image_ids=images, use_all_images=images is None) as session:
        for question in questions:
            try:
                # Not streamed: the counts in a response are only known at its end.
                response = session.send(question)
            except AionvisionError as error:
                complain(text_of(error))
                failed = True
                continue
            if out.as_json:
                out.json({"question": question} | response.to_dict())
            else:
                out.text(response.resolved_content)
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


__all__ = ["ask", "check", "describe", "file", "files"]
