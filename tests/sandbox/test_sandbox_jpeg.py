"""A JPEG is accepted or refused by its beginning and end as it would be by all of its pixels."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from aion.sandbox.images.image_facts import InvalidImage, inspect
from aion.sandbox.images.jpeg import truncated
from tests.sandbox.pictures import photo

_MOST_PIXELS = 10**8


def noise(mode: str = "RGB", *, quality: int = 75, progressive: bool = False) -> bytes:
    target = io.BytesIO()
    picture = Image.effect_noise((200, 150), 30).convert(mode)
    picture.save(target, "JPEG", quality=quality, progressive=progressive)
    return target.getvalue()


def can_be_decoded(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            image.draft("RGB", (64, 64))
            image.load()
    # Decoders raise nearly anything on damaged bytes.
    except Exception:  # noqa: BLE001
        return False
    return True


def is_taken(data: bytes, folder: Path) -> bool:
    path = folder / "picture.jpg"
    path.write_bytes(data)
    try:
        inspect(path, "JPEG", _MOST_PIXELS)
    except InvalidImage:
        return False
    return True


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes cut off, changed anywhere or among the tables, or with a piece missing."""
    changed = bytearray(data)
    match chance.randrange(4):
        case 0:
            del changed[chance.randrange(3, len(changed)) :]
        case 1:
            for _ in range(chance.randrange(1, 20)):
                changed[chance.randrange(3, len(changed))] = chance.randrange(256)
        case 2:
            for _ in range(chance.randrange(1, 4)):
                changed[chance.randrange(3, 600)] = chance.randrange(256)
        case _:
            start = chance.randrange(3, len(changed))
            del changed[start : start + chance.randrange(1, 2000)]
    return bytes(changed)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_damage_is_judged_as_by_decoding_everything(
    mode: str, progressive: bool, tmp_path: Path
) -> None:
    chance = random.Random(f"{mode} {progressive}")
    data = noise(mode, progressive=progressive)
    files = [damaged(data, chance) for _ in range(100)]
    judged = [can_be_decoded(one) for one in files]
    assert {True, False} == set(judged)
    assert [is_taken(one, tmp_path) for one in files] == judged


def test_most_of_a_photograph_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(noise(quality=95))
    looked_at = truncated(path)
    assert looked_at is not None
    assert len(looked_at.getvalue()) < path.stat().st_size / 5


def test_the_facts_are_those_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo())
    facts = inspect(path, "JPEG", _MOST_PIXELS)
    assert (facts.camera, facts.taken_at, facts.text) == (
        "ExampleCam",
        "2026-03-01T12:30:00.000000Z",
        "Harbour at noon",
    )


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(noise(progressive=True), id="progressive"),
        pytest.param(noise()[:-2], id="without its end"),
        pytest.param(noise() + noise(), id="two in one"),
        pytest.param(b"\xff\xd8\xff\xd9", id="empty"),
        pytest.param(b"\xff\xd8\xff\xe0\xff\xff\xff\xd9", id="a segment that leads nowhere"),
    ],
)
def test_an_unusual_file_is_left_to_the_decoder(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(data)
    assert truncated(path) is None
