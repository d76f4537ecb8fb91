"""Composes descriptions from the bytes of an image, marked as the sandbox's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aion.sandbox.images.color_names import dominant_names
from aion.sandbox.images.image_facts import ImageFacts, inspect, small_rgb

MARK: Final = "[sandbox]"
"""Prefix of every description: it was not made by a model."""


@dataclass(frozen=True, slots=True)
class Description:
    """The description of an image."""

    text: str
    tags: list[str]
    visible_text: str | None
    confidence: float


def describe_image(path: Path, kind: str, max_pixels: int) -> Description:
    """Describe an image file; raises `InvalidImage` when it cannot be read."""
    facts = inspect(path, kind, max_pixels)
    return compose(facts, dominant_names(small_rgb(path, kind, 64)))


def compose(facts: ImageFacts, colors: list[str]) -> Description:
    """Compose text and tags from facts. Confidence is 1: facts are measured, not guessed."""
    parts = [facts.format, f"{facts.width}x{facts.height}"]
    if facts.frames > 1:
        parts.append(f"animation of {facts.frames} frames")
    parts += [f"mostly {' and '.join(colors)}", facts.orientation]
    text = f"{MARK} {', '.join(parts)}"
    if facts.taken_at is not None:
        text += f"; taken {facts.taken_at[:10]}"
    if facts.camera is not None:
        text += f" with {facts.camera}" if facts.taken_at else f"; taken with {facts.camera}"
    tags = [facts.format.lower(), facts.orientation, *colors]
    if facts.frames > 1:
        tags.append("animated")
    return Description(f"{text}.", tags, facts.text, 1.0)
