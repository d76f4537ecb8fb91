"""What a journal holds of a result: every field of every type, in a format that stays readable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from attrs import evolve, frozen

from aion.types.documents import DocumentUploadResult
from aion.types.upload import UploadResult
from aion.types.video import VideoMetadata, VideoUploadResult
from aion.uploads import _expand, _video_file
from aion.uploads._record import DocumentJournalRecord, JournalRecord, restored, restored_document
from aion.uploads._stored_result import read, written
from aion.uploads._video_file import VideoOptions
from aion.uploads._video_record import VideoJournalRecord
from aion_api import UNSET, Model, field_names
from tests.behaviour.movies import movie, saved

URL = "https://api.example.com/api/v2"
MOMENT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def sample(hint: Any) -> Any:
    """A value of a type, and of none of its subclasses."""
    some = [one for one in get_args(hint) if one is not NoneType]
    if get_origin(hint) is list:
        return [sample(some[0])]
    if some:
        return sample(some[0])
    if issubclass(hint, Enum):
        return list(hint)[-1]
    if issubclass(hint, Model):
        return filled(hint)
    plain: dict[Any, Any] = {str: "text", int: 7, float: 0.5, bool: True, datetime: MOMENT}
    return plain[hint]


def filled(kind: type[Any], **values: Any) -> Any:
    """A result with a value in every field."""
    hints = get_type_hints(kind)
    samples = {name: sample(hints[name]) for name in field_names(kind)}
    return kind(**{**samples, **values})


def image(result: Any, folder: Path) -> object:
    def open_record() -> JournalRecord:
        return JournalRecord(
            folder / "journal", _expand.expand([movie()], ["a.jpg"], check=any_file), URL
        )

    record = open_record()
    record.stored([(0, result)])
    record.close()
    record = open_record()
    record.close()
    return restored(record.done()[0])


def document(result: Any, folder: Path) -> object:
    def open_record() -> DocumentJournalRecord:
        files = _expand.expand([movie()], ["a.txt"], check=any_file)
        return DocumentJournalRecord(folder / "journal", files, URL, {})

    record = open_record()
    record.processed([(0, result)])
    record.close()
    record = open_record()
    record.close()
    return restored_document(record.done()[0])


def video(result: Any, folder: Path) -> object:
    path = saved(folder, data=movie(size=2500))
    options = VideoOptions(UNSET, ["sea"], True, "full_vlm", None, 3)

    def open_record() -> VideoJournalRecord:
        return VideoJournalRecord(folder / "journal", [_video_file.video(path)], URL, options)

    record = open_record()
    record.stored(0, result)
    record.close()
    record = open_record()
    known = record.result(0)
    record.close()
    return known


def any_file(file: Any, filename: str | None) -> Any:
    from aion.uploads._local_file import Upload

    return Upload(filename or "", "image/jpeg", len(file), file, "", "")


@pytest.mark.parametrize(
    ("through", "result"),
    [
        (image, filled(UploadResult, path=None)),
        (document, filled(DocumentUploadResult, path=None)),
        (video, filled(VideoUploadResult, status="completed", path=None)),
    ],
    ids=["image", "document", "video"],
)
def test_every_field_comes_back_with_its_value_and_type(
    through: Callable[[Any, Path], object], result: Model, tmp_path: Path
) -> None:
    names = field_names(type(result))
    links: dict[str, Any] = {name: None for name in names if name.endswith("_url")}
    expected = evolve(result, **links)
    known = through(result, tmp_path)
    assert known == expected
    for name in names:
        assert type(getattr(known, name)) is type(getattr(expected, name)), name


@frozen(slots=False)
class Later(UploadResult):
    """A result as a later version may have it."""

    described_at: datetime | None = None
    seen: list[datetime] | None = None


def test_a_field_that_is_added_needs_no_other_change() -> None:
    result = Later("i", "a.jpg", "k", described_at=MOMENT, seen=[MOMENT])
    assert read(Later, written(result)) == result


def test_a_field_that_is_not_known_is_left_out() -> None:
    text = written(Later("i", "a.jpg", "k", described_at=MOMENT))
    assert read(UploadResult, text) == UploadResult("i", "a.jpg", "k")


FORMATS: list[tuple[Model, str]] = [
    (
        UploadResult("i1", "a.jpg", "k", "words", ["sea"], created_at=MOMENT),
        '{"image_id": "i1", "filename": "a.jpg", "object_key": "k", "description": "words",'
        ' "tags": ["sea"], "description_status": "pending",'
        ' "created_at": "2026-05-01T12:00:00Z"}',
    ),
    (
        DocumentUploadResult("d1", "a.txt", "k", "text/plain", 5, created_at=MOMENT),
        '{"document_id": "d1", "filename": "a.txt", "object_key": "k",'
        ' "content_type": "text/plain", "size_bytes": 5, "text_extraction_status": "pending",'
        ' "created_at": "2026-05-01T12:00:00Z"}',
    ),
    (
        VideoUploadResult("v1", metadata=VideoMetadata(1.5, "640x480"), created_at=MOMENT),
        '{"media_id": "v1", "status": "completed",'
        ' "metadata": {"duration_seconds": 1.5, "resolution": "640x480"},'
        ' "created_at": "2026-05-01T12:00:00Z"}',
    ),
]


@pytest.mark.parametrize(("result", "text"), FORMATS, ids=["image", "document", "video"])
def test_the_format_on_disk_stays_readable(result: Model, text: str) -> None:
    assert read(type(result), text) == result
    assert written(result) == text


def test_no_signed_link_is_written() -> None:
    result = filled(VideoUploadResult, thumbnail_url="secret", video_url="secret")
    assert "secret" not in written(result)
