"""Uploads videos in sequence, then polls their analyses together."""

from __future__ import annotations

import os
from collections.abc import Sequence

from attrs import evolve

from aion._callbacks import CallbackRaised, raised_error
from aion._flows.video_analysis import analyzed
from aion._flows.video_upload import VideoUpload
from aion._runtime import aio as rt
from aion._waiting.plan import PollPlan, begin
from aion.exceptions import AionvisionError
from aion.types._skipped import Skipped
from aion.types.callbacks import VideoAnalysisProgressEvent
from aion.types.video import VideoAnalysisJobStatus, VideoUploadResult, VideoUploadResults
from aion.uploads._errors import add_stored_note
from aion.uploads._video_file import Video, VideoCallbacks, VideoOptions
from aion.uploads._video_record import NO_VIDEO_RECORD, VideoJournalRecord, VideoRecord

_NOTHING_LEFT = ("completed", "cancelled")
"""Final statuses that need no poll; a failed analysis is polled once more for its reason."""


async def upload_videos(
    engine: rt.Engine,
    videos: Sequence[Video],
    options: VideoOptions,
    callbacks: VideoCallbacks,
    *,
    journal: str | os.PathLike[str] | None,
    wait: bool,
    timeout: float | None,
    skipped: Skipped | None = None,
) -> VideoUploadResults:
    """Upload videos; resume those that an earlier call with the same journal began.

    Args:
        engine: Sends the requests.
        videos: The videos.
        options: The options of the call.
        callbacks: The callbacks of the caller.
        journal: A file that records what is done, or None.
        wait: Poll until the analyses of all of them have ended.
        timeout: Seconds to wait for all analyses together; None uses `polling_timeout`.
        skipped: What directories left out, by reason.

    Raises:
        AionvisionError: As `VideoUpload.run` and `analyzed`; ``details["stored_media_ids"]`` lists
            the videos that are stored, and `partial_results` holds their results.
    """
    record: VideoRecord = NO_VIDEO_RECORD
    results = VideoUploadResults(skipped=skipped)
    try:
        if journal is not None:
            record = VideoJournalRecord(journal, videos, engine.config.base_url, options)
        for index, video in enumerate(videos):
            upload = VideoUpload(engine, video, options, callbacks, record, index)
            await upload.run(results.append)
        if wait:
            whole = begin(engine.config, timeout)
            # The analyses run concurrently: polling one after the other takes no longer.
            for index, result in enumerate(results):
                # Each wait has its own pauses; all share one deadline.
                plan = PollPlan(engine.config.polling_interval, whole.timeout, whole.start)
                results[index] = await _analyzed(engine, result, plan, callbacks)
                record.stored(index, results[index])
    except (Exception, CallbackRaised) as error:
        stored = [one.media_id for one in results]
        if isinstance(error, AionvisionError):
            error.details["stored_media_ids"] = stored
            error.partial_results = results
        else:
            add_stored_note(raised_error(error), len(stored), journal, stored)
        raise
    finally:
        record.close()
    return results


async def _analyzed(
    engine: rt.Engine, result: VideoUploadResult, plan: PollPlan, callbacks: VideoCallbacks
) -> VideoUploadResult:
    """Poll the analysis of a video if it has not ended."""
    if result.analysis_job_id is None or result.processing_status in _NOTHING_LEFT:
        return result

    async def report(job: VideoAnalysisJobStatus) -> None:
        await rt.notify(callbacks.on_analysis_progress, VideoAnalysisProgressEvent(job))

    try:
        job = await analyzed(engine, result.analysis_job_id, plan, report)
    except AionvisionError as error:
        error.details["media_id"] = result.media_id
        raise
    return evolve(result, processing_status=job.status)


__all__ = ["upload_videos"]
