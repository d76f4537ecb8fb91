"""What agents hand to each other besides files, and the registry of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aion.types.data_types import (
    AnalysisResult,
    CategorizationResult,
    Category,
    CrossRefResult,
    DataTypeDefinition,
    DataTypeRegistry,
    FolderResult,
    TextResult,
    get_default_registry,
)
from aion.types.file_collection import FileCollection

categories = st.builds(
    Category,
    name=st.sampled_from(["Poles", "poles", "Signs"]),
    file_ids=st.lists(st.sampled_from("abcd"), max_size=3, unique=True).map(tuple),
    document_ids=st.lists(st.sampled_from("wxyz"), max_size=3, unique=True).map(tuple),
    confidence=st.floats(0, 1),
)


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        (Category("x", file_ids=("a",)), "image"),
        (Category("x", document_ids=("a",)), "document"),
        (Category("x", file_ids=("a",), document_ids=("b",)), "mixed"),
        (Category("x"), "unknown"),
    ],
)
def test_a_category_knows_what_it_holds(category: Category, kind: str) -> None:
    assert category.content_type == kind


def test_merged_categories_keep_the_name_of_the_first_and_everything_once() -> None:
    one = Category("Poles", None, ("a", "b"), (), ("wood",), 0.9)
    other = Category("poles", "All poles", ("b", "c"), ("d",), ("wood", "tall"), 0.5)
    assert one.merge_with(other) == Category(
        "Poles", "All poles", ("a", "b", "c"), ("d",), ("wood", "tall"), 0.5
    )


def test_results_are_merged_by_the_names_of_categories_whatever_their_case() -> None:
    merged = CategorizationResult.merge(
        CategorizationResult((Category("Poles", file_ids=("a",)),), 2, "tags"),
        CategorizationResult((Category("POLES", file_ids=("b",)), Category("Signs")), 1, "color"),
    )
    assert [(one.name, one.file_ids) for one in merged.categories] == [
        ("Poles", ("a", "b")),
        ("Signs", ()),
    ]
    assert (merged.total_files, merged.clustering_method) == (3, "tags+color")


def test_a_file_that_two_results_have_sorted_counts_once() -> None:
    one = CategorizationResult((Category("Poles", file_ids=("a", "b")),), total_files=2)
    assert CategorizationResult.merge(one, one).total_files == 2


def test_a_failure_among_successes_makes_the_whole_partial() -> None:
    merged = CategorizationResult.merge(
        CategorizationResult(), CategorizationResult(status="failed", error_reason="no text")
    )
    assert (merged.status, merged.error_reason) == ("partial", "no text")


def test_a_merge_of_nothing_is_an_empty_result() -> None:
    assert CategorizationResult.merge() == CategorizationResult()


@settings(deadline=None)
@given(st.lists(categories, max_size=4).map(tuple))
def test_json_data_of_a_categorization_is_read_again(found: tuple[Category, ...]) -> None:
    result = CategorizationResult(found, 7, "tags", source_capability="analysis")
    assert CategorizationResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result


@settings(deadline=None)
@given(st.lists(categories, max_size=4).map(tuple), st.lists(categories, max_size=4).map(tuple))
def test_a_merge_loses_no_file(one: tuple[Category, ...], other: tuple[Category, ...]) -> None:
    merged = CategorizationResult.merge(CategorizationResult(one), CategorizationResult(other))
    before = {i for c in one + other for i in c.file_ids + c.document_ids}
    after = {i for c in merged.categories for i in c.file_ids + c.document_ids}
    assert after == before
    assert merged.total_files == len(before)


def test_a_categorization_without_a_total_counts_what_it_holds() -> None:
    data = {"categories": [{"name": "Poles", "document_ids": ["a", "b"]}]}
    assert CategorizationResult.from_dict(data).total_files == 2


@pytest.mark.parametrize(
    "result",
    [
        AnalysisResult("brief", ("one",), "d-1", {"k": 1}),
        TextResult("words"),
        CrossRefResult(({"from": "a", "to": "b"},), ("a",), ("b",), "related"),
        FolderResult(({"name": "Poles"},), 2, 1, ("one was gone",), success=False),
    ],
)
def test_results_are_json_data(
    result: AnalysisResult | TextResult | CrossRefResult | FolderResult,
) -> None:
    data = json.loads(json.dumps(result.to_dict()))
    assert set(data) == set(result.__dataclass_fields__)


def test_a_new_registry_is_empty() -> None:
    assert DataTypeRegistry().list_types() == []


def test_a_registered_type_is_found() -> None:
    registry = DataTypeRegistry()
    definition = DataTypeDefinition("number", "A number", mergeable=True)
    registry.register(definition, lambda *values: sum(values))
    assert (registry.get("number"), registry.has_type("number")) == (definition, True)
    assert registry.merge("number", 1, 2, 3) == 6


def test_values_of_a_type_that_cannot_be_merged_are_refused() -> None:
    registry = get_default_registry()
    assert not registry.can_merge("text")
    with pytest.raises(ValueError, match="'text' cannot be merged"):
        registry.merge("text", TextResult("a"), TextResult("b"))


def test_values_of_an_unknown_type_are_refused() -> None:
    with pytest.raises(ValueError, match="the data type 'dream' does not exist; known: none"):
        DataTypeRegistry().merge("dream", 1)


def test_a_mergeable_type_without_a_way_to_merge_cannot_be_merged() -> None:
    registry = DataTypeRegistry()
    registry.register(DataTypeDefinition("number", mergeable=True))
    assert not registry.can_merge("number")


def test_a_type_that_is_registered_again_is_replaced() -> None:
    registry = get_default_registry()
    registry.register(DataTypeDefinition("categorization"))
    assert not registry.can_merge("categorization")


def test_the_default_registry_merges_files_and_categories() -> None:
    registry = get_default_registry()
    files = registry.merge("file_collection", FileCollection(), FileCollection.from_ids(["x"]))
    found = registry.merge("categorization", CategorizationResult(), CategorizationResult())
    assert (files.ids, found) == (["x"], CategorizationResult())


def test_every_default_registry_is_a_new_one() -> None:
    get_default_registry().register(DataTypeDefinition("mine"))
    assert not get_default_registry().has_type("mine")
