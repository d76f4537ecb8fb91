"""Why an entry of a directory is left out of an upload, and the counts of them in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aion._hints import Hint, hint


class SkipKind(StrEnum):
    """The kind of reason why an entry of a directory is left out of an upload."""

    IMAGE = "image"
    """An image, and the upload is one of documents or videos."""
    DOCUMENT = "document"
    """A document, and the upload is one of images or videos."""
    VIDEO = "video"
    """A video, and the upload is one of images or documents."""
    IMAGE_FORMAT = "image_format"
    """An image of a format that the service does not accept."""
    DOCUMENT_FORMAT = "document_format"
    """A document of a format that the service does not accept."""
    VIDEO_FORMAT = "video_format"
    """A video of a format that the service does not accept."""
    FORMAT = "format"
    """Another extension. That of the reason is empty for rare ones, which are counted together."""
    NO_EXTENSION = "no_extension"
    """The name has no extension, so that the file would have to be opened to detect its type."""
    SPECIAL = "special"
    """A pipe, a socket or a device."""
    LINK = "link"
    """A link to a directory, which is not followed."""
    DIRECTORY = "directory"
    """A directory below, with ``recursive=False``."""
    HIDDEN = "hidden"
    """A name that begins with a dot, without ``include_hidden=True``."""


@dataclass(frozen=True, slots=True)
class SkipReason:
    """Why entries of a directory are left out; `str()` says it and what to do.

    Attributes:
        kind: The kind of reason.
        extension: The extension of the files in lower case, such as ``.heic``; empty if the reason
            is another.
    """

    kind: SkipKind
    extension: str = ""

    def __str__(self) -> str:
        words, step = _WORDS[self.kind]
        text = words.format(self.extension or "another extension")
        return text if step is None else f"{text}: {hint(step)}"

    def __lt__(self, other: SkipReason) -> bool:
        return self._place() < other._place()

    def _place(self) -> tuple[int, str]:
        return _ORDER[self.kind], self.extension


Skipped = Mapping[SkipReason, int]
"""How many entries were left out for each reason, in the order of `SkipKind`."""

_ORDER = {kind: place for place, kind in enumerate(SkipKind)}
_WORDS = {
    SkipKind.IMAGE: ("{} is an image", Hint.TAKE_IMAGES),
    SkipKind.DOCUMENT: ("{} is a document", Hint.TAKE_DOCUMENTS),
    SkipKind.VIDEO: ("{} is a video", Hint.TAKE_VIDEOS),
    SkipKind.IMAGE_FORMAT: ("{} is not accepted: convert it to JPEG", None),
    SkipKind.DOCUMENT_FORMAT: ("{} is not accepted: convert it to PDF", None),
    SkipKind.VIDEO_FORMAT: ("{} is not accepted: convert it to MP4", None),
    SkipKind.FORMAT: ("{} is not accepted", None),
    SkipKind.NO_EXTENSION: ("no extension: pass the file by its path", None),
    SkipKind.SPECIAL: ("not a regular file", None),
    SkipKind.LINK: ("a link to a directory: pass it by its path", None),
    SkipKind.DIRECTORY: ("a directory below", Hint.TAKE_DIRECTORIES),
    SkipKind.HIDDEN: ("hidden", Hint.TAKE_HIDDEN),
}


def in_words(skipped: Skipped) -> str:
    """Return the counts in words, such as ``left out: 3 (no extension: pass ...), 2 (...)``."""
    return f"left out: {', '.join(f'{n:,} ({reason})' for reason, n in skipped.items())}"


__all__ = ["SkipKind", "SkipReason", "Skipped", "in_words"]
