"""Kinds of files that uploads take, told apart by content: each registers itself here.

A kind knows how to recognize its bytes, how to examine them before anything is stored, and how
to store them. Images are one kind; documents are another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State
    from aion.sandbox.store.files import StoredFile
    from aion.sandbox.store.multipart import ReceivedFile


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """What an upload asks for besides its files."""

    auto_describe: bool = True
    skip_duplicates: bool = False
    tags: tuple[str, ...] = ()
    title: str | None = None
    storage_target: str = "default"
    upload_method: str = "STREAMING"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was not taken."""

    status: int
    code: str
    reason: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class ExaminedFile:
    """A file that can be taken."""

    kind: FileKind
    type: str
    """What its kind recognized: `JPEG`, `pdf`."""
    facts: Any
    """What its kind found out about it; handed on to `FileKind.store`."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """How one kind of file is recognized, examined and stored."""

    name: str
    """As `media_type` of the stored file: image, document ..."""
    sniff: Callable[[ReceivedFile], str | None]
    """The type by content (`file.head`, or the bytes at `file.path`), or None if it is none of
    this kind. Called on the server's loop: it must be quick."""
    examine: Callable[[State, ReceivedFile, str], Awaitable[Any]]
    """Facts about the file, or a `Refusal`; nothing may be stored yet."""
    store: Callable[[State, ReceivedFile, ExaminedFile, UploadOptions, str | None], StoredFile]
    """Adopt the bytes, add the file and schedule its jobs, inside the caller's transaction; the
    last argument is the upload session."""


FILE_KINDS: Final[dict[str, FileKind]] = {}
"""Kinds by name, filled on import of the modules that have one; asked in this order."""


def register_file_kind(kind: FileKind) -> FileKind:
    """Let uploads take a kind of file."""
    if kind.name in FILE_KINDS:
        raise LookupError(f"files of kind {kind.name!r} are taken already")
    FILE_KINDS[kind.name] = kind
    return kind
