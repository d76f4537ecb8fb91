"""What agents hand to each other besides files, and a registry of what those things are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aion.types._as_dict import as_dict
from aion.types.file_collection import MIXED, UNKNOWN, FileCollection, joined

_SUCCESS = "success"
_PARTIAL = "partial"


@dataclass(frozen=True)
class Category:
    """Files that belong together.

    Attributes:
        name: What they have in common, in a word or two.
        description: The same in a sentence.
        file_ids: Images, videos and links.
        document_ids: Documents.
        top_tags: The tags that most of them carry.
        confidence: How sure that is, from 0 to 1.
    """

    name: str
    description: str | None = None
    file_ids: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    top_tags: tuple[str, ...] = ()
    confidence: float = 1.0

    @property
    def count(self) -> int:
        """How many files and documents there are."""
        return len(self.file_ids) + len(self.document_ids)

    @property
    def content_type(self) -> str:
        """What they are: ``image``, ``document``, ``mixed``, or ``unknown`` where it is empty."""
        if self.file_ids and self.document_ids:
            return MIXED
        return "image" if self.file_ids else "document" if self.document_ids else UNKNOWN

    def merge_with(self, other: Category) -> Category:
        """Both as one, under the name of this one. Ids and tags are kept once each.

        It is as sure as the less sure of the two.
        """
        return Category(
            name=self.name,
            description=self.description or other.description,
            file_ids=_once((*self.file_ids, *other.file_ids)),
            document_ids=_once((*self.document_ids, *other.document_ids)),
            top_tags=_once((*self.top_tags, *other.top_tags)),
            confidence=min(self.confidence, other.confidence),
        )

    def to_dict(self) -> dict[str, Any]:
        """The category as JSON data, with its count."""
        return {**as_dict(self), "count": self.count}


@dataclass(frozen=True)
class CategorizationResult:
    """Files sorted into categories.

    Attributes:
        categories: The categories.
        total_files: How many files were looked at, those without a category included.
        clustering_method: How they were sorted.
        status: ``success``, ``partial`` or ``failed``.
        error_reason: Why it failed, where it did.
        source_capability: What made it; several are joined with ``+``.
    """

    categories: tuple[Category, ...] = ()
    total_files: int = 0
    clustering_method: str = "unknown"
    status: str = _SUCCESS
    error_reason: str | None = None
    source_capability: str | None = None

    @classmethod
    def merge(cls, *results: CategorizationResult) -> CategorizationResult:
        """Several results as one. Categories whose names differ only in case become one.

        A file that several results have sorted counts once.
        """
        merged: dict[str, Category] = {}
        for category in (category for one in results for category in one.categories):
            known = merged.get(category.name.casefold())
            merged[category.name.casefold()] = known.merge_with(category) if known else category
        states = {one.status for one in results}
        status = _PARTIAL if len(states) > 1 else next(iter(states), _SUCCESS)
        unsorted = sum(max(0, one.total_files - len(_ids(one.categories))) for one in results)
        methods = (one.clustering_method for one in results if one.clustering_method != UNKNOWN)
        return cls(
            categories=tuple(merged.values()),
            total_files=len(_ids(merged.values())) + unsorted,
            clustering_method=joined(methods) or UNKNOWN,
            status=status,
            error_reason="; ".join(_once(one.error_reason for one in results if one.error_reason))
            or None,
            source_capability=joined(one.source_capability for one in results),
        )

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON data; `from_dict` reads it again."""
        return as_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CategorizationResult:
        """Read what `to_dict` wrote; the `categorization` of a document analysis, too."""
        categories = tuple(
            Category(
                name=one["name"],
                description=one.get("description"),
                file_ids=tuple(one.get("file_ids") or ()),
                document_ids=tuple(one.get("document_ids") or ()),
                top_tags=tuple(one.get("top_tags") or ()),
                confidence=1.0 if one.get("confidence") is None else one["confidence"],
            )
            for one in data.get("categories") or ()
        )
        total = data.get("total_files")
        return cls(
            categories=categories,
            total_files=len(_ids(categories)) if total is None else total,
            clustering_method=data.get("clustering_method") or UNKNOWN,
            status=data.get("status") or _SUCCESS,
            error_reason=data.get("error_reason"),
            source_capability=data.get("source_capability"),
        )


@dataclass(frozen=True)
class AnalysisResult:
    """What was found out about files.

    Attributes:
        summary: The findings in brief.
        findings: The findings, one by one.
        document_id: The document they are about, where it is one.
        metadata: Whatever else there is to say.
    """

    summary: str
    findings: tuple[str, ...] = ()
    document_id: str | None = None
    metadata: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class TextResult:
    """A text that an agent wrote.

    Attributes:
        text: The text.
        metadata: Whatever else there is to say.
    """

    text: str
    metadata: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class CrossRefResult:
    """What files of two kinds have to do with each other.

    Attributes:
        relationships: The relationships, one by one.
        source_files: The ids of the files on one side.
        target_files: The ids of the files on the other side.
        summary: The relationships in brief.
        metadata: Whatever else there is to say.
    """

    relationships: tuple[dict[str, Any], ...] = ()
    source_files: tuple[str, ...] = ()
    target_files: tuple[str, ...] = ()
    summary: str = ""
    metadata: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class FolderResult:
    """What was done to sort files into folders.

    Attributes:
        folders_created: The new folders.
        files_moved: How many images, videos and links were moved.
        documents_moved: How many documents were moved.
        errors: What could not be done, and why.
        success: Whether all of it was done.
    """

    folders_created: tuple[dict[str, Any], ...] = ()
    files_moved: int = 0
    documents_moved: int = 0
    errors: tuple[str, ...] = ()
    success: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class DataTypeDefinition:
    """A kind of value that agents hand to each other.

    Attributes:
        name: Its name, as inputs, outputs and slots carry it.
        description: What it is.
        mergeable: Whether several values of it can become one.
    """

    name: str
    description: str = ""
    mergeable: bool = False


class DataTypeRegistry:
    """The kinds of values that a program's agents know. It starts empty."""

    def __init__(self) -> None:
        self._definitions: dict[str, DataTypeDefinition] = {}
        self._merges: dict[str, Callable[..., Any]] = {}

    def register(
        self, definition: DataTypeDefinition, merge_fn: Callable[..., Any] | None = None
    ) -> None:
        """Add a kind of value, or replace the one of this name.

        Args:
            definition: The kind.
            merge_fn: Makes one value of those that it is called with, one argument each. Needed
                for values of a mergeable kind to be merged.
        """
        self._definitions[definition.name] = definition
        self._merges.pop(definition.name, None)
        if merge_fn is not None:
            self._merges[definition.name] = merge_fn

    def get(self, name: str) -> DataTypeDefinition | None:
        """The kind of this name, or None."""
        return self._definitions.get(name)

    def has_type(self, name: str) -> bool:
        """Whether there is a kind of this name."""
        return name in self._definitions

    def can_merge(self, name: str) -> bool:
        """Whether values of this kind can be merged."""
        definition = self._definitions.get(name)
        return definition is not None and definition.mergeable and name in self._merges

    def merge(self, name: str, *values: Any) -> Any:
        """One value of several.

        Args:
            name: The kind of the values.
            values: The values, in order.

        Raises:
            ValueError: The kind is not known, or its values cannot be merged.
        """
        if name not in self._definitions:
            raise ValueError(f"there is no data type {name!r}; known: {self._names()}")
        if not self.can_merge(name):
            raise ValueError(f"values of the data type {name!r} cannot be merged")
        return self._merges[name](*values)

    def list_types(self) -> list[str]:
        """The names of all kinds, in the order in which they were added."""
        return list(self._definitions)

    def _names(self) -> str:
        return ", ".join(self._definitions) or "none"


def get_default_registry() -> DataTypeRegistry:
    """A new registry of the kinds in this module: adding to it changes no other."""
    registry = DataTypeRegistry()
    registry.register(
        DataTypeDefinition("file_collection", "Files, as a FileCollection", mergeable=True),
        FileCollection.merge,
    )
    registry.register(
        DataTypeDefinition("categorization", "Files in categories", mergeable=True),
        CategorizationResult.merge,
    )
    for name, description in (
        ("analysis", "What was found out about files, as an AnalysisResult"),
        ("text", "A text, as a TextResult"),
        ("cross_reference", "What files have to do with each other, as a CrossRefResult"),
        ("folder", "What was done to sort files, as a FolderResult"),
    ):
        registry.register(DataTypeDefinition(name, description))
    return registry


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _ids(categories: Iterable[Category]) -> set[str]:
    return {one for category in categories for one in (*category.file_ids, *category.document_ids)}


__all__ = [
    "AnalysisResult",
    "Category",
    "CategorizationResult",
    "CrossRefResult",
    "DataTypeDefinition",
    "DataTypeRegistry",
    "FolderResult",
    "TextResult",
    "get_default_registry",
]
