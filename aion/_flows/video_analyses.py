"""Analyses of videos, followed to their end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from aion._flows.waiting import until
from aion._polling import PollPlan
from aion._rt import aio as rt
from aion.exceptions import AionvisionTimeoutError, VideoAnalysisError
from aion.types.video import VideoAnalysisJobStatus
from aion_api import Request
from aion_api.api import video_analysis

Progress = Callable[[VideoAnalysisJobStatus], Any]


def job_request(analysis_job_id: str) -> Request[VideoAnalysisJobStatus]:
    """The request for an analysis by its own id."""
    request = video_analysis.get_analysis_status(analysis_job_id)
    return request.decoding(VideoAnalysisJobStatus.from_api_response)


def newest_request(media_id: str) -> Request[VideoAnalysisJobStatus]:
    """The request for the newest analysis of a video."""
    request = video_analysis.get_analysis_status_by_media(media_id)
    return request.decoding(VideoAnalysisJobStatus.from_api_response)


async def analyzed(
    engine: rt.Engine, analysis_job_id: str, plan: PollPlan, on_progress: Progress | None
) -> VideoAnalysisJobStatus:
    """Follow an analysis to its end.

    Raises:
        VideoAnalysisError: It failed.
        AionvisionTimeoutError: The deadline passed; `last_result` holds the last status.
    """

    async def look(left: float) -> VideoAnalysisJobStatus:
        timeout = min(engine.config.timeout, left)
        job = await engine.call(job_request(analysis_job_id), timeout=timeout)
        await rt.notify(on_progress, job)
        return job

    def late(last: VideoAnalysisJobStatus | None) -> AionvisionTimeoutError:
        return _late(analysis_job_id, plan, last)

    job = await until(look, lambda state: state.is_terminal, plan, late)
    if job.is_failed:
        raise VideoAnalysisError(
            f"the analysis failed: {job.error_message or 'the service gave no reason'}."
            f" The video is stored: try again with client.video_analysis.retry("
            f"{analysis_job_id!r}, {job.media_id!r})",
            media_id=job.media_id,
            analysis_job_id=analysis_job_id,
            status=job.status,
        )
    return job


def _late(
    analysis_job_id: str, plan: PollPlan, last: VideoAnalysisJobStatus | None
) -> AionvisionTimeoutError:
    status = "in an unknown state" if last is None else last.status
    waited = time.monotonic() - plan.start
    error = AionvisionTimeoutError(
        f"the analysis {analysis_job_id} is still {status} after {waited:.3g} s. It goes on, and"
        " the video is stored: wait again with client.video_analysis.wait_for_completion("
        f"{analysis_job_id!r}), do not upload it again",
        last_result=last,
    )
    error.details = {"analysis_job_id": analysis_job_id}
    if last is not None:
        error.details["media_id"] = last.media_id
    return error
