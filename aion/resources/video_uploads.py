"""`client.video_uploads`: upload videos and wait for their analyses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from aion import _checks as check
from aion._flows.video_run import upload_videos
from aion._requests import videos as requests
from aion._runtime import aio as rt
from aion.resources._video_uploads_steps import VideoUploadSteps
from aion.types.callbacks import (
    VideoAnalysisProgressEvent,
    VideoChunkProgressEvent,
    VideoUploadCompleteEvent,
)
from aion.types.video import VideoUploadResult, VideoUploadResults
from aion.uploads import _media_types, _video_file
from aion.uploads._video_file import VideoCallbacks, VideoOptions

SUPPORTED_VIDEO_EXTENSIONS = set(_media_types.VIDEO_TYPES)

_MOST_AT_ONCE = 100
_MOST_RETRIES = 100


class VideoUploadsResource(VideoUploadSteps):
    """Uploads videos in chunks and polls their analyses."""

    @rt.opens_callbacks
    async def upload_one(
        self,
        file: str | Path,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        auto_analyze: bool = True,
        wait_for_analysis: bool = False,
        analysis_timeout: float | None = None,
        analysis_type: str = "full_vlm",
        max_chunk_concurrency: int | None = None,
        max_chunk_retries: int = 3,
        on_chunk_progress: Callable[[VideoChunkProgressEvent], Any] | None = None,
        on_upload_complete: Callable[[VideoUploadCompleteEvent], Any] | None = None,
        on_analysis_progress: Callable[[VideoAnalysisProgressEvent], Any] | None = None,
        journal: str | os.PathLike[str] | None = None,
    ) -> VideoUploadResult:
        """Upload one video.

        It is read from disk while it is sent, several chunks at a time. Each chunk is retried on
        its own and compared with the ETag from storage. When the upload fails, its chunks are
        removed; a cancelled call leaves that to the service. With a `journal` they stay instead:
        the same call gets the status of the upload and sends the missing chunks. It starts over if
        the service refuses to resume or the file has changed, and logs that to ``aion``. No video
        is stored twice. `aion.uploads.journal` reads the journal. The length, which is billed, is
        read from the headers of MP4, MOV and M4V; the service measures that of other formats.

        Args:
            file: The path of an MP4, QuickTime, M4V, WebM or AVI video of at most 4 GiB and 7200
                seconds.
            title: Its title, at most 255 characters.
            tags: At most 20, each of 1 to 50 letters, digits, spaces, ``-`` or ``_``.
            auto_analyze: Analyze it.
            wait_for_analysis: Wait until the analysis has ended.
            analysis_timeout: Seconds to wait for it, instead of the client's `polling_timeout`,
                which is short for a long video.
            analysis_type: ``full_vlm``, ``frame_sample``, ``scene_detection`` or ``transcript``.
            max_chunk_concurrency: Chunks sent at a time, from 1 to 100; never more than the
                service allows, which is the default.
            max_chunk_retries: How often a chunk that could not be sent gets a new URL, from 0 to
                100; never more often than the service allows.
            on_chunk_progress: Called for each chunk that is stored.
            on_upload_complete: Called when the video is stored.
            on_analysis_progress: Called after each poll of the analysis.
            journal: A file that records what is done. The same call with the same journal resumes
                after any end of this one.

        Returns:
            The stored video. If its analysis was waited for, `processing_status` is its status:
            ``completed`` or ``cancelled``.

        Raises:
            FileNotFoundError: The file does not exist; it is a `ValidationError`, too.
            ValidationError: The video cannot be uploaded, an argument is out of range, or the
                journal belongs to other files or options. Nothing was sent.
            QuotaExceededError: The quota is used up. Nothing was stored.
            VideoUploadError: The upload failed; `stage` is the step that failed.
            VideoAnalysisError: It is stored, but its analysis failed.
            AionvisionTimeoutError: It is stored, but its analysis has not ended in time;
                `last_result` holds its last state. To resume this wait, also after any other
                error, pass ``details["analysis_job_id"]`` to `video_analysis`.

        Endpoint: ``POST /video-uploads/initiate``, ``PUT`` to the URL of each chunk,
            ``POST /video-uploads/chunks/confirm``, ``POST /video-uploads/complete``
        """
        options = _options_of(
            title, tags, auto_analyze, analysis_type, max_chunk_concurrency, max_chunk_retries
        )
        _check_wait(auto_analyze, wait_for_analysis, analysis_timeout)
        callbacks = _callbacks(on_chunk_progress, on_upload_complete, on_analysis_progress)
        video = _video_file.video(file)
        (result,) = await upload_videos(
            self._engine,
            [video],
            options,
            callbacks,
            journal=journal,
            wait=wait_for_analysis,
            timeout=analysis_timeout,
        )
        return result

    @rt.opens_callbacks
    async def upload(
        self,
        files: str | Path | Iterable[str | Path],
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        recursive: bool = True,
        include_hidden: bool = False,
        auto_analyze: bool = True,
        wait_for_analysis: bool = False,
        analysis_timeout: float | None = None,
        analysis_type: str = "full_vlm",
        max_chunk_concurrency: int | None = None,
        max_chunk_retries: int = 3,
        on_chunk_progress: Callable[[VideoChunkProgressEvent], Any] | None = None,
        on_upload_complete: Callable[[VideoUploadCompleteEvent], Any] | None = None,
        on_analysis_progress: Callable[[VideoAnalysisProgressEvent], Any] | None = None,
        journal: str | os.PathLike[str] | None = None,
    ) -> VideoUploadResults:
        """Upload videos, or all videos below a directory, in sequence.

        All videos are checked before the first is sent.

        Args:
            files: A path, or a list or other iterable of paths. A directory stands for its
                ``.mp4``, ``.mov``, ``.m4v``, ``.webm`` and ``.avi`` files.
            title: A title; only for a single video.
            tags: Tags for all of them: at most 20, each of 1 to 50 letters, digits, spaces, ``-``
                or ``_``.
            recursive: Include the directories below a directory.
            include_hidden: Include files and directories whose name begins with a dot.
            auto_analyze: Analyze them.
            wait_for_analysis: Wait until the analyses of all of them have ended.
            analysis_timeout: Seconds to wait for all analyses together, from the end of the last
                upload, instead of the client's `polling_timeout`.
            analysis_type: ``full_vlm``, ``frame_sample``, ``scene_detection`` or ``transcript``.
            max_chunk_concurrency: Chunks sent at a time, from 1 to 100; never more than the
                service allows, which is the default.
            max_chunk_retries: How often a chunk that could not be sent gets a new URL, from 0 to
                100; never more often than the service allows.
            on_chunk_progress: Called for each chunk that is stored.
            on_upload_complete: Called for each video that is stored.
            on_analysis_progress: Called after each poll of an analysis.
            journal: A file that records what is done. The same call with the same journal resumes
                after any end of this one.

        Returns:
            The stored videos, in the order of the files; `skipped` counts what directories left
            out.

        Raises:
            FileNotFoundError: The file does not exist; it is a `ValidationError`, too.
            ValidationError: No video was found, one of them cannot be uploaded, an argument is out
                of range, or the journal belongs to other files or options. Nothing was sent.
            AionvisionError: As `upload_one`. ``details["stored_media_ids"]`` lists the videos that
                are stored: do not upload these again. `partial_results` holds their results.

        Endpoint: ``POST /video-uploads/initiate`` and the others of `upload_one`
        """
        options = _options_of(
            title, tags, auto_analyze, analysis_type, max_chunk_concurrency, max_chunk_retries
        )
        _check_wait(auto_analyze, wait_for_analysis, analysis_timeout)
        callbacks = _callbacks(on_chunk_progress, on_upload_complete, on_analysis_progress)
        videos, skipped = _video_file.videos(
            files, recursive=recursive, include_hidden=include_hidden, journal=journal
        )
        if title is not None and len(videos) > 1:
            check.refuse("title", title, f"None for several videos; these are {len(videos)}")
        return await upload_videos(
            self._engine,
            videos,
            options,
            callbacks,
            journal=journal,
            wait=wait_for_analysis,
            timeout=analysis_timeout,
            skipped=skipped,
        )


def _options_of(
    title: str | None,
    tags: Sequence[str] | None,
    auto_analyze: bool,
    analysis_type: str,
    concurrency: int | None,
    retries: int,
) -> VideoOptions:
    if concurrency is not None:
        check.whole_number("max_chunk_concurrency", concurrency, 1, _MOST_AT_ONCE)
    return VideoOptions(
        requests.title_of(title),
        requests.tags_of(tags),
        auto_analyze,
        check.choice("analysis_type", analysis_type, _video_file.ANALYSES),
        concurrency,
        check.whole_number("max_chunk_retries", retries, 0, _MOST_RETRIES),
    )


def _callbacks(
    on_chunk_progress: Callable[[VideoChunkProgressEvent], Any] | None,
    on_upload_complete: Callable[[VideoUploadCompleteEvent], Any] | None,
    on_analysis_progress: Callable[[VideoAnalysisProgressEvent], Any] | None,
) -> VideoCallbacks:
    rt.check_callbacks(
        on_chunk_progress=on_chunk_progress,
        on_upload_complete=on_upload_complete,
        on_analysis_progress=on_analysis_progress,
    )
    return VideoCallbacks(on_chunk_progress, on_upload_complete, on_analysis_progress)


def _check_wait(auto_analyze: bool, wait: bool, timeout: float | None) -> None:
    if wait and not auto_analyze:
        check.refuse("wait_for_analysis", wait, "False without auto_analyze: nothing to wait for")
    check.optional_seconds("analysis_timeout", timeout)
