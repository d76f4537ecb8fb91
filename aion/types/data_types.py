"""The values that agents exchange besides files, and a registry of their types."""

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
        confidence: The confidence in the category, from 0 to 1.
    """

    name: str
    description: str | None = None
    file_ids: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    top_tags: tuple[str, ...] = ()
    confidence: float = 1.0

    @property
    def count(self) -> int:
        """Return how many files and documents there are."""
        return len(self.file_ids) + len(self.document_ids)

    @property
    def content_type(self) -> str:
        """Return their type: ``image``, ``document``, ``mixed``, or ``unknown`` if it is empty."""
        if self.file_ids and self.document_ids:
            return MIXED
        return "image" if self.file_ids else "document" if self.document_ids else UNKNOWN

    def merge_with(self, other: Category) -> Category:
        """Merge two categories under the name of this one, without duplicate ids and tags.

        The confidence is the lower one of the two.
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
        """Return the category as JSON data, with its count."""
        return {**as_dict(self), "count": self.count}


@dataclass(frozen=True)
class CategorizationResult:
    """Files sorted into categories.

    Attributes:
        categories: The categories.
        total_files: How many files were analyzed, including those without a category.
        clustering_method: How they were sorted.
        status: ``success``, ``partial`` or ``failed``.
        error_reason: Why it failed, if it did.
        source_capability: The capability that made it; several are joined with ``+``.
    """

    categories: tuple[Category, ...] = ()
    total_files: int = 0
    clustering_method: str = "unknown"
    status: str = _SUCCESS
    error_reason: str | None = None
    source_capability: str | None = None

    @classmethod
    def merge(cls, *results: CategorizationResult) -> CategorizationResult:
        """Merge several results. Categories whose names differ only in case become one.

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
        """Return the result as JSON data; `from_dict` reads it."""
        return as_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CategorizationResult:
        """Read the output of `to_dict`; the `categorization` of a document analysis, too."""
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
    """The analysis of files.

    Attributes:
        summary: The findings in brief.
        findings: The findings, one by one.
        document_id: The document that they are about, if it is a single one.
        metadata: Further facts.
    """

    summary: str
    findings: tuple[str, ...] = ()
    document_id: str | None = None
    metadata: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class TextResult:
    """A text that an agent wrote.

    Attributes:
        text: The text.
        metadata: Further facts.
    """

    text: str
    metadata: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class CrossRefResult:
    """The relationships between files of two kinds.

    Attributes:
        relationships: The relationships, one by one.
        source_files: The ids of the files on one side.
        target_files: The ids of the files on the other side.
        summary: The relationships in brief.
        metadata: Further facts.
    """

    relationships: tuple[dict[str, Any], ...] = ()
    source_files: tuple[str, ...] = ()
    target_files: tuple[str, ...] = ()
    summary: str = ""
    metadata: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class FolderResult:
    """The actions that sorted files into folders.

    Attributes:
        folders_created: The new folders.
        files_moved: How many images, videos and links were moved.
        documents_moved: How many documents were moved.
        errors: The actions that failed, and why.
        success: Whether all actions succeeded.
    """

    folders_created: tuple[dict[str, Any], ...] = ()
    files_moved: int = 0
    documents_moved: int = 0
    errors: tuple[str, ...] = ()
    success: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class DataTypeDefinition:
    """A type of value that agents exchange.

    Attributes:
        name: Its name, as inputs, outputs and slots carry it.
        description: What it is.
        mergeable: Whether several values of it can become one.
    """

    name: str
    description: str = ""
    mergeable: bool = False


class DataTypeRegistry:
    """The types of values that the agents of a program know. It starts empty."""

    def __init__(self) -> None:
        self._definitions: dict[str, DataTypeDefinition] = {}
        self._merges: dict[str, Callable[..., Any]] = {}

    def register(
        self, definition: DataTypeDefinition, merge_fn: Callable[..., Any] | None = None
    ) -> None:
        """Add a type of value, or replace the type of this name.

        Args:
            definition: The type.
            merge_fn: Merges the values that are its arguments. Required to merge values of a
                mergeable type.
        """
        self._definitions[definition.name] = definition
        self._merges.pop(definition.name, None)
        if merge_fn is not None:
            self._merges[definition.name] = merge_fn

    def get(self, name: str) -> DataTypeDefinition | None:
        """Return the kind of this name, or None."""
        return self._definitions.get(name)

    def has_type(self, name: str) -> bool:
        """Return whether there is a kind of this name."""
        return name in self._definitions

    def can_merge(self, name: str) -> bool:
        """Return whether values of this kind can be merged."""
        definition = self._definitions.get(name)
        return definition is not None and definition.mergeable and name in self._merges

    def merge(self, name: str, *values: Any) -> Any:
        """Merge several values into one.

        Args:
            name: The type of the values.
            values: The values, in order.

        Raises:
            ValueError: The type is unknown, or its values cannot be merged.
        """
        if name not in self._definitions:
            raise ValueError(f"the data type {name!r} does not exist; known: {self._names()}")
        if not self.can_merge(name):
            raise ValueError(f"values of the data type {name!r} cannot be merged")
        return self._merges[name](*values)

    def list_types(self) -> list[str]:
        """Return the names of all kinds, in the order in which they were added."""
        return list(self._definitions)

    def _names(self) -> str:
        return ", ".join(self._definitions) or "none"


def get_default_registry() -> DataTypeRegistry:
    """Return a new registry of the kinds in this module: adding to it changes no other."""
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
        ("analysis", "The analysis of files, as an AnalysisResult"),
        ("text", "A text, as a TextResult"),
        ("cross_reference", "The relationships between files, as a CrossRefResult"),
        ("folder", "The actions that sorted files, as a FolderResult"),
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
