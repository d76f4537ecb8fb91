"""Checks videos to upload, and their options, before anything is sent.

The first bytes decide the type; if they identify none, as in old QuickTime files, the extension
does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from aion import _checks as check
from aion._http.content import Version, open_file, version_of
from aion._plain_values import by_value
from aion.exceptions import ValidationError
from aion.types._skipped import Skipped
from aion.types.callbacks import (
    VideoAnalysisProgressEvent,
    VideoChunkProgressEvent,
    VideoUploadCompleteEvent,
)
from aion.uploads import _expand, _local_file, _media_types, _mp4
from aion.uploads._media_types import VIDEO_TYPES
from aion_api import Unset

LARGEST = 4 * 1024**3
"""Most bytes of one video."""
LONGEST = 7200.0
"""Most seconds of one video."""
MOST_IN_BATCH = 10
MOST_CHUNKS = 10_000
LONGEST_REASON = 500
ANALYSES = ("full_vlm", "frame_sample", "scene_detection", "transcript")
PRIORITIES = ("low", "normal", "high")
PROVIDERS = ("google", "openai", "anthropic")

_ISO_TYPES = ("video/mp4", "video/quicktime", "video/x-m4v")
_HEAD = 512
_INSTEAD = "pass its path"
_PATH = "the path of a video"
_PATH_OF_DATA = f'{_PATH}: write the bytes to a file first, Path("video.mp4").write_bytes(data)'


@dataclass(frozen=True, slots=True)
class Video(_local_file.Upload):
    """One video on disk, checked.

    Attributes:
        path: The path of the file.
        version: Its size and modification time, to detect changes.
        duration: Its length in seconds, if its headers state it.
    """

    path: Path
    version: Version
    duration: float | None


@dataclass(frozen=True, slots=True)
class VideoOptions:
    """The options of an upload of videos."""

    title: str | Unset
    tags: list[str] | Unset
    auto_analyze: bool
    analysis_type: str
    chunk_concurrency: int | None
    chunk_retries: int


@dataclass(frozen=True, slots=True)
class VideoCallbacks:
    """The callbacks of an upload of videos."""

    on_chunk_progress: Callable[[VideoChunkProgressEvent], Any] | None = None
    on_upload_complete: Callable[[VideoUploadCompleteEvent], Any] | None = None
    on_analysis_progress: Callable[[VideoAnalysisProgressEvent], Any] | None = None


def video(file: Any, filename: str | None = None) -> Video:
    """Check a video by its path.

    Raises:
        FileNotFoundError: The file does not exist.
        ValidationError: It is a directory, empty, too large, too long, or not a video that the
            service accepts.
    """
    if not isinstance(file, (str, Path)):
        check.unopened("file", file, _INSTEAD)
        is_data = isinstance(file, (bytes, bytearray, memoryview))
        check.refuse("file", cast("object", file), _PATH_OF_DATA if is_data else _PATH)
    check.filled("file", file)
    path = Path(by_value(os.fspath(file)))
    found, head, duration = _inspect(path)
    name = check.filename("filename", filename) or path.name
    size = found.st_size
    if size == 0:
        raise _unfit(f"{name} is empty: there is nothing to upload")
    if size > LARGEST:
        raise _unfit(f"{name} has {size:,} bytes: at most {LARGEST:,} can be uploaded", size)
    kind = _type(name, head)
    if duration is not None and duration > LONGEST:
        raise _unfit(f"{name} lasts {duration:.0f} s: at most {LONGEST:.0f} s can be uploaded")
    place = _local_file.placed(str(path), name)
    return Video(name, kind, size, *place, path, version_of(found), duration)


def _inspect(path: Path) -> tuple[os.stat_result, bytes, float | None]:
    try:
        _local_file.require_file(str(path), "videos")
        with BufferedReader(open_file(path)) as handle:

            def read(offset: int, count: int) -> bytes:
                handle.seek(offset)
                return handle.read(count)

            found = os.fstat(handle.fileno())
            return found, read(0, _HEAD), _mp4.length(read, found.st_size)
    except (OSError, ValueError) as error:
        raise _local_file.unreadable(str(path), error) from None


def _type(name: str, head: bytes) -> str:
    kind = _media_types.sniff(head)
    named = VIDEO_TYPES.get(Path(name).suffix.lower())
    if kind is None and named is not None:
        return named
    if kind == "video/mp4" and named in _ISO_TYPES:
        return named
    # Matroska has the same signature as WebM, which is a subset of it.
    if kind in VIDEO_TYPES.values() and (kind != "video/webm" or b"webm" in head[:64]):
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


def videos(
    files: Any, *, recursive: bool = True, include_hidden: bool = False, journal: Any = None
) -> tuple[list[Video], Skipped]:
    """Check the videos of a path or a list of paths; a directory stands for the videos in it.

    Args:
        files: A path, or an iterable of paths.
        recursive: Include the directories below a directory.
        include_hidden: Include files and directories whose name begins with a dot.
        journal: The journal of the upload, or None.

    Returns:
        The videos, and what directories left out.

    Raises:
        FileNotFoundError: A named file does not exist.
        ValidationError: No video was found, or one of them cannot be uploaded.
    """
    check.unopened("files", files, _INSTEAD)
    found = _expand.expand(
        files,
        recursive=recursive,
        include_hidden=include_hidden,
        check=video,
        extensions=frozenset(VIDEO_TYPES),
        journal=journal,
    )
    bad = [one.file for one in found if isinstance(one.file, _expand.Unusable)]
    if bad:
        raise _expand.unfit(bad, len(found))
    return [cast("Video", one.upload) for one in found], found.skipped
