"""Files in the library, as `client.files` gives them back."""

from __future__ import annotations

from aion_api.models.user_files import (
    FileList,
    FullDescription,
    ProcessingHistory,
    UserFile,
    UserFileDetails,
)

__all__ = ["FileList", "FullDescription", "ProcessingHistory", "UserFile", "UserFileDetails"]
