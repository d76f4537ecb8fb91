"""`client.files`: the library of uploaded files."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from aion import _checks as check
from aion._flows.download import save, target
from aion._flows.paging import Pages
from aion._requests import library
from aion._requests.library import changes, listing
from aion._requests.library import page_size as size_of_page
from aion._requests.page import Page
from aion._runtime import aio as rt
from aion.types.files import (
    BatchDeleteFilesResponse,
    DeleteFileResult,
    FileList,
    UpdateFileResult,
    UserFile,
    UserFileDetails,
)
from aion_api import UNSET, Unset
from aion_api.api import user_files

MAX_BATCH_DELETE = library.MAX_BATCH_DELETE
VARIANT_TYPES = ("original", "tiny_64", "small_256", "medium_512", "medium_750", "large_1024")


class FilesResource:
    """Lists, reads, changes, downloads and deletes the files of the library."""

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
        """Get one page of the library.

        Args:
            search: The words to search for, at most 200 characters.
            search_mode: Where to search: ``all``, ``metadata`` or ``visible_text``.
            tags: Only files with all of these tags; at most 40 of up to 50 characters each.
            date_from: Only files from this moment on. Without a zone it counts as UTC.
            date_to: Only files up to this moment.
            has_description: Only files with, or only files without, a description.
            ids: Only these files, from 1 to 500. A page still has at most `limit` of them.
            media_types: Only these kinds: ``image``, ``video``, ``document``, ``link``.
            folder_id: Only files directly in this folder.
            limit: Files in the page, from 1 to 100.
            offset: Files to skip.
            sort_by: ``content_created_at``, ``created_at``, ``title`` or ``size_bytes``.
            sort_order: ``desc`` or ``asc``.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The files, the total number of matches, and whether there are more.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /user-files``
        """
        page = listing(
            search=search,
            search_mode=search_mode,
            tags=tags,
            date_from=date_from,
            date_to=date_to,
            has_description=has_description,
            ids=ids,
            media_types=media_types,
            folder_id=folder_id,
            sort_by=sort_by,
            sort_order=sort_order,
        )
        request = page(size_of_page("limit", limit), check.whole_number("offset", offset, 0))
        return await self._engine.call(request, timeout=timeout)

    def list_all(
        self,
        *,
        search: str | None = None,
        search_mode: str = "all",
        tags: Sequence[str] | None = None,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        has_description: bool | None = None,
        media_types: Sequence[str] | None = None,
        folder_id: str | None = None,
        sort_by: str = "content_created_at",
        sort_order: str = "desc",
        page_size: int = 50,
    ) -> AsyncIterator[UserFile]:
        """Iterate over all matching files.

        Nothing is fetched before the first item is requested; then the next page is fetched while
        the current one is read. Iterating over the result again starts a new listing.

        Deleting files while iterating is safe: each that exists from the beginning to the end
        is yielded once. Items added or deleted meanwhile may or may not be yielded. One case
        cannot be detected: a file may be missed if, between two requests, as many are added as
        are deleted.

        Args:
            search: The words to search for, at most 200 characters.
            search_mode: Where to search: ``all``, ``metadata`` or ``visible_text``.
            tags: Only files with all of these tags; at most 40 of up to 50 characters each.
            date_from: Only files from this moment on. Without a zone it counts as UTC.
            date_to: Only files up to this moment.
            has_description: Only files with, or only files without, a description.
            media_types: Only these kinds: ``image``, ``video``, ``document``, ``link``.
            folder_id: Only files directly in this folder.
            sort_by: ``content_created_at``, ``created_at``, ``title`` or ``size_bytes``.
            sort_order: ``desc`` or ``asc``.
            page_size: Files in one request, from 1 to 100.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ServerError: While iterating: a page repeats an earlier one.
            AionvisionError: While iterating: a call failed.

        Endpoint: ``GET /user-files``
        """
        page = listing(
            search=search,
            search_mode=search_mode,
            tags=tags,
            date_from=date_from,
            date_to=date_to,
            has_description=has_description,
            media_types=media_types,
            folder_id=folder_id,
            sort_by=sort_by,
            sort_order=sort_order,
        )
        size = size_of_page("page_size", page_size)

        async def fetch(offset: int) -> Page[UserFile]:
            answer = await self._engine.call(page(size, offset))
            return Page(answer.files, answer.has_more, answer.total_count)

        return Pages(fetch, lambda file: file.id)

    async def get(self, file_id: str, *, timeout: float | None = None) -> UserFileDetails:
        """Get all details of one file.

        Args:
            file_id: The id of the file, or its first eight characters.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The file does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /user-files/{image_id}``
        """
        request = user_files.get_user_file(check.identifier("file_id", file_id))
        return await self._engine.call(request, timeout=timeout)

    async def update(
        self,
        file_id: str,
        *,
        title: str | Unset | None = UNSET,
        tags: Sequence[str] | Unset | None = UNSET,
        timeout: float | None = None,
    ) -> UpdateFileResult:
        """Change the title, the tags, or both.

        Omitted arguments change nothing; None clears the field.

        Args:
            file_id: The id of the file.
            title: The new title, at most 255 characters.
            tags: The new tags, which replace all old ones: at most 40 of up to 50 characters each.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The new title and tags.

        Raises:
            ValidationError: Neither was passed, or one is out of range; nothing was sent.
            ResourceNotFoundError: The file does not exist.
            AionvisionError: The call failed.

        Endpoint: ``PATCH /user-files/{image_id}``
        """
        body = changes(title, tags)
        request = user_files.update_user_file(check.identifier("file_id", file_id), body=body)
        return await self._engine.call(request, timeout=timeout)

    async def delete(self, file_id: str, *, timeout: float | None = None) -> DeleteFileResult:
        """Delete a file. For 30 days it can be restored in the dashboard, but not by this API.

        Args:
            file_id: The id of the file.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The file does not exist, or is deleted already.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /user-files/{image_id}``
        """
        request = user_files.delete_user_file(check.identifier("file_id", file_id))
        return await self._engine.call(request, timeout=timeout)

    async def batch_delete(
        self, file_ids: Sequence[str], *, timeout: float | None = None
    ) -> BatchDeleteFilesResponse:
        """Delete several files, of any kind.

        Args:
            file_ids: From 1 to 100 ids, without duplicates.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            Every file in one of three groups. Files that are being processed are skipped, and no
            error is raised for them or for those that failed.

        Raises:
            ValidationError: Too many ids, none, or duplicates; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /user-files/batch-delete``
        """
        request = library.batch_delete("file_ids", file_ids)
        return await self._engine.call(request, timeout=timeout)

    async def get_variant(
        self, file_id: str, variant_type: str = "medium_750", *, timeout: float | None = None
    ) -> str:
        """Get a URL of an image in some size. It is valid for one hour, for anyone who has it.

        Do not send an API key there.

        Args:
            file_id: The id of the file.
            variant_type: ``original``, or by the longest side in pixels: ``tiny_64``,
                ``small_256``, ``medium_750``, ``large_1024``. Older deployments have
                ``medium_512``.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: The variant does not exist.
            ResourceNotFoundError: The file does not exist, or its variant is not ready yet.
            AionvisionError: The call failed.

        Endpoint: ``GET /user-files/{image_id}/variant/{variant_type}``
        """
        request = user_files.get_user_file_variant(
            check.identifier("file_id", file_id),
            check.choice("variant_type", variant_type, VARIANT_TYPES),
        )
        return self._engine.absolute(await self._engine.call(request, timeout=timeout))

    async def download(self, file_id: str) -> bytes:
        """Read the bytes of a file as they were uploaded. Use `download_to` for large files.

        Args:
            file_id: The id of the file.

        Raises:
            ResourceNotFoundError: The file does not exist.
            AionvisionError: The call failed, or the download is incomplete.

        Endpoint: ``GET /user-files/{image_id}/download``
        """
        request = user_files.download_user_file(check.identifier("file_id", file_id))
        return await self._engine.read_object(await self._engine.call(request))

    @rt.opens_callbacks
    async def download_to(self, file_id: str, path: str | os.PathLike[str]) -> Path:
        """Download a file to disk as it was uploaded, without holding it in memory.

        It gets its name once it is complete; a failure leaves an older file unchanged. When the
        connection breaks, only the rest is fetched, if storage supports ranges and the object is
        still the same. A megabyte of progress resets the count of `max_retries`.

        Args:
            file_id: The id of the file.
            path: The file to write or to replace, in a directory that exists. A symbolic link is
                followed, and a file that is replaced keeps its permissions.

        Returns:
            That path.

        Raises:
            ValidationError: The path cannot be written to; nothing was sent.
            ResourceNotFoundError: The file does not exist.
            AionvisionError: The call failed, or the download is incomplete.
            OSError: Writing to disk failed.

        Endpoint: ``GET /user-files/{image_id}/download``
        """
        request = user_files.download_user_file(check.identifier("file_id", file_id))
        found = target("path", path)
        return await save(self._engine, request, found)

    async def trigger_variant_generation(
        self, file_id: str, *, timeout: float | None = None
    ) -> dict[str, Any]:
        """Regenerate missing or failed sizes of an image in the background.

        Args:
            file_id: The id of the file, which has to be the caller's own.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            ``success``, ``message``, ``task_id``, ``current_status`` and ``image_id``. If a task is
            running already, these are its values, and ``skipped_duplicate`` is true.

        Raises:
            AionvisionPermissionError: The file belongs to another user.
            ResourceNotFoundError: The file does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /user-files/{image_id}/trigger-variants``
        """
        request = user_files.trigger_variant_generation(check.identifier("file_id", file_id))
        return await self._engine.call(request, timeout=timeout)
