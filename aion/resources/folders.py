"""`client.folders`: organize files in folders."""

from __future__ import annotations

from collections.abc import Sequence

from aion import _checks as check
from aion._requests.library import page_size
from aion._runtime import aio as rt
from aion.types.folders import (
    DeleteFolderResult,
    Folder,
    FolderBreadcrumbs,
    FolderContents,
    FolderTree,
    MoveFilesResult,
)
from aion_api import UNSET
from aion_api.api import folders
from aion_api.models.folders import (
    CreateFolderRequest,
    FoldersDeleteFolderMode,
    MoveFilesRequest,
    MoveFolderRequest,
    RenameFolderRequest,
)

MAX_FOLDER_NAME_LENGTH = 255
MAX_MOVE_FILES_BATCH = 100
FORBIDDEN_NAME_CHARS = frozenset("/\\\x00")
VALID_DELETE_MODES = {"move_to_parent", "delete_all"}


class FoldersResource:
    """Creates, reads, renames, moves and deletes folders, up to ten levels deep."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def tree(self, *, timeout: float | None = None) -> FolderTree:
        """List all folders in one flat list: `parent_id` and `depth` locate each one.

        Args:
            timeout: Seconds for the call, instead of the client's.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``GET /folders``
        """
        return await self._engine.call(folders.get_folder_tree(), timeout=timeout)

    async def get(
        self, folder_id: str, *, limit: int = 50, offset: int = 0, timeout: float | None = None
    ) -> FolderContents:
        """Get a folder, its path and its direct subfolders; its files are counted, not listed.

        List the files with `client.files.list(folder_id=...)`.

        Args:
            folder_id: The id of the folder.
            limit: The page size behind `has_more_files`, from 1 to 100.
            offset: Files to skip for `has_more_files`.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The folder does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /folders/{folder_id}``
        """
        request = folders.get_folder_contents(
            check.identifier("folder_id", folder_id),
            limit=page_size("limit", limit),
            offset=check.whole_number("offset", offset, 0),
        )
        return await self._engine.call(request, timeout=timeout)

    async def get_breadcrumbs(
        self, folder_id: str, *, timeout: float | None = None
    ) -> FolderBreadcrumbs:
        """Get the path of a folder, from the root down to the folder itself.

        Args:
            folder_id: The id of the folder.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The folder does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /folders/{folder_id}/breadcrumbs``
        """
        request = folders.get_folder_breadcrumbs(check.identifier("folder_id", folder_id))
        return await self._engine.call(request, timeout=timeout)

    async def create(
        self, name: str, *, parent_id: str | None = None, timeout: float | None = None
    ) -> Folder:
        """Create a folder.

        Args:
            name: From 1 to 255 characters, without slash, backslash and NUL; unique in the same
                parent.
            parent_id: The parent folder. Default: the root.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: The name is not allowed (nothing was sent) or taken (409), or the
                folder would be below the tenth level (422).
            ResourceNotFoundError: The parent does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /folders``
        """
        body = CreateFolderRequest(
            _name(name),
            UNSET if parent_id is None else check.identifier("parent_id", parent_id),
        )
        return await self._engine.call(folders.create_folder(body=body), timeout=timeout)

    async def rename(self, folder_id: str, name: str, *, timeout: float | None = None) -> Folder:
        """Rename a folder.

        Args:
            folder_id: The id of the folder.
            name: From 1 to 255 characters, without slash, backslash and NUL; unique in the same
                folder.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: The name is not allowed (nothing was sent) or taken (409).
            ResourceNotFoundError: The folder does not exist.
            AionvisionError: The call failed.

        Endpoint: ``PATCH /folders/{folder_id}``
        """
        request = folders.rename_folder(
            check.identifier("folder_id", folder_id), body=RenameFolderRequest(_name(name))
        )
        return await self._engine.call(request, timeout=timeout)

    async def move(
        self, folder_id: str, *, new_parent_id: str | None = None, timeout: float | None = None
    ) -> Folder:
        """Move a folder, with all its contents, into another one.

        Args:
            folder_id: The id of the folder.
            new_parent_id: The new parent folder. Default: the root.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: The name is taken there (409), or the new parent is inside the folder
                itself or makes the tree too deep (422).
            ResourceNotFoundError: One of the folders does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /folders/{folder_id}/move``
        """
        request = folders.move_folder(
            check.identifier("folder_id", folder_id),
            body=MoveFolderRequest(_place("new_parent_id", new_parent_id)),
        )
        return await self._engine.call(request, timeout=timeout)

    async def delete(
        self, folder_id: str, *, mode: str = "move_to_parent", timeout: float | None = None
    ) -> DeleteFolderResult:
        """Delete a folder.

        Args:
            folder_id: The id of the folder.
            mode: What to do with its contents: ``move_to_parent`` moves files and subfolders one
                level up; ``delete_all`` deletes them, and this API cannot restore them.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The number of files and subfolders that were moved or deleted with it.

        Raises:
            ValidationError: The mode does not exist; nothing was sent.
            ResourceNotFoundError: The folder does not exist.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /folders/{folder_id}``
        """
        request = folders.delete_folder(
            check.identifier("folder_id", folder_id),
            mode=FoldersDeleteFolderMode(check.choice("mode", mode, sorted(VALID_DELETE_MODES))),
        )
        return await self._engine.call(request, timeout=timeout)

    async def move_files(
        self,
        file_ids: Sequence[str],
        *,
        folder_id: str | None = None,
        timeout: float | None = None,
    ) -> MoveFilesResult:
        """Move files into a folder.

        Args:
            file_ids: From 1 to 100 ids, without duplicates.
            folder_id: The destination folder. Default: the root.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The number of moved files. If it is lower than requested, some were skipped: the
            service does not report which.

        Raises:
            ValidationError: Too many ids, none, or duplicates; nothing was sent.
            ResourceNotFoundError: The folder does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /folders/move-files``
        """
        body = MoveFilesRequest(
            check.identifiers("file_ids", file_ids, most=MAX_MOVE_FILES_BATCH),
            _place("folder_id", folder_id),
        )
        return await self._engine.call(folders.move_files_to_folder(body=body), timeout=timeout)


def _name(value: str) -> str:
    name = check.text("name", value, 1, MAX_FOLDER_NAME_LENGTH)
    if not FORBIDDEN_NAME_CHARS.isdisjoint(name):
        check.refuse("name", value, "free of slashes, backslashes and NUL")
    return name


def _place(field: str, folder_id: str | None) -> str | None:
    """Check the id of a destination folder: None is the root, an empty text is refused."""
    return None if folder_id is None else check.identifier(field, folder_id)
