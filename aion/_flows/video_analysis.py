"""Polls analyses of videos until they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aion._flows.polling import poll_job
from aion._hints import Hint, hint
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited
from aion._waiting.plan import PollPlan
from aion.exceptions import VideoAnalysisError
from aion.types.video import VideoAnalysisJobStatus
from aion_api import Request
from aion_api.api import video_analysis

Progress = Callable[[VideoAnalysisJobStatus], Any]
_CALLS = f"{rt.AWAIT}client.video_analysis"


def job_request(analysis_job_id: str) -> Request[VideoAnalysisJobStatus]:
    """Describe the request for an analysis by its own id."""
    request = video_analysis.get_analysis_status(analysis_job_id)
    return request.decoding(VideoAnalysisJobStatus.from_api_response)


def newest_request(media_id: str) -> Request[VideoAnalysisJobStatus]:
    """Describe the request for the newest analysis of a video."""
    request = video_analysis.get_analysis_status_by_media(media_id)
    return request.decoding(VideoAnalysisJobStatus.from_api_response)


async def analyzed(
    engine: rt.Engine, analysis_job_id: str, plan: PollPlan, on_progress: Progress | None
) -> VideoAnalysisJobStatus:
    """Poll an analysis until it ends.

    Raises:
        VideoAnalysisError: The analysis failed.
        AionvisionTimeoutError: The deadline passed; `last_result` holds the last status.
        AionvisionError: Polling failed; `details` names the analysis.
    """

    async def read(timeout: float) -> VideoAnalysisJobStatus:
        return await engine.call(job_request(analysis_job_id), timeout=timeout)

    awaited = _named(analysis_job_id)
    job = await poll_job(
        engine, read, lambda state: state.is_terminal, plan, awaited, on_state=on_progress
    )
    if job.is_failed:
        call = f"{_CALLS}.retry"
        retry = hint(Hint.RETRY_ANALYSIS, call=call, id=analysis_job_id, media_id=job.media_id)
        raise VideoAnalysisError(
            f"the analysis failed: {job.error_message or 'the service gave no reason'}."
            f" The video is stored: {retry}",
            media_id=job.media_id,
            analysis_job_id=analysis_job_id,
            status=job.status,
        )
    return job


def _named(analysis_job_id: str) -> Awaited[VideoAnalysisJobStatus]:
    call = f"{_CALLS}.wait_for_completion"
    return Awaited(
        f"the analysis {analysis_job_id}",
        "It keeps running, and the video is stored:"
        f" {hint(Hint.RESUME_ANALYSIS, call=call, id=analysis_job_id)}",
        {"analysis_job_id": analysis_job_id},
        lambda last: {"status": last.status, "media_id": last.media_id},
    )
