"""What is structure in a document, and what is words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.document import Json, is_list, is_object
from codegen.structure import digest, kind_at, same

WORDS = ("description", "summary", "title", "example", "examples")
names = st.sampled_from(["id", "label", "description", "title", "properties", "type"])
data = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)
schemas = st.recursive(
    st.fixed_dictionaries({"type": st.sampled_from(["string", "integer"])}),
    lambda inner: (
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(names, inner, max_size=3)},
            optional={"required": st.lists(names, unique=True, max_size=3), "default": data},
        )
        | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"enum": st.lists(st.text(max_size=2), max_size=3)})
    ),
    max_leaves=8,
)


def shuffled(value: Any) -> Any:
    """The same with the keys of each object in the reverse order."""
    if is_list(value):
        return [shuffled(item) for item in value]
    if not is_object(value):
        return value
    return {key: shuffled(item) for key, item in reversed(value.items())}


def described(schema: Json, words: str) -> Json:
    """The same schema with words at each place that has some."""
    result: Json = dict.fromkeys(WORDS, words) | schema | {"x-note": words}
    for key in ("anyOf",):
        if key in result:
            result[key] = [described(one, words) for one in result[key]]
    if "properties" in schema:
        inside = schema["properties"].items()
        result["properties"] = {name: described(one, words) for name, one in inside}
    return result


@given(schemas, st.text())
def test_words_and_the_order_of_keys_are_not_structure(schema: Json, words: str) -> None:
    assert same(schema, shuffled(described(schema, words)))


@given(schemas, schemas)
def test_different_schemas_have_a_different_structure(one: Json, other: Json) -> None:
    assert same(one, other) == (sorted_lists(one) == sorted_lists(other))


def sorted_lists(schema: Json) -> Any:
    """The schema with the lists sorted whose order has no meaning."""
    result = dict(schema)
    if "required" in result:
        result["required"] = sorted(result["required"])
    if "anyOf" in result:
        result["anyOf"] = [sorted_lists(one) for one in result["anyOf"]]
    if "properties" in result:
        result["properties"] = {k: sorted_lists(v) for k, v in result["properties"].items()}
    # Python says that true is 1; JSON does not.
    if "default" in result:
        result["default"] = json.dumps(result["default"], sort_keys=True)
    return result


@pytest.mark.parametrize("name", WORDS)
def test_a_property_may_have_the_name_of_a_keyword_for_words(name: str) -> None:
    one = {"properties": {name: {"type": "string"}}}
    other = {"properties": {name: {"type": "integer"}}}
    assert not same(one, other)


@pytest.mark.parametrize("key", ["default", "const", "enum"])
def test_data_has_no_words(key: str) -> None:
    assert not same({key: [{"title": "a"}]}, {key: [{"title": "b"}]})


def test_a_number_is_the_same_with_and_without_a_fraction() -> None:
    assert same({"default": 0}, {"default": 0.0})


def test_true_is_not_one() -> None:
    assert not same({"default": True}, {"default": 1})


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ([], "keywords"),
        (["responses"], "names"),
        (["responses", "200"], "keywords"),
        (["responses", "200", "content"], "names"),
        (["properties", "properties"], "keywords"),
        (["properties", "default", "default"], "data"),
    ],
)
def test_the_kind_of_a_place_follows_from_the_way_to_it(keys: list[str], kind: str) -> None:
    assert kind_at(keys, {}) == kind


def test_the_parameters_of_the_components_have_names() -> None:
    document = {"components": {"parameters": {"title": {"in": "query"}}}}
    assert kind_at(["components", "parameters"], document) == "names"


def test_each_object_with_keywords_is_visited_after_those_inside_it() -> None:
    seen: list[tuple[str, ...]] = []
    schema: Json = {"properties": {"title": {"items": {"type": "string"}}}, "default": {"a": {}}}
    digest(schema, visit=lambda place, node, of: seen.append(place))
    assert seen == [("properties", "title", "items"), ("properties", "title"), ()]


def test_a_parameter_is_known_by_its_name_and_not_by_its_number() -> None:
    seen: list[tuple[str, ...]] = []
    op = {"parameters": [{"name": "a", "in": "query"}, {"name": "a", "in": "query"}]}
    digest(op, visit=lambda place, node, of: seen.append(place))
    assert seen == [("parameters", "query a"), ("parameters", "1"), ()]
