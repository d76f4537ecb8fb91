"""Writes datasets as files: CSV, COCO, YOLO and Pascal VOC, as the usual readers expect them.

The sandbox detects no objects in pictures. Each tag of an image is a class, and its box is the
whole image: consistent with the tags, and well formed. The same rows give the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as Xml

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_COLUMNS: Final[tuple[str, ...]] = (
    "item_index", "item_id", "status", "file_name", "width", "height", "description", "tags",
    "visible_text", "confidence_score", "content", "is_verified", "error_message",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a dataset; an item that failed has no path."""

    item_index: int
    item_id: str
    status: str
    path: Path | None
    values: Mapping[str, Any]
    error_message: str | None

    @property
    def file_name(self) -> str:
        """Its name, unique within the dataset."""
        return f"{self.item_index:06d}{self.path.suffix}" if self.path is not None else ""

    @property
    def tags(self) -> list[str]:
        """The tags of the image."""
        return list(self.values.get("tags") or ())

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return int(self.values.get("width") or 0), int(self.values.get("height") or 0)


@dataclass(frozen=True, slots=True)
class Exported:
    """A written file."""

    data: bytes
    ending: str
    content_type: str


def export(kind: str, rows: Sequence[Row], options: Mapping[str, Any]) -> Exported:
    """Write the file of a format.

    Args:
        kind: csv, coco, yolo or pascal_voc.
        rows: The items.
        options: For CSV: `delimiter` (one character) and `include_header`.
    """
    return _WRITERS[kind](rows, options)


def _csv(rows: Sequence[Row], options: Mapping[str, Any]) -> Exported:
    delimiter = options.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise ValueError("delimiter must be one character")
    target = io.StringIO()
    writer: csv.DictWriter[str] = csv.DictWriter(
        target, _COLUMNS, delimiter=delimiter, extrasaction="ignore"
    )
    if options.get("include_header", True):
        writer.writeheader()
    for row in rows:
        own = {
            "item_index": row.item_index,
            "item_id": row.item_id,
            "status": row.status,
            "file_name": row.file_name,
            "tags": "|".join(row.tags),
            "error_message": row.error_message,
        }
        writer.writerow({**row.values, **own})
    return Exported(target.getvalue().encode(), "csv", "text/csv")


def _coco(rows: Sequence[Row], options: Mapping[str, Any]) -> Exported:
    del options
    names = _classes(rows)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for row in _pictured(rows):
        width, height = row.size
        images.append(
            {
                "id": row.item_index + 1,
                "file_name": row.file_name,
                "width": width,
                "height": height,
                "license": 1,
                "caption": row.values.get("description"),
            }
        )
        annotations += [
            {
                "id": len(annotations) + number,
                "image_id": row.item_index + 1,
                "category_id": names.index(tag) + 1,
                "bbox": [0, 0, width, height],
                "area": width * height,
                "segmentation": [[0, 0, width, 0, width, height, 0, height]],
                "iscrowd": 0,
            }
            for number, tag in enumerate(row.tags, start=1)
        ]
    document = {
        "info": {"description": "[sandbox] boxes are whole images", "version": "1.0"},
        "licenses": [{"id": 1, "name": "unknown", "url": ""}],
        "images": images,
        "annotations": annotations,
        "categories": [
            {"id": number, "name": name, "supercategory": "tag"}
            for number, name in enumerate(names, start=1)
        ],
    }
    return Exported(json.dumps(document).encode(), "json", "application/json")


def _yolo(rows: Sequence[Row], options: Mapping[str, Any]) -> Exported:
    del options
    names = _classes(rows)
    parts: list[tuple[str, bytes]] = []
    for row, path in _with_paths(rows):
        lines = [f"{names.index(tag)} 0.5 0.5 1.0 1.0\n" for tag in row.tags]
        stem = row.file_name.partition(".")[0]
        parts.append((f"images/train/{row.file_name}", path.read_bytes()))
        parts.append((f"labels/train/{stem}.txt", "".join(lines).encode()))
    # Every JSON string is also a YAML string.
    listed = "".join(f"  {number}: {json.dumps(name)}\n" for number, name in enumerate(names))
    head = f"path: .\ntrain: images/train\nval: images/train\nnc: {len(names)}\n"
    parts.append(("data.yaml", f"{head}names:\n{listed}".encode()))
    parts.append(("classes.txt", "".join(f"{name}\n" for name in names).encode()))
    return Exported(_zipped(parts), "zip", "application/zip")


def _pascal_voc(rows: Sequence[Row], options: Mapping[str, Any]) -> Exported:
    del options
    parts: list[tuple[str, bytes]] = []
    stems: list[str] = []
    for row, path in _with_paths(rows):
        stem = row.file_name.partition(".")[0]
        stems.append(stem)
        parts.append((f"JPEGImages/{row.file_name}", path.read_bytes()))
        parts.append((f"Annotations/{stem}.xml", _annotation(row)))
    listed = "".join(f"{stem}\n" for stem in stems).encode()
    parts.append(("ImageSets/Main/train.txt", listed))
    parts.append(("ImageSets/Main/trainval.txt", listed))
    return Exported(_zipped(parts), "zip", "application/zip")


def _annotation(row: Row) -> bytes:
    width, height = row.size
    root = Xml.Element("annotation")
    for name, text in (("folder", "JPEGImages"), ("filename", row.file_name)):
        Xml.SubElement(root, name).text = text
    Xml.SubElement(Xml.SubElement(root, "source"), "database").text = "sandbox"
    size = Xml.SubElement(root, "size")
    for name, number in (("width", width), ("height", height), ("depth", 3)):
        Xml.SubElement(size, name).text = str(number)
    Xml.SubElement(root, "segmented").text = "0"
    for tag in row.tags:
        found = Xml.SubElement(root, "object")
        for name, text in (
            ("name", tag), ("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")
        ):  # fmt: skip
            Xml.SubElement(found, name).text = text
        box = Xml.SubElement(found, "bndbox")
        # Pixels count from 1 in this format.
        for name, number in (("xmin", 1), ("ymin", 1), ("xmax", width), ("ymax", height)):
            Xml.SubElement(box, name).text = str(number)
    Xml.indent(root)
    written: bytes = Xml.tostring(root, encoding="utf-8")
    return written


def _pictured(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.path is not None]


def _with_paths(rows: Sequence[Row]) -> list[tuple[Row, Path]]:
    return [(row, row.path) for row in rows if row.path is not None]


def _classes(rows: Sequence[Row]) -> list[str]:
    return sorted({tag for row in rows for tag in row.tags})


def _zipped(parts: Sequence[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in sorted(parts):
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return target.getvalue()


_WRITERS: Final[dict[str, Callable[[Sequence[Row], Mapping[str, Any]], Exported]]] = {
    "csv": _csv,
    "coco": _coco,
    "yolo": _yolo,
    "pascal_voc": _pascal_voc,
}
