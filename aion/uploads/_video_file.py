"""Videos to upload, and what is said about them: checked before anything is sent.

The type is decided by the first bytes; where these show none, as in old QuickTime files, by the
extension.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from aion import _checks as check
from aion._http.content import (
    Version,
    open_file,
    version_of,
)
from aion._plain_values import (
    by_value,
    written,
)
from aion.exceptions import ValidationError
from aion.types.callbacks import (
    VideoAnalysisProgressEvent,
    VideoChunkProgressEvent,
    VideoUploadCompleteEvent,
)
from aion.uploads import (
    _expand as _files,
)
from aion.uploads import (
    _local_file as _media,
)
from aion.uploads import (
    _mp4 as _movies,
)
from aion_api import UNSET, Unset
from aion_api.models.video_uploads import InitiateVideoUploadRequestDTO

LARGEST = 4 * 1024**3
"""Bytes of one video."""
LONGEST = 7200.0
"""Seconds of one video."""
MOST_IN_BATCH = 10
MOST_CHUNKS = 10_000
LONGEST_REASON = 500
ANALYSES = ("full_vlm", "frame_sample", "scene_detection", "transcript")
PRIORITIES = ("low", "normal", "high")
PROVIDERS = ("google", "openai", "anthropic")

EXTENSIONS = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".m4v": "video/x-m4v",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
}
"""Media types by extension."""

_ISO_TYPES = ("video/mp4", "video/quicktime", "video/x-m4v")
_FIELDS = ("filename", "content_type", "size_bytes", "title", "tags", "metadata")
_MOST_TAGS = 20
_LONGEST_TAG = 50
_LONGEST_NAME = 255
_HEAD = 512


@dataclass(frozen=True, slots=True)
class Video(_media.Upload):
    """One video on disk, checked.

    Attributes:
        path: Where it is.
        version: Tells it from a later one at the same place.
        duration: Its length in seconds, where its headers tell.
    """

    path: Path
    version: Version
    duration: float | None


@dataclass(frozen=True, slots=True)
class VideoWishes:
    """What is asked for with the upload of a video."""

    title: str | Unset
    tags: list[str] | Unset
    auto_analyze: bool
    analysis_type: str
    chunk_concurrency: int | None
    chunk_retries: int


@dataclass(frozen=True, slots=True)
class VideoCallbacks:
    """Who is told of the progress of a video."""

    on_chunk_progress: Callable[[VideoChunkProgressEvent], Any] | None = None
    on_upload_complete: Callable[[VideoUploadCompleteEvent], Any] | None = None
    on_analysis_progress: Callable[[VideoAnalysisProgressEvent], Any] | None = None


def video(file: Any, filename: str | None = None) -> Video:
    """A video by its path.

    Raises:
        FileNotFoundError: There is no such file.
        ValidationError: It is a directory, empty, too large, too long, or no video that the
            service takes.
    """
    if not isinstance(file, (str, Path)):
        check.unopened("file", file, "pass its path")
        check.refuse("file", file, "the path of a video")
    check.filled("file", file)
    path = Path(by_value(os.fspath(file)))
    found, head, duration = _look(path)
    name = check.filename("filename", filename) or path.name
    size = found.st_size
    if size == 0:
        raise _unfit(f"{name} is empty: there is nothing to upload")
    if size > LARGEST:
        raise _unfit(f"{name} has {size:,} bytes: at most {LARGEST:,} can be uploaded", size)
    kind = _type(name, head)
    if duration is not None and duration > LONGEST:
        raise _unfit(f"{name} lasts {duration:.0f} s: at most {LONGEST:.0f} s can be uploaded")
    place = _media.placed(str(path), name)
    return Video(name, kind, size, *place, path, version_of(found), duration)


def _look(path: Path) -> tuple[os.stat_result, bytes, float | None]:
    try:
        _media.require_file(str(path), "videos")
        with BufferedReader(open_file(path)) as handle:

            def read(offset: int, count: int) -> bytes:
                handle.seek(offset)
                return handle.read(count)

            found = os.fstat(handle.fileno())
            return found, read(0, _HEAD), _movies.length(read, found.st_size)
    except (OSError, ValueError) as error:
        raise _media.unreadable(str(path), error) from None


def _type(name: str, head: bytes) -> str:
    kind = _media.sniff(head)
    named = EXTENSIONS.get(Path(name).suffix.lower())
    if kind is None and named is not None:
        return named
    if kind == "video/mp4" and named in _ISO_TYPES:
        return named
    # Matroska begins as WebM does, which is a part of it.
    if kind in EXTENSIONS.values() and (kind != "video/webm" or b"webm" in head[:64]):
        return str(kind)
    raise ValidationError(
        f"{name} is not an MP4, QuickTime, M4V, WebM or AVI video",
        details={"field": "file", "content_type": kind},
    )


def _unfit(message: str, size: int | None = None) -> ValidationError:
    details: dict[str, Any] = {"field": "file"}
    if size is not None:
        details |= {"size_bytes": size, "limit": LARGEST}
    return ValidationError(message, details=details)


def videos(files: Any) -> list[Video]:
    """The videos that are meant by a path or a list of paths; a directory means those in it.

    Raises:
        FileNotFoundError: One that was named does not exist.
        ValidationError: There is none, or one of them cannot be uploaded.
    """
    found = _files.expand(files, check=video, extensions=frozenset(EXTENSIONS))
    bad = [one.file for one in found if isinstance(one.file, _files.Unusable)]
    if bad:
        raise _files.unfit(bad, len(found))
    return [cast("Video", one.upload) for one in found]


def announcement(
    filename: Any,
    content_type: Any,
    size_bytes: Any,
    *,
    title: Any = None,
    tags: Any = None,
    metadata: Any = None,
    field: str = "",
) -> InitiateVideoUploadRequestDTO:
    """The body that begins an upload; `field` is what the names of arguments are shown with."""
    kind = check.text(f"{field}content_type", content_type, 1, _LONGEST_NAME)
    if not kind.startswith("video/") or kind == "video/":
        check.refuse(f"{field}content_type", kind, "a media type of a video, such as video/mp4")
    return InitiateVideoUploadRequestDTO(
        filename=check.stored_name(f"{field}filename", filename),
        content_type=kind,
        size_bytes=check.whole_number(f"{field}size_bytes", size_bytes, 1, LARGEST),
        title=title_of(title, field),
        tags=tags_of(tags, field),
        metadata=_metadata(metadata, field),
    )


def announcements(given: Any) -> list[InitiateVideoUploadRequestDTO]:
    """The bodies of a batch, from dictionaries."""
    bodies: list[InitiateVideoUploadRequestDTO] = []
    for number, one in enumerate(check.entries("videos", given, most=MOST_IN_BATCH)):
        field = f"videos[{number}]"
        if not isinstance(one, Mapping):
            check.refuse(field, one, f"a dictionary of {', '.join(_FIELDS)}")
        facts = dict(cast("Mapping[str, Any]", one))
        for name in facts:
            if name not in _FIELDS:
                check.refuse(field, name, f"a dictionary of {', '.join(_FIELDS)}")
        # What is missing is refused as None, by its name.
        required = [facts.pop(name, None) for name in _FIELDS[:3]]
        bodies.append(announcement(*required, **facts, field=f"{field}."))
    return bodies


def title_of(title: Any, field: str = "") -> str | Unset:
    """The title of a video, as it is sent."""
    return UNSET if title is None else check.text(f"{field}title", title, 0, _LONGEST_NAME)


def tags_of(tags: Any, field: str = "") -> list[str] | Unset:
    """The tags of a video, as they are sent."""
    name = f"{field}tags"
    found = check.texts(name, cast("Sequence[str] | None", tags), most=_MOST_TAGS)
    for number, tag in enumerate(found or ()):
        if len(tag) > _LONGEST_TAG or not all(one.isalnum() or one in " -_" for one in tag):
            rule = f"1 to {_LONGEST_TAG} letters, digits, spaces, - or _"
            check.refuse(f"{name}[{number}]", tag, rule)
    return UNSET if found is None else found


def _metadata(metadata: Any, field: str) -> dict[str, str] | Unset:
    if metadata is None:
        return UNSET
    pairs: dict[Any, Any] = check.mapping(f"{field}metadata", metadata)
    return {_text(field, key, key): _text(field, key, value) for key, value in pairs.items()}


def _text(field: str, key: Any, value: Any) -> str:
    """A value as text, the only kind that the service keeps."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        check.refuse(f"{field}metadata[{key!r}]", value, "text, a number, True or False")
    return written(value)
