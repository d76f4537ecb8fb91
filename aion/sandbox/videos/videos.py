"""Videos: joins uploaded chunks into a file, and analyzes it in a job.

A video is a file of the kind `video`, with the id of its upload. Its analyses are records of the
kind `video_analysis` below that id, its scenes those of the kind `scene`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.ids import make_id
from aion.sandbox.store.objects import Objects
from aion.sandbox.store.records import Record
from aion.sandbox.videos import headers, scenes

ANALYZE: Final = "analyze_video"
"""Kind of the job that analyzes a video, by the analysis id; faults select it by filename."""

ANALYSIS: Final = "video_analysis"
SCENE: Final = "scene"
ACTIVE: Final = ("pending", "uploading_to_vlm", "processing")
MAX_RETRIES: Final = 3
TYPES: Final = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-m4v": "m4v",
    "video/webm": "webm",
    "video/x-msvideo": "avi",
}
"""Extension of the object by media type."""

_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class JoinedVideo:
    """A video whose chunks were joined into one object."""

    key: str
    thumbnail_key: str
    size: int
    md5: str
    sha256: str
    facts: headers.MovieFacts


def assemble(objects: Objects, media_id: str, ending: str, chunks: Sequence[str]) -> JoinedVideo:
    """Join the chunks of an upload and read its headers; may be called in a thread."""
    key = f"videos/{media_id}/original.{ending}"
    objects.join(chunks, key)
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with objects.open(key) as source:
        while piece := source.read(_PIECE):
            md5.update(piece)
            sha256.update(piece)
    path = objects.path(key)
    size = path.stat().st_size
    thumbnail_key = f"videos/{media_id}/thumbnail.jpg"
    objects.write(thumbnail_key, scenes.picture(path, 0, size))
    return JoinedVideo(
        key, thumbnail_key, size, md5.hexdigest(), sha256.hexdigest(), headers.inspect(path)
    )


def store(
    state: State, upload: Record, assembled: JoinedVideo, seconds: float, *, analyzed: bool
) -> StoredFile:
    """Add the file of a completed upload, inside the caller's transaction."""
    facts, body = assembled.facts, upload.body
    ending = TYPES[body["content_type"]]
    state.objects.remember(
        assembled.key, assembled.md5, assembled.sha256, str(body["content_type"])
    )
    known = facts.width > 0 and facts.height > 0
    return state.files.add(
        id=upload.id,
        media_type="video",
        filename=body["filename"],
        object_key=assembled.key,
        size_bytes=assembled.size,
        content_type=body["content_type"],
        format=ending.upper(),
        sha256=assembled.sha256,
        title=body["title"],
        tags=body["tags"],
        width=facts.width if known else None,
        height=facts.height if known else None,
        upload_method="DIRECT",
        description_status="pending" if analyzed else "skipped",
        content_created_at=None if facts.made_at is None else stamp(facts.made_at),
        extra={
            "video_metadata": _metadata(assembled, ending, seconds),
            "video_analysis_status": None,
            "video_analysis_job_id": None,
            "scene_count": None,
            "has_audio_transcript": False,
            "thumbnail_key": assembled.thumbnail_key,
            "custom_metadata": body["metadata"],
        },
    )


def _metadata(assembled: JoinedVideo, ending: str, seconds: float) -> dict[str, Any]:
    facts = assembled.facts
    return {
        "duration_seconds": seconds,
        "resolution": f"{facts.width}x{facts.height}",
        "width": facts.width,
        "height": facts.height,
        "frame_rate": facts.frame_rate,
        "video_codec": facts.video_codec,
        "audio_codec": facts.audio_codec,
        "bitrate_kbps": int(assembled.size * 8 / 1000 / seconds),
        "file_size_bytes": assembled.size,
        "format_name": ending,
    }


def get(state: State, video_id: str) -> StoredFile | None:
    """Return the video of an id."""
    file = state.files.get(video_id)
    return file if file is not None and file.media_type == "video" else None


def newest_analysis(state: State, video_id: str) -> Record | None:
    """Return the newest analysis of a video."""
    found, _ = state.records.find(ANALYSIS, parent=video_id, newest_first=True, limit=1)
    return found[0] if found else None


def queue(state: State, file: StoredFile, options: Mapping[str, Any]) -> Record:
    """Queue an analysis, inside the caller's transaction."""
    body = {
        "analysis_type": "full_vlm",
        "priority": "normal",
        **options,
        "retry_count": 0,
        "max_retries": MAX_RETRIES,
    }
    job_id = state.records.new_id(ANALYSIS)
    analysis = state.records.put(ANALYSIS, job_id, body, parent=file.id)
    return begin(state, file, analysis)


def begin(state: State, file: StoredFile, analysis: Record, **changes: Any) -> Record:
    """Restart an analysis, inside the caller's transaction."""
    fresh = state.records.update(
        ANALYSIS,
        analysis.id,
        status="pending",
        progress_percent=0,
        current_step=None,
        started_at=None,
        completed_at=None,
        error_message=None,
        error_code=None,
        **changes,
    )
    state.jobs.schedule(ANALYZE, analysis.id, stage="pending", name=file.filename)
    _set_status(state, file, analysis.id, "pending")
    state.files.update(file.n, description_status="pending", description_error=None)
    return fresh or analysis


def _set_status(state: State, file: StoredFile, job_id: str, status: str, **more: Any) -> None:
    """Store the status of the newest analysis at the file."""
    state.files.update_extra(
        file.n, video_analysis_status=status, video_analysis_job_id=job_id, **more
    )


@job(ANALYZE)
def _analyze(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    state = step.state
    analysis = state.records.get(ANALYSIS, step.id)
    file = get(state, str(analysis.parent)) if analysis is not None else None
    if analysis is None:
        return None
    if file is None:
        state.records.update(
            ANALYSIS, step.id, status="cancelled", completed_at=step.stamp(), current_step=None
        )
        return None
    if step.stage == "processing":
        return _find_scenes(step, analysis, file)
    following = ACTIVE[ACTIVE.index(step.stage) + 1]
    changes: dict[str, Any] = {"status": following}
    if following == "processing":
        changes |= {"progress_percent": 50, "current_step": "finding scenes"}
    else:
        changes |= {"progress_percent": 10, "current_step": "reading the video"}
        changes["started_at"] = step.stamp()
        state.files.update(file.n, description_status="processing", described_from=step.stamp())
    state.records.update(ANALYSIS, step.id, **changes)
    _set_status(state, file, step.id, following)
    return step.next(following)


async def _find_scenes(step: Step[State], analysis: Record, file: StoredFile) -> None:
    state = step.state
    failure = step.failure()
    found: list[scenes.Scene] = []
    if failure is None and analysis.body["analysis_type"] != "transcript":
        seconds = float(file.extras()["video_metadata"]["duration_seconds"])
        found = scenes.split_scenes(seconds, file.size_bytes, file.sha256)
        await state.in_thread(_draw, state.objects, file, found)
    with state.database.transaction():
        current = get(state, file.id)
        if current is None:
            state.records.update(
                ANALYSIS, step.id, status="cancelled", completed_at=step.stamp(), current_step=None
            )
        elif failure is not None:
            _fail(step, current, failure)
        else:
            _finish(step, current, found)


def _draw(objects: Objects, file: StoredFile, found: list[scenes.Scene]) -> None:
    path = objects.path(file.object_key)
    for scene in found:
        data = scenes.picture(path, scene.first_byte, scene.end_byte)
        objects.write(thumbnail_key(file.id, scene.index), data)


def thumbnail_key(video_id: str, index: int) -> str:
    """Return the key of the picture of a scene."""
    return f"videos/{video_id}/scene-{index:04}.jpg"


def _fail(step: Step[State], file: StoredFile, reason: str) -> None:
    state = step.state
    state.records.update(
        ANALYSIS,
        step.id,
        status="failed",
        current_step=None,
        completed_at=step.stamp(),
        error_message=reason,
        error_code="ANALYSIS_FAILED",
    )
    _set_status(state, file, step.id, "failed")
    state.files.update(
        file.n,
        description_status="failed",
        description_error=reason,
        finished_at=step.stamp(),
    )


def _finish(step: Step[State], file: StoredFile, found: list[scenes.Scene]) -> None:
    state = step.state
    state.records.delete_below(SCENE, file.id)
    for scene in found:
        scene_id = make_id("scene", f"{file.id}/{scene.index}")
        state.records.put(
            SCENE, scene_id, _scene(file, scene, scene_id, len(found)), parent=file.id
        )
    state.records.update(
        ANALYSIS,
        step.id,
        status="completed",
        progress_percent=100,
        current_step=None,
        completed_at=step.stamp(),
    )
    _set_status(state, file, step.id, "completed", scene_count=len(found))
    state.files.update(
        file.n,
        description=_summary(file, len(found)),
        description_status="completed",
        finished_at=step.stamp(),
    )


def _scene(file: StoredFile, scene: scenes.Scene, scene_id: str, count: int) -> dict[str, Any]:
    title = file.title or file.filename
    return {
        "scene_index": scene.index,
        "start_time": scene.start,
        "end_time": scene.end,
        "time_range_formatted": scene.time_range,
        "description": (
            f"[sandbox] Scene {scene.index + 1} of {count} of {title}, {scene.time_range}:"
            f" bytes {scene.first_byte} to {scene.end_byte} of the {file.format} file"
        ),
        "tags": [*file.tag_list(), file.format.lower()],
        "thumbnail_url": f"/api/v2/video-scenes/{scene_id}/thumbnail",
        "thumbnail_key": thumbnail_key(file.id, scene.index),
    }


def _summary(file: StoredFile, count: int) -> str:
    facts = file.extras()["video_metadata"]
    picture = f", {facts['resolution']}" if facts["width"] else ""
    parts = f"{count} {'scene' if count == 1 else 'scenes'}" if count else "no transcript is made"
    return (
        f"[sandbox] {file.format} video{picture}, {scenes.clock(facts['duration_seconds'])}"
        f" long, {file.size_bytes} bytes; {parts}"
    )
