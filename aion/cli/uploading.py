"""`aion upload`: images, documents or videos, and what became of each."""

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

_Row = tuple[str, str, object, object]
"""How a file stands, its id, its name, and what there is to say about it."""


def upload(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    """Upload what is wanted; whether all went well. What is stored is told in any case."""
    return _UPLOADS[wanted.kind](client, wanted, out)


def _images(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    def send() -> BatchUploadResults:
        return client.upload(
            wanted.paths,
            tags=wanted.tags,
            journal=wanted.journal,
            wait_for_descriptions=wanted.wait,
            description_timeout=wanted.wait_timeout,
            raise_on_failure=False,
            progress=sys.stderr.isatty() and find_spec("rich") is not None,
        )

    def row(one: UploadResult) -> _Row:
        about = one.description_error or one.description
        return str(one.description_status), one.image_id, one.filename, about

    return _told(send, BatchUploadResults, row, out)


def _documents(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    if wanted.tags:
        raise ValueError("--tag is for images and videos: documents are uploaded without tags")

    def send() -> BatchDocumentUploadResults:
        return client.documents.upload(
            wanted.paths,
            journal=wanted.journal,
            wait_for_processing=wanted.wait,
            processing_timeout=wanted.wait_timeout,
            raise_on_failure=False,
        )

    def row(one: DocumentUploadResult) -> _Row:
        about = one.processing_error or one.extracted_text_preview
        return str(one.status), one.document_id, one.filename, about

    return _told(send, BatchDocumentUploadResults, row, out)


def _videos(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    videos = list(_videos_of(wanted.paths))
    try:
        results = client.video_uploads.upload(
            videos,
            tags=wanted.tags,
            journal=wanted.journal,
            wait_for_analysis=wanted.wait,
            analysis_timeout=wanted.wait_timeout,
        )
    except AionvisionError as error:
        stored = error.details.get("stored_media_ids", ())
        for path, media_id in zip(videos, stored, strict=False):
            _tell(out, {"media_id": media_id, "file": str(path)}, "stored", media_id, path)
        raise
    for path, one in zip(videos, results, strict=True):
        standing = one.processing_status or one.status
        fields = {**one.to_dict(), "file": str(path)}
        _tell(out, fields, standing, one.media_id, path)
    return True


def _videos_of(paths: Sequence[str]) -> Iterator[Path]:
    """The files that are meant: the names of their results are not in the answers."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        for found in sorted(path.rglob("*")):
            is_hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
            if found.suffix.lower() in SUPPORTED_VIDEO_EXTENSIONS and not is_hidden:
                yield found


def _told(
    send: Callable[[], Any], kind: type[Any], row: Callable[[Any], _Row], out: Printer
) -> bool:
    """Whether all went well; what an upload gives is told, or what its error knows of it."""
    try:
        results = send()
    except AionvisionError as error:
        told: list[Any] = [getattr(error, "partial_results", None), error.last_result]
        for known in told:
            if isinstance(known, kind):
                _tell_all(known, row, out)
                break
        raise
    _tell_all(results, row, out)
    return not results.has_failures


def _tell_all(results: Iterable[Any], row: Callable[[Any], _Row], out: Printer) -> None:
    for one in results:
        standing, *rest = row(one)
        _tell(out, one.to_dict(), standing if one.is_stored else "not stored", *rest)


def _tell(
    out: Printer, fields: dict[str, Any], standing: str, stored_id: object, *about: object
) -> None:
    out.line(fields, f"{standing:<10}", stored_id or "-", *about)


_UPLOADS = {"images": _images, "documents": _documents, "videos": _videos}
