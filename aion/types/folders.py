"""Folders, as `client.folders` returns them."""

from __future__ import annotations

from aion_api.models.folders import (
    DeleteFolderResult,
    Folder,
    FolderBreadcrumb,
    FolderBreadcrumbs,
    FolderContents,
    FolderTree,
    MoveFilesResult,
)

__all__ = [
    "DeleteFolderResult",
    "Folder",
    "FolderBreadcrumb",
    "FolderBreadcrumbs",
    "FolderContents",
    "FolderTree",
    "MoveFilesResult",
]
