"""What each command does with a client; each returns the exit status."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from itertools import islice

from aion import SyncAionVision
from aion.cli.printing import Printer
from aion.exceptions import UploadError
from aion.types.describe import DescriptionResult
from aion.types.documents import BatchDocumentUploadResults
from aion.types.upload import BatchUploadResults

OK, FAILED = 0, 1
_MOST_A_PAGE = 100


def check(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    """Ask the service whether it takes the key, and what may still be uploaded."""
    began = time.perf_counter()
    quota = client.uploads.check_quota()
    took = time.perf_counter() - began
    if out.as_json:
        out.json({"base_url": client.config.base_url, "seconds": round(took, 3)} | quota.to_dict())
        return OK
    out.text(f"{client.config.base_url} takes the key; it answered in {took * 1000:.0f} ms\n")
    out.text(f"{quota.available:,} of {quota.monthly_limit:,} uploads are left in this period\n")
    return OK


def upload(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    """Upload images, documents or videos, and tell what became of each."""
    return _UPLOADS[wanted.kind](client, wanted, out)


def _images(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    try:
        results = client.upload(
            wanted.paths,
            tags=wanted.tags,
            journal=wanted.journal,
            wait_for_descriptions=wanted.wait,
            raise_on_failure=False,
            progress=sys.stderr.isatty(),
        )
    except UploadError as error:
        if isinstance(error.partial_results, BatchUploadResults):
            _tell_images(error.partial_results, out)
        raise
    return _tell_images(results, out)


def _tell_images(results: BatchUploadResults, out: Printer) -> int:
    for one in results:
        standing = str(one.description_status) if one.is_stored else "not stored"
        about = one.description_error or one.description
        out.upload(one, standing, one.image_id, one.filename, about)
    return FAILED if results.has_failures else OK


def _documents(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    if wanted.tags:
        raise ValueError("--tag is for images and videos: documents are uploaded without tags")
    try:
        results = client.documents.upload(
            wanted.paths,
            journal=wanted.journal,
            wait_for_processing=wanted.wait,
            raise_on_failure=False,
        )
    except UploadError as error:
        if isinstance(error.partial_results, BatchDocumentUploadResults):
            _tell_documents(error.partial_results, out)
        raise
    return _tell_documents(results, out)


def _tell_documents(results: BatchDocumentUploadResults, out: Printer) -> int:
    for one in results:
        standing = str(one.status) if one.is_stored else "not stored"
        about = one.processing_error or one.extracted_text_preview
        out.upload(one, standing, one.document_id, one.filename, about)
    return FAILED if results.has_failures else OK


def _videos(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    results = client.video_uploads.upload(
        wanted.paths, tags=wanted.tags, journal=wanted.journal, wait_for_analysis=wanted.wait
    )
    for path, one in zip(wanted.paths, results, strict=True):
        out.upload(one, one.processing_status or one.status, one.media_id, path, None)
    return OK


_UPLOADS = {"images": _images, "documents": _documents, "videos": _videos}


def files(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    """List the newest files of the library that match."""
    found = client.files.list_all(
        search=wanted.text,
        tags=wanted.tags,
        media_types=wanted.kinds,
        page_size=min(wanted.limit, _MOST_A_PAGE),
    )
    for file in islice(found, wanted.limit):
        out.file(file)
    return OK


def file(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    """Everything that is known of files, as JSON."""
    for file_id in wanted.ids:
        details = client.files.get(file_id)
        out.json(details.to_dict(), indent=None if out.as_json else 2)
    return OK


def download(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    """Write a file as it was uploaded to disk."""
    path = client.files.download_to(wanted.id, wanted.path)
    out.text(f"{path}\n")
    return OK


def describe(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    """Describe images without storing them."""
    for path in wanted.paths:
        result = client.describe(path)
        assert isinstance(result, DescriptionResult)
        out.line(result, *([path] if len(wanted.paths) > 1 else []), result.description)
    return OK


def ask(client: SyncAionVision, wanted: Namespace, out: Printer) -> int:
    """Talk about the library; a question in each line of standard input where none is given."""
    questions = iter([" ".join(wanted.text)]) if wanted.text else _questions()
    with client.chat_session(
        image_ids=wanted.images, use_all_images=wanted.images is None
    ) as session:
        for question in questions:
            # Counts in an answer are known at its end only, so it is not streamed.
            answer = session.send(question)
            if out.as_json:
                out.json({"question": question} | answer.to_dict())
            else:
                out.text(f"{answer.resolved_content}\n")
    return OK


def _questions() -> Iterator[str]:
    is_typed = sys.stdin.isatty()
    while True:
        if is_typed:
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.strip()


__all__ = ["FAILED", "OK", "ask", "check", "describe", "download", "file", "files", "upload"]
