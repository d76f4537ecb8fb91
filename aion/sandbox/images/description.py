"""Descriptions made from the bytes of an image, and marked as the sandbox's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aion.sandbox.images.color_names import dominant_names
from aion.sandbox.images.inspect import ImageFacts, inspect, small_rgb

MARK: Final = "[sandbox]"
"""How every description begins: no model has seen the picture."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the sandbox says about an image."""

    text: str
    tags: list[str]
    visible_text: str | None
    confidence: float


def describe_image(path: Path, kind: str, max_pixels: int) -> Description:
    """Describe an image file; raises `images.Unusable` when it cannot be read."""
    facts = inspect(path, kind, max_pixels)
    return compose(facts, dominant_names(small_rgb(path, kind, 64)))


def compose(facts: ImageFacts, colors: list[str]) -> Description:
    """The text and tags of some facts. Confidence is 1: facts are measured, not guessed."""
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
