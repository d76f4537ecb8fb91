"""References to files, and immutable collections of them, which agents exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn, Self, overload

from attrs import frozen

from aion.types._reader import Reader
from aion_api import Model

UNKNOWN = "unknown"
MIXED = "mixed"
_ANY = "application/octet-stream"
_ENDINGS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain",
    "md": "text/markdown",
}


@frozen(slots=False)
class FileRef(Model):
    """A file, identified by its id, and the properties known without reading it.

    Attributes:
        id: The id of the file.
        media_type: Its media type, as far as known: ``image/*`` is an image of unknown type.
        filename: Its name.
        size_bytes: Its size in bytes.
        metadata: Further facts, such as a title or the score of a search.
    """

    id: str
    media_type: str = _ANY
    filename: str | None = None
    size_bytes: int | None = None
    metadata: dict[str, Any] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a reference, a file of the library, or an image, document or video of a response.

        A content type is preferred to the kind of the file (``image``), which becomes ``image/*``.
        """
        read = Reader(data)
        content_type, kind = read.get("content_type"), read.get("media_type")
        return cls(
            id=read.need("id", "image_id", "document_id", "video_id", "link_id"),
            media_type=content_type or _media_type(kind),
            filename=read.get(
                "filename", "original_filename", "document_filename", "video_filename"
            ),
            size_bytes=read.get("size_bytes", "file_size"),
            metadata=read.get("metadata"),
            additional_properties=read.rest(),
        )

    def __hash__(self) -> int:
        # The fields that hold dictionaries have no hash; equal references have equal ids.
        return hash((self.id, self.media_type))

    @property
    def richness(self) -> int:
        """Return a score of how much is known about the file."""
        known = [self.filename, self.size_bytes, *(self.metadata or {}).values()]
        # "image/*" says less than "image/png", and more than the default.
        exact = 0 if self.media_type == _ANY else 1 if self.media_type.endswith("/*") else 2
        return exact + sum(value is not None for value in known)


class FileCollection:
    """An ordered collection of files. It is immutable: every operation returns a new one.

    ``len``, ``in`` (a reference or an id), iteration and ``+`` work as on a tuple. An index returns
    a `FileRef`, a slice a collection.

    Args:
        refs: The files.
        content_type: Their type: ``image``, ``document``, ``video``, ``link``, ``chunk``, ``mixed``
            or ``unknown``.
        source_capability: The capability that found them, such as ``search``; several are joined
            with ``+``.
    """

    __slots__ = ("_refs", "_content_type", "_source_capability")  # noqa: RUF023 - as documented

    _refs: tuple[FileRef, ...]
    _content_type: str
    _source_capability: str | None

    def __init__(
        self,
        refs: Iterable[FileRef] | None = None,
        content_type: str = UNKNOWN,
        source_capability: str | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "_refs", tuple(refs or ()))
        put(self, "_content_type", content_type)
        put(self, "_source_capability", source_capability)

    @property
    def refs(self) -> tuple[FileRef, ...]:
        """Return the files."""
        return self._refs

    @property
    def ids(self) -> list[str]:
        """Return their ids, in order."""
        return [ref.id for ref in self._refs]

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self._refs)

    @property
    def content_type(self) -> str:
        """Return their type."""
        return self._content_type

    @property
    def source_capability(self) -> str | None:
        """Return the capability that found them."""
        return self._source_capability

    def filter(self, predicate: Callable[[FileRef], bool]) -> FileCollection:
        """Return the files for which the predicate is true, as a new collection."""
        return self._with(ref for ref in self._refs if predicate(ref))

    def to_dict(self) -> dict[str, Any]:
        """Return the collection as JSON data; `from_dict` reads it."""
        return {
            "refs": [ref.to_dict() for ref in self._refs],
            "count": self.count,
            "content_type": self._content_type,
            "source_capability": self._source_capability,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FileCollection:
        """Read the output of `to_dict`."""
        return cls(
            [FileRef.from_api_response(ref) for ref in data.get("refs") or ()],
            data.get("content_type") or UNKNOWN,
            data.get("source_capability"),
        )

    @classmethod
    def from_ids(
        cls,
        ids: Iterable[str],
        content_type: str = UNKNOWN,
        source_capability: str | None = None,
    ) -> FileCollection:
        """Make a collection of files from their ids alone."""
        media_type = _media_type(content_type)
        return cls([FileRef(one, media_type) for one in ids], content_type, source_capability)

    @classmethod
    def merge(cls, *collections: FileCollection) -> FileCollection:
        """Merge collections, without duplicates, in the order of first appearance.

        If several collections hold a file, its most complete reference is used. Content types
        that differ become ``mixed``; unknown ones are ignored.
        """
        best: dict[str, FileRef] = {}
        for ref in (ref for one in collections for ref in one):
            known = best.get(ref.id)
            if known is None or ref.richness > known.richness:
                best[ref.id] = ref
        kinds = {one.content_type for one in collections} - {UNKNOWN}
        kind = UNKNOWN if not kinds else kinds.pop() if len(kinds) == 1 else MIXED
        return cls(best.values(), kind, joined(one.source_capability for one in collections))

    def _with(self, refs: Iterable[FileRef]) -> FileCollection:
        return FileCollection(refs, self._content_type, self._source_capability)

    @overload
    def __getitem__(self, index: int) -> FileRef: ...

    @overload
    def __getitem__(self, index: slice) -> FileCollection: ...

    def __getitem__(self, index: int | slice) -> FileRef | FileCollection:
        if isinstance(index, slice):
            return self._with(self._refs[index])
        return self._refs[index]

    def __len__(self) -> int:
        return len(self._refs)

    def __iter__(self) -> Iterator[FileRef]:
        return iter(self._refs)

    def __contains__(self, item: object) -> bool:
        return item in self._refs or any(ref.id == item for ref in self._refs)

    def __add__(self, other: FileCollection) -> FileCollection:
        return FileCollection.merge(self, other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FileCollection):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        # References may hold dictionaries, which have no hash; equal collections have equal ids.
        return hash((tuple(self.ids), self._content_type, self._source_capability))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a FileCollection never changes: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a FileCollection never changes: {name} cannot be deleted")

    def __reduce__(self) -> tuple[type[FileCollection], tuple[Any, ...]]:
        return FileCollection, self._parts()

    def __repr__(self) -> str:
        source = f", from {self._source_capability}" if self._source_capability else ""
        return f"<FileCollection of {self.count}, {self._content_type}{source}>"

    def _parts(self) -> tuple[tuple[FileRef, ...], str, str | None]:
        return self._refs, self._content_type, self._source_capability


def document_type(filename: str | None) -> str:
    """Return the media type of a document, by the ending of its name."""
    return _ENDINGS.get((filename or "").rpartition(".")[2].lower(), _ANY)


def joined(capabilities: Iterable[str | None]) -> str | None:
    """Join several capabilities into one text, without duplicates."""
    single = (part for one in capabilities if one for part in one.split("+"))
    return "+".join(dict.fromkeys(single)) or None


def _media_type(kind: str | None) -> str:
    if kind in ("image", "video"):
        return f"{kind}/*"
    return kind if kind and "/" in kind else _ANY


__all__ = ["FileCollection", "FileRef"]
