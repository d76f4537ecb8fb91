"""Analyses of videos: status, queue, retry."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.records import Record
from aion.sandbox.videos import videos

_TYPES: Final = ("full_vlm", "frame_sample", "scene_detection", "transcript")
_PRIORITIES: Final = ("low", "normal", "high")


@operation("get_analysis_status_api_v2_video_analysis_jobs__analysis_job_id__get")
async def get_status(call: Call) -> Response:
    """Return one analysis."""
    return Response(_status(_analysis(call)))


@operation("get_analysis_status_by_media")
async def get_status_by_media(call: Call) -> Response:
    """Return the newest analysis of a video."""
    analysis = videos.newest_analysis(call.state, _video(call, call.path["media_id"]).id)
    if analysis is None:
        raise ApiError(404, f"the video {call.path['media_id']} has no analysis")
    return Response(_status(analysis))


@operation("queue_analysis")
async def queue(call: Call) -> Response:
    """Queue an analysis, unless one is running."""
    file = _video(call, call.body["media_id"])
    options = {
        "analysis_type": _choice(call, "analysis_type", "full_vlm", _TYPES),
        "priority": _choice(call, "priority", "normal", _PRIORITIES),
    }
    state = call.state
    with state.database.transaction():
        known = videos.newest_analysis(state, file.id)
        if known is not None and known.body["status"] in videos.ACTIVE:
            analysis, message = known, f"the video is already being analyzed: {known.id}"
        else:
            analysis, message = videos.queue(state, file, options), "the analysis is queued"
        waiting, _ = state.records.find(
            videos.ANALYSIS,
            where=lambda one: one.body["status"] == "pending" and one.n < analysis.n,
        )
    begins = stamp(state.clock.now() + state.options.pace)
    return Response(
        {
            "analysis_job_id": analysis.id,
            "media_id": file.id,
            "queue_position": len(waiting),
            "estimated_start_time": begins if analysis.body["status"] == "pending" else None,
            "message": message,
        },
        status=202,
    )


@operation("retry_analysis")
async def retry(call: Call) -> Response:
    """Retry a failed or cancelled analysis."""
    analysis = _analysis(call)
    file = _video(call, call.body["media_id"])
    if analysis.parent != file.id:
        raise ApiError(404, f"the video {file.id} has no analysis {analysis.id}")
    status, count = analysis.body["status"], analysis.body["retry_count"]
    if status not in ("failed", "cancelled"):
        raise ApiError(
            400,
            f"the analysis is {status}: only failed and cancelled ones can be retried",
            code="INVALID_STATE",
            details={"status": status},
        )
    if count >= analysis.body["max_retries"]:
        raise ApiError(
            400,
            f"the analysis was retried {count} times, which is the limit",
            code="RETRIES_EXHAUSTED",
            details={"retry_count": count, "max_retries": analysis.body["max_retries"]},
        )
    with call.state.database.transaction():
        analysis = videos.begin(call.state, file, analysis, retry_count=count + 1, priority="high")
    return Response(
        {
            "analysis_job_id": analysis.id,
            "media_id": file.id,
            "status": analysis.body["status"],
            "retry_count": analysis.body["retry_count"],
            "max_retries": analysis.body["max_retries"],
            "message": "the analysis is queued again",
        },
        status=202,
    )


def _choice(call: Call, name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = call.body.get(name, default)
    if value not in allowed:
        raise InvalidRequest([Problem(("body", name), f"one of {', '.join(allowed)}", "enum")])
    return str(value)


def _status(analysis: Record) -> dict[str, Any]:
    body = analysis.body
    names = ("status", "progress_percent", "current_step", "started_at", "completed_at")
    rest = ("error_message", "error_code", "retry_count", "max_retries")
    return {
        "analysis_job_id": analysis.id,
        "media_id": analysis.parent,
        **{name: body[name] for name in (*names, *rest)},
        "estimated_completion_time": None,
    }


def _analysis(call: Call) -> Record:
    found = call.state.records.get(videos.ANALYSIS, call.path["analysis_job_id"].lower())
    if found is None:
        raise ApiError(404, f"no analysis {call.path['analysis_job_id']}")
    return found


def _video(call: Call, media_id: str) -> StoredFile:
    file = videos.get(call.state, media_id)
    if file is None:
        raise ApiError(404, f"no video {media_id}")
    return file
