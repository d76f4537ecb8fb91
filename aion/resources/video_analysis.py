"""`client.video_analysis`: poll, retry and queue the analyses of videos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aion import _checks as check
from aion._flows.video_analysis import analyzed, job_request, newest_request
from aion._runtime import aio as rt
from aion._waiting.plan import begin
from aion.types.video import (
    VideoAnalysisJobStatus,
    VideoAnalysisQueueResult,
    VideoAnalysisRetryResult,
)
from aion.uploads import _video_file
from aion_api import UNSET
from aion_api.api import video_analysis
from aion_api.models import video_analysis as wire


class VideoAnalysisResource:
    """Polls, retries and queues the jobs that analyze videos."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def get_status(self, analysis_job_id: str) -> VideoAnalysisJobStatus:
        """Get an analysis and its status.

        Args:
            analysis_job_id: The job.

        Raises:
            ResourceNotFoundError: The job does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /video-analysis/jobs/{analysis_job_id}``
        """
        request = job_request(check.identifier("analysis_job_id", analysis_job_id))
        return await self._engine.call(request)

    async def get_status_by_media(self, media_id: str) -> VideoAnalysisJobStatus:
        """Get the newest analysis of a video and its status.

        Args:
            media_id: The video.

        Raises:
            ResourceNotFoundError: The video does not exist, or its analysis was never requested.
            AionvisionError: The call failed.

        Endpoint: ``GET /video-analysis/status/{media_id}``
        """
        return await self._engine.call(newest_request(check.identifier("media_id", media_id)))

    async def retry(
        self, analysis_job_id: str, media_id: str, *, reason: str | None = None
    ) -> VideoAnalysisRetryResult:
        """Retry an analysis that failed or was cancelled, before others.

        Args:
            analysis_job_id: The job; its id stays the same.
            media_id: Its video.
            reason: Why, at most 500 characters.

        Returns:
            The number of retries, and the most that are allowed.

        Raises:
            ValidationError: The reason is too long, the job has not failed, or it was retried too
                often.
            ResourceNotFoundError: The video does not have this job.
            AionvisionError: The call failed.

        Endpoint: ``POST /video-analysis/jobs/{analysis_job_id}/retry``
        """
        body = wire.RetryVideoAnalysisRequest(
            check.identifier("media_id", media_id),
            reason=(
                UNSET
                if reason is None
                else check.text("reason", reason, 0, _video_file.LONGEST_REASON)
            ),
        )
        job_id = check.identifier("analysis_job_id", analysis_job_id)
        return await self._engine.call(video_analysis.retry_analysis(job_id, body=body))

    async def queue(
        self, media_id: str, *, analysis_type: str = "full_vlm", priority: str = "normal"
    ) -> VideoAnalysisQueueResult:
        """Analyze a video, for example one that was uploaded without an analysis.

        If an analysis of the video is queued or running, that one is returned.

        Args:
            media_id: The video.
            analysis_type: ``full_vlm``, ``frame_sample``, ``scene_detection`` or ``transcript``;
                the last one is not available everywhere.
            priority: ``low``, ``normal`` or ``high``.

        Returns:
            The job to poll.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The video does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /video-analysis/queue``
        """
        body = wire.QueueVideoAnalysisRequest(
            check.identifier("media_id", media_id),
            analysis_type=check.choice("analysis_type", analysis_type, _video_file.ANALYSES),
            priority=check.choice("priority", priority, _video_file.PRIORITIES),
        )
        return await self._engine.call(video_analysis.queue_analysis(body=body))

    @rt.opens_callbacks
    async def wait_for_completion(
        self,
        analysis_job_id: str,
        *,
        timeout: float | None = None,
        on_progress: Callable[[VideoAnalysisJobStatus], Any] | None = None,
    ) -> VideoAnalysisJobStatus:
        """Wait until an analysis has ended.

        Args:
            analysis_job_id: The job.
            timeout: Seconds to wait, instead of the client's `polling_timeout`, which is short for
                a long video.
            on_progress: Called with the job after each poll.

        Returns:
            The final state of the job: ``completed`` or ``cancelled``.

        Raises:
            VideoAnalysisError: The analysis failed. The video is stored nevertheless.
            ResourceNotFoundError: The job does not exist.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last state.
                Call this again with the same id to resume the wait.
            AionvisionError: Polling failed, and retrying cannot fix it; `details` has its id.

        Endpoint: ``GET /video-analysis/jobs/{analysis_job_id}``
        """
        job_id = check.identifier("analysis_job_id", analysis_job_id)
        plan = begin(self._engine.config, timeout)
        rt.check_callbacks(on_progress=on_progress)
        return await analyzed(self._engine, job_id, plan, on_progress)
