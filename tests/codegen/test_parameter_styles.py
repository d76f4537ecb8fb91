"""Lists, objects and JSON as parameters: what is sent, in each style of OpenAPI."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.codegen.building import Built, built, document, operation, parameter, ref

TEXTS = {"type": "array", "items": {"type": "string"}}
COLOR = {
    "type": "object",
    "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}, "tint": {"type": "string"}},
}
STAMP = {"type": "string", "format": "date-time"}
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    # name of the operation: place, schema, style
    "query_plain": ("query", TEXTS, {}),
    "query_joined": ("query", TEXTS, {"explode": False}),
    "query_pipes": ("query", TEXTS, {"style": "pipeDelimited", "explode": False}),
    "query_pipes_exploded": ("query", TEXTS, {"style": "pipeDelimited", "explode": True}),
    "query_spaces": ("query", TEXTS, {"style": "spaceDelimited"}),
    "query_object": ("query", COLOR, {}),
    "query_object_joined": ("query", COLOR, {"explode": False}),
    "query_deep": ("query", ref("Filter"), {"style": "deepObject"}),
    "query_any": ("query", {"title": "Anything"}, {}),
    "query_stamp": ("query", STAMP, {}),
    "header_list": ("header", TEXTS, {}),
    "header_object": ("header", COLOR, {}),
    "header_object_exploded": ("header", COLOR, {"explode": True}),
    "header_stamp": ("header", STAMP, {}),
    "header_numbers": ("header", {"type": "array", "items": {"type": "integer"}}, {}),
    "cookie_list": ("cookie", TEXTS, {}),
    "cookie_joined": ("cookie", TEXTS, {"explode": False}),
    "cookie_object": ("cookie", COLOR, {}),
    "path_list": ("path", TEXTS, {}),
    "path_object": ("path", COLOR, {}),
    "path_object_exploded": ("path", COLOR, {"explode": True}),
    "path_label": ("path", {"type": "string"}, {"style": "label"}),
    "path_label_list": ("path", TEXTS, {"style": "label"}),
    "path_label_exploded": ("path", TEXTS, {"style": "label", "explode": True}),
    "path_label_object": ("path", COLOR, {"style": "label", "explode": True}),
    "path_matrix": ("path", {"type": "integer"}, {"style": "matrix"}),
    "path_matrix_list": ("path", TEXTS, {"style": "matrix"}),
    "path_matrix_exploded": ("path", TEXTS, {"style": "matrix", "explode": True}),
    "path_matrix_object": ("path", COLOR, {"style": "matrix", "explode": True}),
    "path_stamp": ("path", STAMP, {}),
}
FILTER = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "size": COLOR, "tags": TEXTS},
}


def json_parameter(place: str) -> dict[str, Any]:
    content = {"application/json": {"schema": ref("Filter")}}
    return {"name": "v", "in": place, "required": place == "path", "content": content}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    paths: dict[str, Any] = {}
    for name, (place, schema, style) in CASES.items():
        path = f"/{name}/{{v}}" if place == "path" else f"/{name}"
        paths[path] = {
            "get": operation(name=name, parameters=[parameter("v", place, schema, **style)])
        }
    for place in ("query", "header", "path"):
        path = f"/json_{place}" + ("/{v}" if place == "path" else "")
        op = operation(name=f"json_{place}", parameters=[json_parameter(place)])
        paths[path] = {"get": op}
    ignored = [parameter("Accept", "header"), parameter("x-kept", "header")]
    paths["/ignored"] = {"get": operation(name="ignored", parameters=ignored)}
    paths["/undeclared/{id}"] = {"get": operation(name="undeclared")}
    alike = [parameter("page-size", "query"), parameter("page_size", "query")]
    paths["/alike"] = {"get": operation(name="alike", parameters=alike)}
    return built(tmp_path_factory.mktemp("styles"), document(paths, {"Filter": FILTER}))


def sent(sample: Built, name: str, value: Any) -> Any:
    """What a request with one parameter has in the place of that parameter."""
    place = name.partition("_")[0]
    if place == "path":
        return sample.call(f"things.{name}", value).path.removeprefix(f"/{name}/")
    request = sample.call(f"things.{name}", v=value)
    return request.query if place == "query" else request.headers


def color(sample: Built, name: str) -> Any:
    """A value for a parameter that is an object."""
    words = "".join(part.title() for part in name.split("_"))
    return sample.model(f"Things{words}V")(r=100, g=200)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("query_plain", [("v", "a"), ("v", "b,c")]),
        ("query_joined", [("v", "a,b,c")]),
        ("query_pipes", [("v", "a|b,c")]),
        ("query_pipes_exploded", [("v", "a"), ("v", "b,c")]),
        ("query_spaces", [("v", "a b,c")]),
        ("query_any", [("v", "a"), ("v", "b,c")]),
        ("header_list", {"v": "a,b,c"}),
        ("cookie_list", {"Cookie": "v=a; v=b,c"}),
        ("cookie_joined", {"Cookie": "v=a,b,c"}),
        ("path_list", "a,b%2Cc"),
        ("path_label_list", ".a,b%2Cc"),
        ("path_label_exploded", ".a.b%2Cc"),
        ("path_matrix_list", ";v=a,b%2Cc"),
        ("path_matrix_exploded", ";v=a;v=b%2Cc"),
    ],
)
def test_a_list_is_written_in_its_style(sample: Built, name: str, expected: object) -> None:
    assert sent(sample, name, ["a", "b,c"]) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("query_object", [("R", "100"), ("G", "200")]),
        ("query_object_joined", [("v", "R,100,G,200")]),
        ("header_object", {"v": "R,100,G,200"}),
        ("header_object_exploded", {"v": "R=100,G=200"}),
        ("cookie_object", {"Cookie": "R=100; G=200"}),
        ("path_object", "R,100,G,200"),
        ("path_object_exploded", "R=100,G=200"),
        ("path_label_object", ".R=100.G=200"),
        ("path_matrix_object", ";R=100;G=200"),
    ],
)
def test_an_object_is_written_in_its_style(sample: Built, name: str, expected: object) -> None:
    assert sent(sample, name, color(sample, name)) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("path_label", "a/b", ".a%2Fb"),
        ("path_matrix", 7, ";v=7"),
        ("header_numbers", [1, 2], {"v": "1,2"}),
        ("query_any", {"a": 1}, [("a", "1")]),
        ("query_any", "x", [("v", "x")]),
        ("query_joined", [], [("v", "")]),
    ],
)
def test_other_values_are_written_in_the_style(
    sample: Built, name: str, value: object, expected: object
) -> None:
    assert sent(sample, name, value) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("query_stamp", [("v", "2026-03-01T00:00:00Z")]),
        ("header_stamp", {"v": "2026-03-01T00:00:00Z"}),
        ("path_stamp", "2026-03-01T00%3A00%3A00Z"),
    ],
)
def test_a_timestamp_is_text_everywhere(sample: Built, name: str, expected: object) -> None:
    assert sent(sample, name, datetime(2026, 3, 1, tzinfo=UTC)) == expected


def nested_filter(sample: Built) -> Any:
    size = sample.model("FilterSize")(r=1)
    return sample.model("Filter")(name="x", size=size, tags=["a", "b"])


def test_a_deep_object_has_one_pair_for_each_value(sample: Built) -> None:
    assert sent(sample, "query_deep", nested_filter(sample)) == [
        ("v[name]", "x"),
        ("v[size][R]", "1"),
        ("v[tags]", "a"),
        ("v[tags]", "b"),
    ]


JSON = '{"name":"x","size":{"R":1},"tags":["a","b"]}'


def test_a_parameter_with_content_is_json_in_a_query(sample: Built) -> None:
    assert sample.call("things.json_query", v=nested_filter(sample)).query == [("v", JSON)]


def test_a_parameter_with_content_is_json_in_a_header(sample: Built) -> None:
    assert sample.call("things.json_header", v=nested_filter(sample)).headers == {"v": JSON}


def test_a_parameter_with_content_is_quoted_json_in_a_path(sample: Built) -> None:
    path = sample.call("things.json_path", nested_filter(sample)).path
    assert unquote(path.removeprefix("/json_path/")) == JSON


@pytest.mark.parametrize("name", [name for name, (place, _, _) in CASES.items() if place != "path"])
def test_a_parameter_that_is_not_given_is_not_sent(sample: Built, name: str) -> None:
    request = sample.call(f"things.{name}")
    assert (request.query, request.headers) == (None, None)


@pytest.mark.parametrize("name", ["path_list", "path_label_list"])
@pytest.mark.parametrize("value", [[], [""], ["."], [".", ""]])
def test_a_part_of_a_path_that_would_climb_is_refused(
    sample: Built, name: str, value: list[str]
) -> None:
    written = ("." if "label" in name else "") + ",".join(value)
    if written not in ("", ".", ".."):
        assert sent(sample, name, value) == written
        return
    with pytest.raises(ValueError, match="path segment"):
        sent(sample, name, value)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_items_of_a_list_in_a_path_are_quoted_apart(sample: Built, values: list[str]) -> None:
    if ",".join(values) in (".", ".."):
        return
    written = sent(sample, "path_list", values)
    assert [unquote(item) for item in written.split(",")] == values


def test_a_header_that_the_client_writes_is_no_parameter(sample: Built) -> None:
    assert sample.call("things.ignored", x_kept="a").headers == {"x-kept": "a"}


def test_a_part_of_the_path_that_is_not_declared_is_text(sample: Built) -> None:
    assert sample.call("things.undeclared", "a/b").path == "/undeclared/a%2Fb"


def test_parameters_with_equal_names_in_python_are_numbered(sample: Built) -> None:
    request = sample.call("things.alike", page_size="1", page_size_2="2")
    assert request.query == [("page-size", "2"), ("page_size", "1")]


def test_a_contract_without_such_parameters_has_no_module_for_them(tmp_path: Path) -> None:
    sample = built(tmp_path, document({"/x": {"get": operation()}}))
    assert "_parameters.py" not in sample.files
