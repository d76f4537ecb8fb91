"""Videos: uploads, analyses, scenes."""

from __future__ import annotations

from typing import Any

from tests.cassettes.samples import MOVIE, sent, video, video_file
from tests.cassettes.stage import Given, Scenario, Scenarios, Stage, World

CHUNK = 1200
"""Bytes of a chunk, where it can be chosen: the video has two of them."""


def begun(world: World) -> Given:
    """An upload of which nothing was sent."""
    session = world.api.video_uploads.initiate("harbor.mp4", "video/mp4", len(MOVIE))
    return {"media": session.media_id, "upload": session.upload_id}


def chunk_sent(world: World) -> Given:
    """An upload whose first chunk was sent."""
    session = world.api.video_uploads.initiate("harbor.mp4", "video/mp4", len(MOVIE))
    first = session.chunks[0]
    etag = sent(
        first.upload_url,
        "PUT",
        {"Content-Type": "application/octet-stream"},
        MOVIE[: first.size_bytes],
    )
    return {
        "media": session.media_id,
        "upload": session.upload_id,
        "etag": etag,
        "size": first.size_bytes,
    }


def all_sent(world: World) -> Given:
    """An upload whose chunks were all sent and confirmed."""
    session = world.api.video_uploads.initiate("harbor.mp4", "video/mp4", len(MOVIE))
    start = 0
    for chunk in session.chunks:
        etag = sent(
            chunk.upload_url,
            "PUT",
            {"Content-Type": "application/octet-stream"},
            MOVIE[start : start + chunk.size_bytes],
        )
        start += chunk.size_bytes
        world.api.video_uploads.confirm_chunk(
            session.media_id, session.upload_id, chunk.chunk_number, etag, chunk.size_bytes
        )
    return {"media": session.media_id, "upload": session.upload_id}


def plain_video(world: World) -> Given:
    """A video that is not analyzed."""
    made = world.api.video_uploads.upload_one(video_file(world.folder), auto_analyze=False)
    return {"video": made.media_id}


def queued(world: World) -> Given:
    """A video whose analysis has just begun."""
    made = world.api.video_uploads.upload_one(video_file(world.folder))
    return {"video": made.media_id, "job": made.analysis_job_id}


def failed(world: World) -> Given:
    """A video whose analysis failed."""
    world.told().faults.fail_job("analyze_video", "[sandbox] too dark")
    made = queued(world)
    world.settle()
    return made


def scene(world: World) -> Given:
    """The first scene of a video."""
    found = world.api.video_scenes.list(video(world)["video"])
    return {"scene": found.scenes[0].scene_id}


def uploaded(on: Stage) -> Any:
    """Upload one whole video."""
    return on(
        on.api.video_uploads.upload_one(
            video_file(on.folder),
            title="Harbor",
            tags=["sea"],
            wait_for_analysis=True,
            max_chunk_concurrency=1,
        )
    )


SCENARIOS: Scenarios = {
    "video_uploads.initiate": Scenario(
        lambda on: on(
            on.api.video_uploads.initiate(
                "dunes.mp4", "video/mp4", 2500, title="Dunes", tags=["sand"], metadata={"take": 2}
            )
        )
    ),
    "video_uploads.batch_initiate": Scenario(
        lambda on: on(
            on.api.video_uploads.batch_initiate(
                [{"filename": "dunes.mp4", "content_type": "video/mp4", "size_bytes": 900}],
                processing_priority="high",
            )
        )
    ),
    "video_uploads.confirm_chunk": Scenario(
        lambda on: on(
            on.api.video_uploads.confirm_chunk(on["media"], on["upload"], 1, on["etag"], on["size"])
        ),
        chunk_sent,
    ),
    "video_uploads.retry_chunk": Scenario(
        lambda on: on(on.api.video_uploads.retry_chunk(on["media"], on["upload"], 1)), begun
    ),
    "video_uploads.get_progress": Scenario(
        lambda on: on(on.api.video_uploads.get_progress(on["media"])), begun
    ),
    "video_uploads.abort": Scenario(
        lambda on: on(on.api.video_uploads.abort(on["media"], on["upload"], reason="wrong file")),
        begun,
    ),
    "video_uploads.complete": Scenario(
        lambda on: on(
            on.api.video_uploads.complete(
                on["media"], on["upload"], duration_seconds=2.0, title="Harbor", tags=["sea"]
            )
        ),
        all_sent,
    ),
    "video_uploads.upload_one": Scenario(uploaded),
    "video_uploads.upload": Scenario(
        lambda on: on(
            on.api.video_uploads.upload(
                [video_file(on.folder)], auto_analyze=False, max_chunk_concurrency=1
            )
        )
    ),
    "video_analysis.queue": Scenario(
        lambda on: on(
            on.api.video_analysis.queue(
                on["video"], analysis_type="scene_detection", priority="high"
            )
        ),
        plain_video,
    ),
    "video_analysis.get_status": Scenario(
        lambda on: on(on.api.video_analysis.get_status(on["job"])), video
    ),
    "video_analysis.get_status_by_media": Scenario(
        lambda on: on(on.api.video_analysis.get_status_by_media(on["video"])), video
    ),
    "video_analysis.wait_for_completion": Scenario(
        lambda on: on(on.api.video_analysis.wait_for_completion(on["job"])), queued
    ),
    "video_analysis.retry": Scenario(
        lambda on: on(on.api.video_analysis.retry(on["job"], on["video"], reason="brighter")),
        failed,
        sandbox_only=True,
    ),
    "video_scenes.list": Scenario(lambda on: on(on.api.video_scenes.list(on["video"])), video),
    "video_scenes.get_thumbnail": Scenario(
        lambda on: on(on.api.video_scenes.get_thumbnail(on["scene"])), scene
    ),
}
