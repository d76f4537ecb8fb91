"""`client.files`: the library of uploaded files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aion import _checks as check
from aion._rt import aio as rt
from aion.types.files import FileList, UserFileDetails
from aion_api.api import user_files
from aion_api.models.user_files import SearchMode

_SEARCH_MODES = tuple(mode.value for mode in SearchMode)
_SORT_KEYS = ("content_created_at", "created_at", "title", "size_bytes")
_MEDIA_TYPES = ("image", "video", "document", "link")


class FilesResource:
    """Lists, reads and changes the files of the library."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def list(
        self,
        *,
        search: str | None = None,
        search_mode: str = "all",
        tags: Sequence[str] | None = None,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        has_description: bool | None = None,
        ids: Sequence[str] | None = None,
        media_types: Sequence[str] | None = None,
        folder_id: str | None = None,
        limit: int = 20,
        offset: int = 0,
        sort_by: str = "content_created_at",
        sort_order: str = "desc",
        timeout: float | None = None,
    ) -> FileList:
        """One page of the library.

        Args:
            search: Words to look for, at most 200 characters.
            search_mode: Where to look: ``all``, ``metadata`` or ``visible_text``.
            tags: Only files that carry all of these.
            date_from: Only files from this moment on. Without a zone it is taken as UTC.
            date_to: Only files up to this moment.
            has_description: Only files with, or only files without, a description.
            ids: Only these files; at most 500.
            media_types: Only these kinds: ``image``, ``video``, ``document``, ``link``.
            folder_id: Only files directly in this folder.
            limit: Files in the page, from 1 to 100.
            offset: Files to skip.
            sort_by: ``content_created_at``, ``created_at``, ``title`` or ``size_bytes``.
            sort_order: ``desc`` or ``asc``.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The files, how many match altogether, and whether there are more.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /user-files``
        """
        if search is not None:
            check.text("search", search, 1, 200)
        request = user_files.list_user_files(
            search=search,
            search_mode=SearchMode(check.choice("search_mode", search_mode, _SEARCH_MODES)),
            tags=check.texts("tags", tags, most=40, longest=50),
            date_from=date_from,
            date_to=date_to,
            has_description=has_description,
            ids=check.texts("ids", ids, most=500),
            media_types=_kinds(media_types),
            folder_id=folder_id,
            limit=check.whole_number("limit", limit, 1, 100),
            offset=check.whole_number("offset", offset, 0),
            sort_by=check.choice("sort_by", sort_by, _SORT_KEYS),
            sort_order=check.choice("sort_order", sort_order, ("desc", "asc")),
        )
        return await self._engine.call(request, timeout=timeout)

    async def get(self, file_id: str, *, timeout: float | None = None) -> UserFileDetails:
        """Everything that is known of one file.

        Args:
            file_id: The id of the file, or its first eight characters.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: There is no such file.
            AionvisionError: The call failed.

        Endpoint: ``GET /user-files/{image_id}``
        """
        request = user_files.get_user_file(check.identifier("file_id", file_id))
        return await self._engine.call(request, timeout=timeout)


def _kinds(media_types: Sequence[str] | None) -> list[str] | None:
    kinds = check.texts("media_types", media_types, most=len(_MEDIA_TYPES))
    for number, kind in enumerate(kinds or ()):
        check.choice(f"media_types[{number}]", kind, _MEDIA_TYPES)
    return kinds
