"""Implements `aion upload`: uploads images, documents or videos, and prints each result."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from aion import SyncAionVision
from aion.cli.leaving_out import say_left_out, unlogged
from aion.cli.printing import Printer
from aion.exceptions import AionvisionError
from aion.types.documents import BatchDocumentUploadResults, DocumentUploadResult
from aion.types.upload import BatchUploadResults, UploadResult
from aion.types.video import VideoUploadResult, VideoUploadResults
from aion.uploads._local_file import tidy
from aion.uploads._progress_bar import Lines
from aion.uploads.progress import UploadProgress

_Row = tuple[str, str, object]
"""The status of a file, its id, and its description or error."""


def upload(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    """Upload files and print each result, stored ones even after an error.

    Returns whether everything succeeded.
    """
    return _UPLOADS[options.kind](client, options, out)


def _images(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    def send() -> BatchUploadResults:
        return client.upload(
            options.paths,
            tags=options.tags,
            journal=options.journal,
            wait_for_descriptions=options.wait,
            description_timeout=options.wait_timeout,
            raise_on_failure=False,
            progress=_progress(),
        )

    def row(one: UploadResult) -> _Row:
        status = str(one.description_status) if one.is_stored else _NOT_STORED
        return status, one.image_id, one.description_error or one.description

    results = _print_results(send, BatchUploadResults, row, options, out)
    return not results.has_failures


def _progress() -> bool | Callable[[UploadProgress], Any]:
    """Return the `progress` of an upload: bars or lines on a terminal, else the waits alone."""
    if not sys.stderr.isatty():
        return False
    return find_spec("rich") is not None or Lines().print


def _documents(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    if options.tags:
        raise ValueError("--tag is for images and videos: documents are uploaded without tags")

    def send() -> BatchDocumentUploadResults:
        return client.documents.upload(
            options.paths,
            journal=options.journal,
            wait_for_processing=options.wait,
            processing_timeout=options.wait_timeout,
            raise_on_failure=False,
        )

    def row(one: DocumentUploadResult) -> _Row:
        status = str(one.status) if one.is_stored else _NOT_STORED
        return status, one.document_id, one.processing_error or one.extracted_text_preview

    results = _print_results(send, BatchDocumentUploadResults, row, options, out)
    return not results.has_failures


def _videos(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    def send() -> VideoUploadResults:
        return client.video_uploads.upload(
            options.paths,
            tags=options.tags,
            journal=options.journal,
            wait_for_analysis=options.wait,
            analysis_timeout=options.wait_timeout,
        )

    def row(one: VideoUploadResult) -> _Row:
        return one.processing_status or one.status, one.media_id, None

    _print_results(send, VideoUploadResults, row, options, out)
    return True


def _print_results(
    send: Callable[[], Any],
    kind: type[Any],
    row: Callable[[Any], _Row],
    options: Namespace,
    out: Printer,
) -> Any:
    """Upload, print the results or the partial results of an error; return the results."""
    try:
        with unlogged():
            results = send()
    except AionvisionError as error:
        for partial in (error.partial_results, error.last_result):
            if isinstance(partial, kind):
                _print_rows(partial, row, options, out)
                break
        raise
    _print_rows(results, row, options, out)
    return results


def _print_rows(results: Any, row: Callable[[Any], _Row], options: Namespace, out: Printer) -> None:
    place = _places(options.paths)
    for one in results:
        status, stored_id, about = row(one)
        out.line(one.to_dict(), f"{status:<10}", stored_id or "-", place(one.path), about)
    say_left_out(results.skipped)


def _places(arguments: Sequence[str]) -> Callable[[str], str]:
    """Return a function that returns the path of a file as people expect it for these arguments.

    A file is printed as it was typed. A file below the only argument is printed relative to it,
    one below one of several as it is reached from that argument.
    """
    if len(arguments) == 1 and os.path.isdir(arguments[0]):  # noqa: PTH112 - it never raises
        return lambda path: os.path.relpath(path, arguments[0])
    typed = {tidy(one): one for one in arguments}
    return lambda path: typed.get(path, path)


_NOT_STORED = "not stored"
_UPLOADS = {"images": _images, "documents": _documents, "videos": _videos}
