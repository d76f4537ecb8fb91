"""`aion upload`: images, documents or videos, and what became of each."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from aion import SyncAionVision
from aion.cli.printing import Printer
from aion.exceptions import AionvisionError
from aion.resources.video_uploads import SUPPORTED_VIDEO_EXTENSIONS
from aion.types.documents import BatchDocumentUploadResults, DocumentUploadResult
from aion.types.upload import BatchUploadResults, UploadResult

_Results = TypeVar("_Results", BatchUploadResults, BatchDocumentUploadResults)
_NOT_STORED = "not stored"


def upload(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    """Upload what is wanted; whether all went well. What is stored is told in any case."""
    return _UPLOADS[wanted.kind](client, wanted, out)


def _images(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    results = _told(
        lambda: client.upload(
            wanted.paths,
            tags=wanted.tags,
            journal=wanted.journal,
            wait_for_descriptions=wanted.wait,
            description_timeout=wanted.wait_timeout,
            raise_on_failure=False,
            progress=sys.stderr.isatty() and find_spec("rich") is not None,
        ),
        BatchUploadResults,
        lambda found: _tell_images(found, out),
    )
    return not results.has_failures


def _tell_images(results: Iterable[UploadResult], out: Printer) -> None:
    for one in results:
        standing = str(one.description_status) if one.is_stored else _NOT_STORED
        about = one.description_error or one.description
        _tell(out, one.to_dict(), standing, one.image_id, one.filename, about)


def _documents(client: SyncAionVision, wanted: Namespace, out: Printer) -> bool:
    if wanted.tags:
        raise ValueError("--tag is for images and videos: documents are uploaded without tags")
    results = _told(
        lambda: client.documents.upload(
            wanted.paths,
            journal=wanted.journal,
            wait_for_processing=wanted.wait,
            processing_timeout=wanted.wait_timeout,
            raise_on_failure=False,
        ),
        BatchDocumentUploadResults,
        lambda found: _tell_documents(found, out),
    )
    return not results.has_failures


def _tell_documents(results: Iterable[DocumentUploadResult], out: Printer) -> None:
    for one in results:
        standing = str(one.status) if one.is_stored else _NOT_STORED
        about = one.processing_error or one.extracted_text_preview
        _tell(out, one.to_dict(), standing, one.document_id, one.filename, about)


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
            _tell(out, {"media_id": media_id, "file": str(path)}, "stored", media_id, path, None)
        raise
    for path, one in zip(videos, results, strict=True):
        standing = one.processing_status or one.status
        fields = {**one.to_dict(), "file": str(path)}
        _tell(out, fields, standing, one.media_id, path, None)
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
    call: Callable[[], _Results], kind: type[_Results], tell: Callable[[_Results], None]
) -> _Results:
    """What a call gives, told; of a call that breaks, what its error knows of it."""
    try:
        results = call()
    except AionvisionError as error:
        for known in (getattr(error, "partial_results", None), getattr(error, "last_result", None)):
            if isinstance(known, kind):
                tell(known)
                break
        raise
    tell(results)
    return results


def _tell(
    out: Printer,
    fields: dict[str, Any],
    standing: str,
    id: str,  # noqa: A002 - as everywhere
    name: object,
    about: object,
) -> None:
    out.line(fields, f"{standing:<10}", id or "-", name, about)


_UPLOADS = {"images": _images, "documents": _documents, "videos": _videos}
