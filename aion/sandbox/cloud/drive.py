"""A fake cloud drive: a few files that are drawn on demand, and exported ones.

Its pictures are the same in every run. Two of its files cannot be imported, so that jobs can
succeed in part without a fault.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw

from aion.sandbox.runtime.state import State
from aion.sandbox.store.records import Record

PROVIDER: Final = "google_drive"
ROOT: Final = "drive-root"
DRIVE_FILE: Final = "drive_file"
"""Kind of the records of exported files and their folders."""
FOLDER_TYPE: Final = "application/vnd.google-apps.folder"

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class DriveFile:
    """One file of every drive."""

    id: str
    name: str
    mime_type: str
    format: str
    size: tuple[int, int]
    ground: Color
    figure: Color


_PICTURES: Final = (
    DriveFile("drive-harbor", "Harbor.jpg", "image/jpeg", "JPEG", (320, 240),
              (20, 60, 120), (240, 230, 200)),
    DriveFile("drive-orchard", "Orchard.png", "image/png", "PNG", (240, 240),
              (40, 110, 50), (200, 40, 30)),
    DriveFile("drive-dunes", "Dunes.webp", "image/webp", "WEBP", (360, 200),
              (220, 190, 130), (120, 170, 220)),
    DriveFile("drive-lantern", "Lantern.gif", "image/gif", "GIF", (160, 200),
              (30, 25, 45), (250, 190, 60)),
    DriveFile("drive-platform", "Platform.jpg", "image/jpeg", "JPEG", (400, 300),
              (110, 110, 115), (230, 120, 40)),
)  # fmt: skip
_OTHERS: Final = {
    "drive-notes": ("Notes.bin", "application/octet-stream", b"\x00\x01not a picture\x02"),
    "drive-torn": ("Torn.jpg", "image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 torn"),
}
"""Files that an import accepts, and fails to use."""


@lru_cache(maxsize=len(_PICTURES))
def _drawn(picture: DriveFile) -> bytes:
    image = Image.new("RGB", picture.size, picture.ground)
    width, height = picture.size
    box = (width // 4, height // 3, width * 3 // 4, height * 5 // 6)
    ImageDraw.Draw(image).ellipse(box, fill=picture.figure)
    target = io.BytesIO()
    image.save(target, picture.format)
    return target.getvalue()


def read(file_id: str, exported: Path | None) -> bytes | None:
    """Return the bytes of a file, or None for an unknown id; may run in a thread.

    Args:
        file_id: Id of the file.
        exported: Path of its bytes, if it was exported.
    """
    if exported is not None:
        return exported.read_bytes()
    for picture in _PICTURES:
        if picture.id == file_id:
            return _drawn(picture)
    return _OTHERS[file_id][2] if file_id in _OTHERS else None


def exported_path(state: State, account: str, file_id: str) -> Path | None:
    """Return the path of an exported file, or None for other files."""
    found = state.records.get(DRIVE_FILE, file_id)
    if found is None or found.parent != account or "object_key" not in found.body:
        return None
    return state.objects.path(found.body["object_key"])


def listing(state: State, account: str) -> list[dict[str, Any]]:
    """Return all files and folders of an account, as the drive itself lists them."""
    own = [_entry(one.id, one.name, one.mime_type, len(_drawn(one)), ROOT) for one in _PICTURES] + [
        _entry(file_id, name, mime_type, len(data), ROOT)
        for file_id, (name, mime_type, data) in _OTHERS.items()
    ]
    exported, _ = state.records.find(DRIVE_FILE, parent=account)
    return [*own, *map(_exported, exported)]


def _exported(record: Record) -> dict[str, Any]:
    body = record.body
    return _entry(
        record.id, body["name"], body["mime_type"], body.get("size_bytes"), body["folder_id"]
    )


def _entry(
    file_id: str, name: str, mime_type: str, size: int | None, folder: str
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kind": "drive#file",
        "id": file_id,
        "name": name,
        "mimeType": mime_type,
        "parents": [folder],
    }
    if size is not None:
        # The drive's API has sizes as text.
        entry["size"] = str(size)
    return entry


def has_folder(state: State, account: str, folder_id: str) -> bool:
    """Return whether an account has a folder."""
    if folder_id in {ROOT, "root"}:
        return True
    found = state.records.get(DRIVE_FILE, folder_id)
    return found is not None and found.parent == account and found.body["mime_type"] == FOLDER_TYPE


def make_folder(state: State, account: str, name: str) -> str:
    """Create a folder, inside the caller's transaction; returns its id."""
    folder_id = state.records.new_id(DRIVE_FILE)
    body = {"name": name, "mime_type": FOLDER_TYPE, "folder_id": ROOT}
    state.records.put(DRIVE_FILE, folder_id, body, parent=account)
    return folder_id
