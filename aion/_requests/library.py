"""Makes the requests that files and links share: lists, updates and batch deletions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from aion import _checks as check
from aion.types.files import BatchDeleteFilesResponse
from aion_api import UNSET, Request, Unset
from aion_api.api import user_files
from aion_api.models.shared import UpdateFileRequest
from aion_api.models.user_files import BatchDeleteFilesRequest, FileList, SearchMode

SEARCH_MODES = tuple(mode.value for mode in SearchMode)
MEDIA_TYPES = ("image", "video", "document", "link")
FILE_SORTS = ("content_created_at", "created_at", "title", "size_bytes")
MAX_PAGE = 100
MAX_IDS = 500
MAX_BATCH_DELETE = 100
MAX_TITLE_LENGTH = 255
MAX_TAGS = 40
MAX_TAG_LENGTH = 50

Listing = Callable[[int, int], Request[FileList]]
"""Returns the request for a page, from its limit and offset."""


def listing(
    *,
    search: str | None,
    tags: Iterable[str] | None,
    date_from: datetime | None,
    date_to: datetime | None,
    folder_id: str | None,
    sort_by: str,
    sort_order: str,
    search_mode: str | None = None,
    has_description: bool | None = None,
    ids: Iterable[str] | None = None,
    media_types: Sequence[str] | None = None,
    sorts: Sequence[str] = FILE_SORTS,
) -> Listing:
    """Return the listing with these filters. `sorts` has the allowed sort orders.

    Raises:
        ValidationError: A filter is out of range.
    """
    for name, moment in (("date_from", date_from), ("date_to", date_to)):
        _require_moment(name, moment)
    filters: dict[str, Any] = {
        "search": None if search is None else check.text("search", search, 1, 200),
        "search_mode": None if search_mode is None else _mode(search_mode),
        "tags": labels(tags),
        "date_from": date_from,
        "date_to": date_to,
        "has_description": has_description,
        "ids": _ids(ids),
        "media_types": _kinds(media_types),
        "folder_id": check.identifier("folder_id", folder_id) if folder_id is not None else None,
        "sort_by": check.choice("sort_by", sort_by, sorts),
        "sort_order": check.choice("sort_order", sort_order, ("desc", "asc")),
    }
    return lambda limit, offset: user_files.list_user_files(**filters, limit=limit, offset=offset)


def batch_delete(field: str, ids: Sequence[str]) -> Request[BatchDeleteFilesResponse]:
    """Make the request that deletes several files or links.

    Args:
        field: The name of the argument, for the message.
        ids: From 1 to 100 ids, without duplicates.

    Raises:
        ValidationError: There are too many ids, none, or duplicates.
    """
    body = BatchDeleteFilesRequest(check.identifiers(field, ids, most=MAX_BATCH_DELETE))
    request = user_files.batch_delete_user_files(body=body)
    return request.decoding(BatchDeleteFilesResponse.from_api_response)


def labels(tags: Iterable[str] | None) -> list[str] | None:
    """Validate tags by the limits of the service."""
    return check.texts("tags", tags, most=MAX_TAGS, longest=MAX_TAG_LENGTH)


def page_size(field: str, value: int) -> int:
    """Validate the number of files per page."""
    return check.whole_number(field, value, 1, MAX_PAGE)


def changes(title: str | Unset | None, tags: Iterable[str] | Unset | None) -> UpdateFileRequest:
    """Make the body of an update.

    Raises:
        ValidationError: The update would change nothing, or a value is out of range.
    """
    if title is UNSET and tags is UNSET:
        check.missing("title", "tags")
    return UpdateFileRequest(
        title=title if title is None or title is UNSET else _title(title),
        tags=tags if tags is UNSET else labels(tags),
    )


def _mode(search_mode: str) -> SearchMode:
    return SearchMode(check.choice("search_mode", search_mode, SEARCH_MODES))


def _title(value: str) -> str:
    return check.text("title", value, 0, MAX_TITLE_LENGTH)


def _ids(ids: Iterable[str] | None) -> list[str] | None:
    items = check.texts("ids", ids, most=MAX_IDS)
    if items == []:
        # An empty list is sent as no filter, which would match everything.
        check.refuse("ids", ids, f"a list of 1 to {MAX_IDS} ids, or left out")
    return items


def _kinds(media_types: Sequence[str] | None) -> list[str] | None:
    kinds = check.texts("media_types", media_types, most=len(MEDIA_TYPES))
    for number, kind in enumerate(kinds or ()):
        check.choice(f"media_types[{number}]", kind, MEDIA_TYPES)
    return kinds


def _require_moment(field: str, value: object) -> None:
    if value is not None and not isinstance(value, datetime):
        check.refuse(field, value, "a datetime")
