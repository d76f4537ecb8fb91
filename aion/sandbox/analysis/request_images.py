"""Inspects images that a request contains or names: reads their bytes and their facts.

Results are records whose id is that of the operation or of the item of a batch: the history, the
datasets and the stored copies are read from there.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image

from aion.sandbox.images.color_names import dominant_names
from aion.sandbox.images.description import Description, compose
from aion.sandbox.images.image_facts import (
    FORMATS,
    InvalidImage,
    inspect,
    opened,
    small_rgb,
    sniff,
    upright,
)
from aion.sandbox.links.fetch import CrawlFailed, fetch
from aion.sandbox.runtime.state import State

RESULT: Final = "seen"
"""Kind of the records."""

SOURCES: Final = ("image_url", "image_base64", "object_key")

SIDES: Final = {"tiny": 64, "small": 256, "medium": 750, "large": 1024}
"""Longest side of a thumbnail, in pixels, by the name of its size."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class InspectedImage:
    """An inspected image."""

    object_key: str
    format: str
    width: int
    height: int
    colors: list[str]
    description: Description

    def as_json(self) -> dict[str, Any]:
        """Return its stored form."""
        return {
            "object_key": self.object_key,
            "format": self.format,
            "width": self.width,
            "height": self.height,
            "colors": self.colors,
            "description": self.description.text,
            "tags": self.description.tags,
            "visible_text": self.description.visible_text,
            "confidence_score": self.description.confidence,
        }


def source_problem(image: Mapping[str, Any]) -> str | None:
    """Return why this names no image, or None: exactly one of three fields is its source."""
    given = [name for name in SOURCES if image.get(name)]
    if len(given) == 1:
        return None
    return f"exactly one of {', '.join(SOURCES)} must be given, not {len(given)}"


def name_of(image: Mapping[str, Any]) -> str:
    """Return the name of an image in faults and datasets."""
    metadata: dict[str, Any] = image.get("metadata") or {}
    given = metadata.get("filename") or image.get("object_key") or image.get("image_url")
    return str(given or "image")


async def inspect_request_image(
    state: State, image: Mapping[str, Any], result_id: str
) -> InspectedImage:
    """Read the image that a request names.

    Bytes of the request, or from this machine, are stored under the id.

    Raises:
        InvalidImage: It does not exist, or is not an image; the text says why.
    """
    local = state.options.host in _LOOPBACK
    key = image.get("object_key")
    if key:
        path = _stored(state, str(key))
        found: InspectedImage = await state.in_thread(
            _facts, path, str(key), state.options.limits.max_pixels
        )
        return found
    data: bytes = await state.in_thread(_given, image, local)
    kind = sniff(data[:512])
    if kind not in FORMATS:
        raise InvalidImage("the bytes are not a JPEG, PNG, WebP or GIF image")
    new_key = f"seen/{result_id}/original.{FORMATS[kind]}"
    state.objects.write(new_key, data)
    path = state.objects.path(new_key)
    seen: InspectedImage = await state.in_thread(
        _facts, path, new_key, state.options.limits.max_pixels
    )
    return seen


def thumbnail(path: Path, kind: str, side: int) -> bytes:
    """Return a smaller copy as JPEG, at most `side` pixels long; never enlarged."""
    with opened(path, kind) as image:
        image.draft("RGB", (side, side))
        picture = upright(image)
    if picture.mode == "RGBA":
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    picture = picture.convert("RGB")
    picture.thumbnail((side, side))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=85)
    return target.getvalue()


def _stored(state: State, key: str) -> Path:
    try:
        path = state.objects.path(key)
    except ValueError:
        raise InvalidImage(f"the object {key!r} does not exist") from None
    if not path.is_file():
        raise InvalidImage(f"the object {key!r} does not exist")
    return path


def _given(image: Mapping[str, Any], local: bool) -> bytes:
    encoded = image.get("image_base64")
    if encoded:
        text = str(encoded)
        if text.startswith("data:"):
            text = text.partition(",")[2]
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            raise InvalidImage("image_base64 is not base64") from None
    try:
        _, page = fetch(str(image["image_url"]), local=local)
    except CrawlFailed as error:
        raise InvalidImage(str(error)) from None
    if page.status != 200:
        raise InvalidImage(f"the address responded with {page.status}")
    return page.body


def _facts(path: Path, key: str, max_pixels: int) -> InspectedImage:
    with path.open("rb") as source:
        kind = sniff(source.read(512))
    if kind not in FORMATS:
        raise InvalidImage("the object is not a JPEG, PNG, WebP or GIF image")
    facts = inspect(path, kind, max_pixels)
    colors = dominant_names(small_rgb(path, kind, 64))
    return InspectedImage(key, kind, facts.width, facts.height, colors, compose(facts, colors))
