"""Makes the request bodies of video uploads from checked arguments. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from aion import _checks as check
from aion._plain_values import written
from aion.uploads._video_file import LARGEST, MOST_IN_BATCH
from aion_api import UNSET, Unset
from aion_api.models.video_uploads import InitiateVideoUploadRequestDTO

_MOST_TAGS = 20
_LONGEST_TAG = 50
_LONGEST_NAME = 255
_FIELDS = ("filename", "content_type", "size_bytes", "title", "tags", "metadata")


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
    """Make the body that begins an upload. `field` prefixes the names in error messages."""
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


def announcements(videos: Any) -> list[InitiateVideoUploadRequestDTO]:
    """Make the bodies of a batch from dictionaries."""
    bodies: list[InitiateVideoUploadRequestDTO] = []
    for number, one in enumerate(check.entries("videos", videos, most=MOST_IN_BATCH)):
        field = f"videos[{number}]"
        if not isinstance(one, Mapping):
            check.refuse(field, one, f"a dictionary of {', '.join(_FIELDS)}")
        facts = dict(cast("Mapping[str, Any]", one))
        for name in facts:
            if name not in _FIELDS:
                check.refuse(field, name, f"a dictionary of {', '.join(_FIELDS)}")
        # A missing field is refused as None, by its name.
        required = [facts.pop(name, None) for name in _FIELDS[:3]]
        bodies.append(announcement(*required, **facts, field=f"{field}."))
    return bodies


def title_of(title: Any, field: str = "") -> str | Unset:
    """Validate the title of a video; None becomes `UNSET`."""
    return UNSET if title is None else check.text(f"{field}title", title, 0, _LONGEST_NAME)


def tags_of(tags: Any, field: str = "") -> list[str] | Unset:
    """Validate the tags of a video; None becomes `UNSET`."""
    name = f"{field}tags"
    items = check.texts(name, cast("Sequence[str] | None", tags), most=_MOST_TAGS)
    for number, tag in enumerate(items or ()):
        if len(tag) > _LONGEST_TAG or not all(one.isalnum() or one in " -_" for one in tag):
            rule = f"1 to {_LONGEST_TAG} letters, digits, spaces, - or _"
            check.refuse(f"{name}[{number}]", tag, rule)
    return UNSET if items is None else items


def _metadata(metadata: Any, field: str) -> dict[str, str] | Unset:
    if metadata is None:
        return UNSET
    pairs: dict[Any, Any] = check.mapping(f"{field}metadata", metadata)
    return {_text(field, key, key): _text(field, key, value) for key, value in pairs.items()}


def _text(field: str, key: Any, value: Any) -> str:
    """Return a value as text, the only type that the service stores."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        check.refuse(f"{field}metadata[{key!r}]", value, "text, a number, True or False")
    return written(value)
