"""Scenes of videos are listed, seen and found."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from aion import exceptions
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.movies import saved

UNKNOWN = "00000000-0000-0000-0000-000000000000"


def test_scenes_cover_the_video_in_order(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    result = calls(
        client.video_uploads.upload_one(saved(tmp_path), tags=["sea"], wait_for_analysis=True)
    )
    found = calls(client.video_scenes.list(result.media_id))
    assert (found.count, found.video_id) == (3, result.media_id)
    assert [one.scene_index for one in found.scenes] == [0, 1, 2]
    assert found.scenes[0].start_time == 0.0
    assert found.scenes[-1].end_time == 42.0
    ends = [one.end_time for one in found.scenes[:-1]]
    assert ends == [one.start_time for one in found.scenes[1:]]
    first = found.scenes[0]
    assert first.tags == ["sea", "mp4"]
    assert (first.description or "").startswith("[sandbox] Scene 1 of 3 of harbor.mp4, 0:00-0:")
    assert (first.time_range_formatted or "?") in (first.description or "")
    assert first.thumbnail_url == (f"{sandbox.base_url}/video-scenes/{first.scene_id}/thumbnail")
    assert (first.embedding_status, first.created_at is not None) == ("completed", True)


def test_the_picture_of_a_scene_is_a_jpeg(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    result = calls(client.video_uploads.upload_one(saved(tmp_path), wait_for_analysis=True))
    scenes = calls(client.video_scenes.list(result.media_id)).scenes
    pictures = [calls(client.video_scenes.get_thumbnail(one.scene_id)) for one in scenes]
    with Image.open(io.BytesIO(pictures[0])) as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 240))
    assert len(set(pictures)) == 3


def test_a_video_that_is_not_analyzed_has_no_scenes(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    result = calls(client.video_uploads.upload_one(saved(tmp_path), auto_analyze=False))
    found = calls(client.video_scenes.list(result.media_id))
    assert (found.scenes, found.count) == ([], 0)


def test_a_scene_is_found_by_its_words(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    result = calls(
        client.video_uploads.upload_one(
            saved(tmp_path), title="Ferry", tags=["gulls"], wait_for_analysis=True
        )
    )
    answer = calls(client.agent_search.videos("gulls"))
    assert answer.video_ids == [result.media_id]
    assert {one.scene_index for one in answer.results[0].matched_scenes or ()} == {0, 1, 2}


def test_unknown_videos_and_scenes_are_not_found(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(exceptions.ResourceNotFoundError):
        calls(client.video_scenes.list(UNKNOWN))
    with pytest.raises(exceptions.ResourceNotFoundError):
        calls(client.video_scenes.get_thumbnail(UNKNOWN))


def test_an_empty_id_is_refused_before_anything_is_sent(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(exceptions.ValidationError):
        calls(client.video_scenes.list(""))
    with pytest.raises(exceptions.ValidationError):
        calls(client.video_scenes.get_thumbnail(" "))
    assert sandbox.requests == []
