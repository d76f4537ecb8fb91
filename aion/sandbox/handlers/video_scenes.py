"""Scenes of videos and their pictures."""

from __future__ import annotations

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.videos import videos

_HEADERS = {
    "content-type": "image/jpeg",
    # A scene has another picture only in another video.
    "cache-control": "public, max-age=31536000",
}


@operation("list_video_scenes")
async def list_scenes(call: Call) -> Response:
    """List the scenes of a video; none before it is analyzed."""
    file = videos.get(call.state, call.path["video_id"])
    if file is None:
        raise ApiError(404, f"no video {call.path['video_id']}")
    found, total = call.state.records.find(videos.SCENE, parent=file.id)
    return Response(
        {
            "video_id": file.id,
            "count": total,
            "scenes": [
                {
                    "scene_id": scene.id,
                    **{key: value for key, value in scene.body.items() if key != "thumbnail_key"},
                    "visible_text": None,
                    "confidence_score": None,
                    "embedding_status": "completed",
                    "created_at": scene.created_at,
                }
                for scene in sorted(found, key=lambda one: int(one.body["scene_index"]))
            ],
        }
    )


@operation("get_scene_thumbnail")
async def get_thumbnail(call: Call) -> Response:
    """Return the picture of a scene, as a JPEG."""
    scene_id = call.path["scene_id"].lower()
    scene = call.state.records.get(videos.SCENE, scene_id)
    file = videos.get(call.state, str(scene.parent)) if scene is not None else None
    if scene is None or file is None or not call.state.objects.has(scene.body["thumbnail_key"]):
        raise ApiError(404, f"no scene {scene_id} with a picture")
    name = f"scene-{scene.body['scene_index']}.jpg"
    return Response(
        raw=call.state.objects.read(scene.body["thumbnail_key"]),
        headers={**_HEADERS, "content-disposition": f'inline; filename="{name}"'},
    )
