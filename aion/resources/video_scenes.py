"""`client.video_scenes`: the scenes that analyses found in videos."""

from __future__ import annotations

from attrs import evolve

from aion import _checks as check
from aion._runtime import aio as rt
from aion.types.video import VideoScene, VideoSceneList
from aion_api.api import video_scenes


class VideoScenesResource:
    """Reads the scenes of videos."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def list(self, video_id: str) -> VideoSceneList:
        """List the scenes of a video, in order.

        Args:
            video_id: The `media_id` of the video, which is also its file id.

        Returns:
            Its scenes; none before it is analyzed.

        Raises:
            ResourceNotFoundError: The video does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /videos/{video_id}/scenes``
        """
        request = video_scenes.list_video_scenes(check.identifier("video_id", video_id))
        found = await self._engine.call(request.decoding(VideoSceneList.from_api_response))
        return evolve(found, scenes=[self._whole(scene) for scene in found.scenes])

    async def get_thumbnail(self, scene_id: str) -> bytes:
        """Get a still image of a scene.

        Args:
            scene_id: The scene.

        Returns:
            The bytes of a JPEG image.

        Raises:
            ResourceNotFoundError: The scene does not exist, or has no image.
            AionvisionError: The call failed.

        Endpoint: ``GET /video-scenes/{scene_id}/thumbnail``
        """
        request = video_scenes.get_scene_thumbnail(check.identifier("scene_id", scene_id))
        return await self._engine.call(request)

    def _whole(self, scene: VideoScene) -> VideoScene:
        url = scene.thumbnail_url
        return scene if url is None else evolve(scene, thumbnail_url=self._engine.absolute(url))
