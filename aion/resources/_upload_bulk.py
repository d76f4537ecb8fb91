"""Uploads many files in few requests, and gets the remaining quota."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve

from aion import _checks as check
from aion._flows.bulk_run import run_batch
from aion._flows.bulk_upload import image_batch
from aion._flows.quota import quota_of
from aion._requests.storage import target_of
from aion._runtime import aio as rt
from aion.resources._upload_presigned import PresignedUploads
from aion.types.callbacks import (
    DescriptionFailedEvent,
    DescriptionProgressEvent,
    FileCompleteEvent,
    UploadProgressEvent,
)
from aion.types.common import StorageTarget
from aion.types.upload import BatchUploadResults, QuotaInfo
from aion.uploads import _expand
from aion.uploads._plan import Callbacks, Pace
from aion.uploads._progress_bar import display
from aion.uploads._record import NO_RECORD, JournalRecord, Record, options_of
from aion.uploads.progress import UploadProgress
from aion_api import UNSET
from aion_api.models.user_files import StreamBatchUploadBody

_INTENTS = ("describe", "verify", "rules")
_LEVELS = ("default", "quick", "standard", "thorough", "critical")


class BatchUploads(PresignedUploads):
    """Uploads many files."""

    @rt.opens_callbacks
    async def upload(
        self,
        files: str | Path | bytes | Iterable[str | Path | bytes],
        *,
        filename: str | None = None,
        filenames: Sequence[str | None] | None = None,
        recursive: bool = True,
        include_hidden: bool = False,
        wait_for_descriptions: bool = True,
        raise_on_failure: bool = True,
        description_timeout: float | None = None,
        on_progress: Callable[[UploadProgressEvent], Any] | None = None,
        on_file_complete: Callable[[FileCompleteEvent], Any] | None = None,
        on_description_progress: Callable[[DescriptionProgressEvent], Any] | None = None,
        on_description_failed: Callable[[DescriptionFailedEvent], Any] | None = None,
        storage_target: StorageTarget | str = StorageTarget.DEFAULT,
        tags: Sequence[str] | None = None,
        auto_describe: bool = True,
        skip_duplicates: bool = False,
        journal: str | os.PathLike[str] | None = None,
        progress: bool | Callable[[UploadProgress], Any] = False,
    ) -> BatchUploadResults:
        """Upload one image, any number of images, or the images of directories.

        Everything is as in `upload_batch`; `filename` names a single file.

        Args:
            files: A path, bytes, or a list or other iterable of them.
            filename: The name to store, if `files` is one file.
            filenames: The names to store, one for each entry of `files`.
            recursive: Include the directories below a directory.
            include_hidden: Include files and directories whose name begins with a dot.
            wait_for_descriptions: Wait until the AI descriptions have ended.
            raise_on_failure: Raise when a file failed; otherwise the results report it, even for a
                named file that cannot be uploaded.
            description_timeout: Seconds to wait for all of them, instead of `polling_timeout`.
            on_progress: Called for each file before it is sent.
            on_file_complete: Called for each file once it is stored.
            on_description_progress: Called for each description that has ended.
            on_description_failed: Called for each description that failed.
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.
            tags: Tags for all files: at most 40 of at most 50 characters, without commas.
            auto_describe: Have the images described.
            skip_duplicates: Do not store duplicates; the result is then the older image.
            journal: A file that records what is done. The same call with the same journal resumes
                after any end of this one.
            progress: True shows it on stderr, which needs the extra ``progress``; or a
                callable that receives an `aion.uploads.progress.UploadProgress` at each step.

        Returns:
            One result for each file, in the order of the input; `skipped` counts what directories
            left out, by reason.

        Raises:
            ValidationError: Named files cannot be uploaded (the message lists the first ten), an
                argument is out of range, or the journal belongs to other files or options. Nothing
                was sent.
            QuotaExceededError: The quota does not suffice. `partial_results` lists what is
                stored, if it ran out midway.
            UploadError: The service stopped accepting files, or refused some; `partial_results`
                holds all results.
            DescriptionError: All files are stored, but a description failed; `partial_results` as
                above.
            AionvisionTimeoutError: All files are stored, but descriptions are not ready in time;
                `last_result` holds all results.
            DependencyError: `progress` is True and `rich` is not installed.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        return await self.upload_batch(
            files,
            filenames=_expand.names_of(filename, filenames),
            recursive=recursive,
            include_hidden=include_hidden,
            wait_for_descriptions=wait_for_descriptions,
            raise_on_failure=raise_on_failure,
            description_timeout=description_timeout,
            on_progress=on_progress,
            on_file_complete=on_file_complete,
            on_description_progress=on_description_progress,
            on_description_failed=on_description_failed,
            storage_target=storage_target,
            tags=tags,
            auto_describe=auto_describe,
            skip_duplicates=skip_duplicates,
            journal=journal,
            progress=progress,
        )

    @rt.opens_callbacks
    async def upload_batch(
        self,
        files: str | Path | bytes | Iterable[str | Path | bytes],
        *,
        filenames: Sequence[str | None] | None = None,
        recursive: bool = True,
        include_hidden: bool = False,
        wait_for_descriptions: bool = True,
        raise_on_failure: bool = True,
        description_timeout: float | None = None,
        on_progress: Callable[[UploadProgressEvent], Any] | None = None,
        on_file_complete: Callable[[FileCompleteEvent], Any] | None = None,
        on_description_progress: Callable[[DescriptionProgressEvent], Any] | None = None,
        on_description_failed: Callable[[DescriptionFailedEvent], Any] | None = None,
        intent: str = "describe",
        verification_level: str = "standard",
        storage_target: StorageTarget | str = "default",
        tags: Sequence[str] | None = None,
        auto_describe: bool = True,
        skip_duplicates: bool = False,
        journal: str | os.PathLike[str] | None = None,
        progress: bool | Callable[[UploadProgress], Any] = False,
    ) -> BatchUploadResults:
        """Upload up to 10,000 images in several concurrent requests.

        Files are streamed from disk in requests of as many files as the plan allows. Without
        waiting, a request has at most 5 files, whose ids the service returns at once. A directory
        stands for its ``.jpg .jpeg .png .webp .gif`` files, sorted by path; one of them that is not
        an image fails in the results and does not stop the others. A bad file that is named ends
        the call before anything is sent, unless `raise_on_failure` is false.

        After a lost response, the service is asked which files are stored, by their hashes, and
        only the others are resent. Two things cannot be known. A file with the same bytes, but
        another name, or stored less than half a minute before, may have been in the library
        already; it is then treated as the one that was sent. And of files with the same bytes in
        requests that fail at the same time, the number of stored copies is unknown.

        With a `journal`, a second call with the same files and options resumes: it sends the files
        that are missing or have changed, and waits for those that are not described. Callbacks are
        called for these files only. `aion.uploads.journal` reads it.

        Args:
            files: A path, or a list or other iterable of paths and bytes.
            filenames: The names to store, one for each entry of `files`; bytes need one, and
                None keeps the name of a path.
            recursive: Include the directories below a directory.
            include_hidden: Include files and directories whose name begins with a dot.
            wait_for_descriptions: Wait until the AI descriptions have ended, if there are any.
            raise_on_failure: Raise when a file failed; otherwise the results report it, even for a
                named file that cannot be uploaded.
            description_timeout: Seconds to wait for all of them once all files are sent,
                instead of the client's `polling_timeout`.
            on_progress: Called for each file before it is sent.
            on_file_complete: Called for each file once it is stored and its id is known.
            on_description_progress: Called for each description that has ended or failed.
            on_description_failed: Called for each description that failed.
            intent: ``describe``; of the older contract also ``verify`` and ``rules``.
            verification_level: Of the older contract, for the other intents: ``default``,
                ``quick``, ``standard``, ``thorough`` or ``critical``.
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.
            tags: Tags for all files: at most 40 of at most 50 characters, without commas.
            auto_describe: Have the images described.
            skip_duplicates: Do not store duplicates; the result is then the older image.
            journal: A file that records what is done. The same call with the same journal resumes
                after any end of this one.
            progress: True shows it on stderr, which needs the extra ``progress``; or a
                callable that receives an `aion.uploads.progress.UploadProgress` at each step.

        Returns:
            One result for each file, in the order of the input. A file that was not stored has an
            empty `image_id` and its reason in `description_error`. `skipped` counts what
            directories left out, by reason; it is logged to ``aion``, too.

        Raises:
            ValidationError: Named files cannot be uploaded (the message lists the first ten), an
                argument is out of range, or the journal belongs to other files or options. Nothing
                was sent.
            QuotaExceededError: The quota does not suffice. `partial_results` lists what is
                stored, if it ran out midway.
            UploadError: The service stopped accepting files, or refused some; `partial_results`
                holds all results.
            DescriptionError: All files are stored, but a description failed; `partial_results` as
                above.
            AionvisionTimeoutError: All files are stored, but descriptions are not ready in time;
                `last_result` holds all results.
            DependencyError: `progress` is True and `rich` is not installed.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        rt.check_callbacks(
            on_progress=on_progress,
            on_file_complete=on_file_complete,
            on_description_progress=on_description_progress,
            on_description_failed=on_description_failed,
            progress=progress if callable(progress) else None,
        )
        form = StreamBatchUploadBody(
            files=[],
            auto_describe=UNSET if auto_describe else False,
            skip_duplicates=skip_duplicates or UNSET,
            tags=_joined(tags),
            storage_target=target_of("storage_target", storage_target),
        )
        intent = check.choice("intent", intent, _INTENTS)
        verification_level = check.choice("verification_level", verification_level, _LEVELS)
        if (intent, verification_level) != ("describe", "standard"):
            # Only the older contract has these fields; a newer service may refuse them.
            form = evolve(form, intent=intent, verification_level=verification_level)
        check.optional_seconds("description_timeout", description_timeout)
        found = _expand.expand(
            files,
            filenames,
            recursive=recursive,
            include_hidden=include_hidden,
            keep_bad=not raise_on_failure,
            journal=journal,
        )
        shown = display(progress)
        record: Record = NO_RECORD
        try:
            if journal is not None:
                record = JournalRecord(
                    journal, found, self._engine.config.base_url, options=options_of(form)
                )
            callbacks = Callbacks(
                on_progress,
                on_file_complete,
                on_description_progress,
                on_description_failed,
                shown.show,
            )
            batch = image_batch(self._engine, found, form, callbacks, record, found.skipped)
            # The batch releases the files once all are sent.
            del found
            results = await run_batch(
                self._engine,
                batch,
                partial(Pace.of, results_at_once=not wait_for_descriptions),
                ids_only=not (wait_for_descriptions and auto_describe),
                timeout=description_timeout,
                journal=journal,
            )
        finally:
            record.close()
            shown.close()
        return results.raise_on_failures() if raise_on_failure else results

    async def check_quota(self, file_count: int = 1) -> QuotaInfo:
        """Get the remaining quota for uploads.

        Args:
            file_count: Number of files to upload, 1 or more.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``GET /uploads/quota-check``
        """
        count = check.whole_number("file_count", file_count, 1)
        return await quota_of(self._engine, count)


def _joined(tags: Sequence[str] | None) -> str | None:
    """Join tags into the one form field that sends them."""
    words = check.texts("tags", tags, most=40, longest=50)
    for number, word in enumerate(words or ()):
        if "," in word:
            rule = "text without commas (tags are sent comma-separated)"
            check.refuse(f"tags[{number}]", word, rule)
    return ",".join(words) if words else None
