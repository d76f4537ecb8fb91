"""Implements `aion upload`: uploads images, documents or videos, and prints each result."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from aion import SyncAionVision
from aion.cli.printing import Printer
from aion.exceptions import AionvisionError
from aion.resources.video_uploads import SUPPORTED_VIDEO_EXTENSIONS
from aion.types.documents import BatchDocumentUploadResults, DocumentUploadResult
from aion.types.upload import BatchUploadResults, UploadResult
from aion.uploads._progress_bar import Lines
from aion.uploads.progress import UploadProgress

_Row = tuple[str, str, object, object]
"""The status of a file, its id, its name, and its description or error."""


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
        about = one.description_error or one.description
        return str(one.description_status), one.image_id, one.filename, about

    return _print_results(send, BatchUploadResults, row, out)


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
        about = one.processing_error or one.extracted_text_preview
        return str(one.status), one.document_id, one.filename, about

    return _print_results(send, BatchDocumentUploadResults, row, out)


def _videos(client: SyncAionVision, options: Namespace, out: Printer) -> bool:
    videos = list(_videos_of(options.paths))
    try:
        results = client.video_uploads.upload(
            videos,
            tags=options.tags,
            journal=options.journal,
            wait_for_analysis=options.wait,
            analysis_timeout=options.wait_timeout,
        )
    except AionvisionError as error:
        stored = error.details.get("stored_media_ids", ())
        for path, media_id in zip(videos, stored, strict=False):
            _print_row(out, {"media_id": media_id, "file": str(path)}, "stored", media_id, path)
        raise
    for path, one in zip(videos, results, strict=True):
        status = one.processing_status or one.status
        fields = {**one.to_dict(), "file": str(path)}
        _print_row(out, fields, status, one.media_id, path)
    return True


def _videos_of(paths: Sequence[str]) -> Iterator[Path]:
    """Yield the video files to upload. They label the rows: responses have no file names."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("*")):
            is_hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.suffix.lower() in SUPPORTED_VIDEO_EXTENSIONS and not is_hidden:
                yield file


def _print_results(
    send: Callable[[], Any], kind: type[Any], row: Callable[[Any], _Row], out: Printer
) -> bool:
    """Upload, print the results or the partial results of an error; return whether all is well."""
    try:
        results = send()
    except AionvisionError as error:
        candidates: list[Any] = [getattr(error, "partial_results", None), error.last_result]
        for partial in candidates:
            if isinstance(partial, kind):
                _print_rows(partial, row, out)
                break
        raise
    _print_rows(results, row, out)
    return not results.has_failures


def _print_rows(results: Iterable[Any], row: Callable[[Any], _Row], out: Printer) -> None:
    for one in results:
        status, *rest = row(one)
        _print_row(out, one.to_dict(), status if one.is_stored else "not stored", *rest)


def _print_row(
    out: Printer, fields: dict[str, Any], status: str, stored_id: object, *about: object
) -> None:
    out.line(fields, f"{status:<10}", stored_id or "-", *about)


_UPLOADS = {"images": _images, "documents": _documents, "videos": _videos}
