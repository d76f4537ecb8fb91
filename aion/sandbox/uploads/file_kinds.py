"""The kinds of files that uploads accept, distinguished by content: each registers itself here.

A kind recognizes its bytes, examines them before anything is stored, and stores them. Images are
one kind; documents are another.
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
    """The options of an upload."""

    auto_describe: bool = True
    skip_duplicates: bool = False
    tags: tuple[str, ...] = ()
    title: str | None = None
    storage_target: str = "default"
    upload_method: str = "STREAMING"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was refused."""

    status: int
    code: str
    reason: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class ExaminedFile:
    """A file that can be stored."""

    kind: FileKind
    type: str
    """The recognized type: `JPEG`, `pdf`."""
    facts: Any
    """The facts that its kind returned; passed to `FileKind.store`."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """Recognizes, examines and stores one kind of file."""

    name: str
    """The `media_type` of the stored file: image, document ..."""
    sniff: Callable[[ReceivedFile], str | None]
    """The type by content (`file.head`, or the bytes at `file.path`), or None for other kinds.
    Called on the server's loop: it must be quick."""
    examine: Callable[[State, ReceivedFile, str], Awaitable[Any]]
    """Facts about the file, or a `Refusal`; it must not store anything."""
    store: Callable[[State, ReceivedFile, ExaminedFile, UploadOptions, str | None], StoredFile]
    """Adopt the bytes, add the file and schedule its jobs, inside the caller's transaction; the
    last argument is the upload session."""


FILE_KINDS: Final[dict[str, FileKind]] = {}
"""Kinds by name, filled on import of the modules that define one; tried in this order."""


def register_file_kind(kind: FileKind) -> FileKind:
    """Let uploads accept a kind of file."""
    if kind.name in FILE_KINDS:
        raise LookupError(f"files of kind {kind.name!r} are registered already")
    FILE_KINDS[kind.name] = kind
    return kind
