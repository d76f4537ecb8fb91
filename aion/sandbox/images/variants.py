"""Makes smaller copies of an image, as real files beside the original."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from aion.sandbox.images import blurhash
from aion.sandbox.images.image_facts import opened, small_rgb, upright

SIZES: Final = {"large_1024": 1024, "medium_750": 750, "small_256": 256, "tiny_64": 64}
"""Longest side in pixels, largest first: each is made from the one before it."""

ORIGINAL: Final = "original"
"""Name of the variant that is the uploaded file."""

COUNT: Final = len(SIZES) + 1
"""Number of variants of a finished image, the original included."""


@dataclass(frozen=True, slots=True)
class Variants:
    """The result of making the variants of one image."""

    suffix: str
    blur_hash: str


def make_variants(original: Path, kind: str) -> Variants:
    """Write every size beside the original: JPEG, or PNG where there is transparency.

    A picture is never enlarged. Raises `InvalidImage` when the original cannot be read, and
    OSError when its folder was removed.
    """
    with opened(original, kind) as image:
        image.draft("RGB", (SIZES["large_1024"], SIZES["large_1024"]))
        picture = upright(image)
    suffix = "png" if picture.mode == "RGBA" else "jpg"
    for name, side in SIZES.items():
        picture.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
        target = original.with_name(f"{name}.{suffix}")
        partial = target.with_suffix(".part")
        if suffix == "png":
            picture.save(partial, "PNG", compress_level=1)
        else:
            picture.save(partial, "JPEG", quality=85)
        partial.replace(target)
    return Variants(suffix, blurhash.encode(small_rgb(original, kind, 20)))
