"""Counts the entries of a directory that an upload leaves out, by reason. No I/O.

Only counts are stored, so a directory of a million other files takes no memory.
"""

from __future__ import annotations

import os
from collections import Counter

from aion.types._skipped import SkipKind, Skipped, SkipReason
from aion.uploads._media_types import DOCUMENT_TYPES, IMAGE_EXTENSIONS, VIDEO_TYPES


def _extensions(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


_KINDS = {
    SkipKind.IMAGE: IMAGE_EXTENSIONS,
    SkipKind.DOCUMENT: frozenset(DOCUMENT_TYPES),
    SkipKind.VIDEO: frozenset(VIDEO_TYPES),
    SkipKind.IMAGE_FORMAT: _extensions(
        "heic heif avif bmp tif tiff jfif jp2 jxl svg ico psd dng cr2 cr3 nef arw orf rw2 raf"
    ),
    SkipKind.DOCUMENT_FORMAT: _extensions("doc rtf odt pages ppt pptx odp key xls xlsx ods epub"),
    SkipKind.VIDEO_FORMAT: _extensions("mkv wmv flv mpg mpeg 3gp 3g2 mts m2ts ogv vob"),
}
_KIND_OF = {extension: kind for kind, some in _KINDS.items() for extension in some}
_MOST_OTHERS = 20
"""Other extensions that are counted one by one: a directory may have one for each file."""
_LONGEST = 16


def extension_of(name: str) -> str:
    """Return the extension of a file name in lower case, with its dot; empty if it has none."""
    # Creating a path object takes ten times as long, and most names need only this.
    return os.path.splitext(name)[1].lower()  # noqa: PTH122


class SkipCounter:
    """Counts what is left out."""

    def __init__(self) -> None:
        self._counts = Counter[SkipReason]()
        self._others: list[SkipReason] = []

    def add(self, kind: SkipKind) -> None:
        """Count an entry for a reason that no extension has."""
        self._counts[SkipReason(kind)] += 1

    def add_file(self, extension: str) -> None:
        """Count a file whose extension the upload does not take."""
        if extension in ("", "."):
            self.add(SkipKind.NO_EXTENSION)
        elif kind := _KIND_OF.get(extension):
            self._counts[SkipReason(kind, extension)] += 1
        elif extension.isprintable() and len(extension) <= _LONGEST:
            self._add_other(SkipReason(SkipKind.FORMAT, extension))
        else:
            self.add(SkipKind.FORMAT)

    def counts(self) -> Skipped:
        """Return the counts, in the order of the reasons."""
        return {reason: self._counts[reason] for reason in sorted(self._counts)}

    def _add_other(self, reason: SkipReason) -> None:
        """Count a file of a rare extension; the first ones by the alphabet have their own counts.

        Which ones these are does not depend on the order of the directory, so each call has the
        same counts.
        """
        if reason not in self._counts:
            self._others.append(reason)
        self._counts[reason] += 1
        if len(self._others) > _MOST_OTHERS:
            last = max(self._others)
            self._others.remove(last)
            self._counts[SkipReason(SkipKind.FORMAT)] += self._counts.pop(last)


__all__ = ["SkipCounter", "extension_of"]
