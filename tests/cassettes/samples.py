"""Small files that are the same bytes everywhere, and what scenarios store of them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.behaviour.movies import movie, saved
from tests.cassettes.stage import Given, World

# Not drawn on the spot: the bytes that an encoder makes differ from version to version.
RED = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAFElEQVR4nGO8IyLHgA0wYRWlkwQAoPABGk81PsIAAAAASUVORK5CYII="
)
"""A red PNG image of 8x6 pixels."""
NAVY = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAFElEQVR4nGPkEolnwAaYsIrSSQIATAkAieFjw4kAAAAASUVORK5CYII="
)
"""A navy one."""
MANUAL = b"# Pump manual\n\nThe relief valve opens at six bar.\n"
"""A text in Markdown."""
HARBOR = "https://pages.aion.test/harbor"
"""A page that the sandbox can crawl."""
MOVIE = movie(2.0, 2000)
"""A video of two seconds."""


def data_url(image: bytes) -> str:
    """An image as it goes into a JSON body."""
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"


def video_file(folder: Path) -> Path:
    """The video on disk."""
    return saved(folder, "harbor.mp4", MOVIE)


def both(*parts: Callable[[World], Given]) -> Callable[[World], Given]:
    """The results of several preparations."""

    def given(world: World) -> Given:
        return {name: value for part in parts for name, value in part(world).items()}

    return given


def image(world: World) -> Given:
    """A described image."""
    made = world.api.upload_one(RED, filename="rose.png")
    return {"image": made.image_id, "key": made.object_key}


def images(world: World) -> Given:
    """Two described images."""
    made = world.api.upload([RED, NAVY], filenames=["rose.png", "night.png"])
    return {"images": [one.image_id for one in made]}


def document(world: World) -> Given:
    """A document whose text is known."""
    made = world.api.documents.upload_one(MANUAL, filename="manual.md")
    return {"document": made.document_id}


def documents(world: World) -> Given:
    """Two documents."""
    made = [
        world.api.documents.upload_one(text, filename=name).document_id
        for name, text in (("manual.md", MANUAL), ("boats.txt", b"Boats cost nothing.\n"))
    ]
    return {"documents": made}


def link(world: World) -> Given:
    """A link that was crawled."""
    interval = world.api.config.polling_interval
    return {"link": world.api.links.create_and_wait(HARBOR, poll_interval=interval).id}


def folder(world: World) -> Given:
    """A folder."""
    return {"folder": world.api.folders.create("Harbor").id}


def video(world: World) -> Given:
    """A video that was analyzed."""
    made = world.api.video_uploads.upload_one(video_file(world.folder), wait_for_analysis=True)
    return {"video": made.media_id, "job": made.analysis_job_id}


def sent(url: str, method: str, headers: dict[str, str], data: bytes) -> str:
    """Send bytes to a presigned URL; their ETag."""
    answer = httpx.request(method, url, headers=headers, content=data)
    answer.raise_for_status()
    etag: Any = answer.headers["etag"]
    return str(etag)
