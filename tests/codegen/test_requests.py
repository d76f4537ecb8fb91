"""What the generated functions put into a request, and what they refuse."""

# the ids of promises (DESIGN.md, section 3) keep their capital

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.codegen.building import Built, body, built, document, operation, parameter, ref

TEXT = {"type": "string"}
BINARY = {"type": "string", "format": "binary"}
NULLABLE = {"anyOf": [TEXT, {"type": "null"}]}
FASTAPI_ID = "get_item_api_v2_items__item_id___case__get"

SCHEMAS: dict[str, Any] = {
    "Upload": {
        "type": "object",
        "required": ["files"],
        "properties": {
            "files": {"type": "array", "items": BINARY},
            "cover": BINARY,
            "note": NULLABLE,
            "public": {"type": "boolean"},
            "tags": {"type": "array", "items": TEXT},
        },
    },
    "Form": {
        "type": "object",
        "required": ["user name"],
        "properties": {"user name": TEXT, "size": {"type": "integer"}},
    },
    "Update": {
        "type": "object",
        "properties": {"name": NULLABLE, "at": {"type": "string", "format": "date-time"}},
    },
    "Sort": {"type": "string", "enum": ["a-z", "z-a"]},
}


def paths() -> dict[str, Any]:
    query = [
        parameter("limit", "query", {"type": "integer", "default": 20}),
        parameter("all", "query", {"type": "boolean", "default": False}),
        parameter("ids", "query", {"type": "array", "items": TEXT}),
        parameter("sort", "query", ref("Sort")),
        parameter("since", "query", {"type": "string", "format": "date-time"}),
        parameter("page-size", "query", {"type": "integer"}),
    ]
    credentials = [
        parameter("authorization", "header", NULLABLE),
        parameter("session", "cookie", NULLABLE),
        parameter("theme", "cookie", NULLABLE),
    ]
    both = [parameter("id", "path"), parameter("id", "query"), parameter("body", "query")]
    braces = [parameter("id", "path")]
    item = [parameter("item_id", "path"), parameter("case", "path")]
    return {
        "/query": {"get": operation(name="search", parameters=query)},
        "/header": {"get": operation(name="whoami", parameters=credentials)},
        "/both/{id}": {"get": operation(name="both", parameters=both)},
        "/odd}/v{id}.json": {"get": operation(name="braces", parameters=braces)},
        "/api/v2/items/{item_id}/{case}": {"get": operation(name=FASTAPI_ID, parameters=item)},
        "/level/{id}": {
            "parameters": [parameter("id", "path"), parameter("lang", "query")],
            "get": operation(name="level", parameters=[parameter("lang", "query")]),
        },
        "/upload": {
            "post": operation(name="upload", requestBody=body("multipart/form-data", ref("Upload")))
        },
        "/form": {
            "post": operation(
                name="form",
                requestBody=body("application/x-www-form-urlencoded", ref("Form")),
            )
        },
        "/text": {
            "post": operation(name="text", requestBody=body("application/json", TEXT)),
            "put": operation(
                name="optional_text", requestBody=body("application/json", TEXT, required=False)
            ),
        },
        "/update": {
            "patch": operation(name="update", requestBody=body("application/json", ref("Update"))),
        },
        "/list": {
            "post": operation(
                name="list",
                requestBody=body("application/json", {"type": "array", "items": ref("Update")}),
            )
        },
        "/datetime": {"get": operation({"type": "array", "items": ref("Update")}, name="datetime")},
    }


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(tmp_path_factory.mktemp("requests"), document(paths(), SCHEMAS))


def test_a_fastapi_operation_id_becomes_a_short_name(sample: Built) -> None:
    assert sample.call("things.get_item", "1", "2").operation.operation_id == FASTAPI_ID


def test_a_default_of_the_contract_is_not_sent(sample: Built) -> None:
    assert sample.call("things.search").query is None


def test_a_value_equal_to_the_default_is_sent_when_given(sample: Built) -> None:
    assert sample.call("things.search", limit=20, all=False).query == [
        ("limit", "20"),
        ("all", "false"),
    ]


def test_a_list_repeats_its_key(sample: Built) -> None:
    assert sample.call("things.search", ids=["a", "b"]).query == [("ids", "a"), ("ids", "b")]


def test_an_enum_is_sent_as_its_value(sample: Built) -> None:
    sort = sample.model("Sort").Z_A
    assert sample.call("things.search", sort=sort).query == [("sort", "z-a")]


def test_a_naive_datetime_is_sent_as_utc(sample: Built) -> None:
    query = sample.call("things.search", since=datetime(2026, 3, 1)).query
    assert query == [("since", "2026-03-01T00:00:00Z")]


def test_a_parameter_goes_out_under_its_name_in_the_contract(sample: Built) -> None:
    assert sample.call("things.search", page_size=5).query == [("page-size", "5")]


def test_credentials_are_not_sent_unless_given(sample: Built) -> None:
    assert sample.call("things.whoami").headers is None


def test_a_header_parameter_is_a_header(sample: Built) -> None:
    assert sample.call("things.whoami", authorization="Bearer x").headers == {
        "authorization": "Bearer x"
    }


def test_cookie_parameters_share_one_header(sample: Built) -> None:
    headers = sample.call("things.whoami", session="s", theme="dark").headers
    assert headers == {"Cookie": "session=s; theme=dark"}


def test_one_name_in_two_places_is_two_arguments(sample: Built) -> None:
    request = sample.call("things.both", "1", id_query="2", body_query="3")
    assert (request.path, request.query) == ("/both/1", [("id", "2"), ("body", "3")])


def test_a_parameter_of_the_path_item_is_a_parameter(sample: Built) -> None:
    request = sample.call("things.level", "1", lang="en")
    assert (request.path, request.query) == ("/level/1", [("lang", "en")])


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_path_parameter_that_would_climb_is_refused(sample: Built, value: str) -> None:
    with pytest.raises(ValueError, match="path segment"):
        sample.call("things.get_item", value, "x")


@pytest.mark.parametrize("value", ["a/b", "a?b", "a#b", "%2e%2e", "{id}", "{0}", "ü", "a b", "\n"])
def test_a_path_parameter_is_quoted(sample: Built, value: str) -> None:
    path = sample.call("things.get_item", value, "x").path
    segment = path.removeprefix("/api/v2/items/").removesuffix("/x")
    assert (unquote(segment), set("/?#{} \n") & set(segment)) == (value, set())


@given(st.text(min_size=1).filter(lambda text: text not in (".", "..")))
def test_any_text_stays_one_path_segment(sample: Built, value: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in value):
        return
    assert sample.call("things.level", value).path.count("/") == 2


def test_braces_of_the_path_itself_are_quoted(sample: Built) -> None:
    assert sample.call("things.braces", "{id}").path == "/odd%7D/v%7Bid%7D.json"


def test_the_template_keeps_the_path_of_the_contract(sample: Built) -> None:
    assert sample.call("things.braces", "1").operation.template == "/odd}/v{id}.json"


def files_of(sample: Built) -> Any:
    runtime = sample.module("_runtime")
    return [runtime.File(b"a", "a.png"), runtime.File(b"b", "b.png")]


def test_a_list_of_files_is_one_part_each(sample: Built) -> None:
    files = files_of(sample)
    request = sample.call("things.upload", body=sample.model("Upload")(files=files))
    assert request.body.parts == [("files", files[0]), ("files", files[1])]


def test_fields_beside_files_are_text_parts(sample: Built) -> None:
    upload = sample.model("Upload")(files=[], note="n", public=True, tags=["x", "y"])
    assert sample.call("things.upload", body=upload).body.parts == [
        ("note", "n"),
        ("public", "true"),
        ("tags", "x"),
        ("tags", "y"),
    ]


def test_a_part_outside_the_contract_is_sent_too(sample: Built) -> None:
    upload = sample.model("Upload")(files=[], additional_properties={"later": 1})
    assert sample.call("things.upload", body=upload).body.parts == [("later", "1")]


def test_a_multipart_body_has_no_boundary_before_it_is_encoded(sample: Built) -> None:
    request = sample.call("things.upload", body=sample.model("Upload")(files=[]))
    assert not hasattr(request.body, "boundary")


def test_a_form_body_is_pairs_under_the_names_of_the_wire(sample: Built) -> None:
    form = sample.model("Form")(user_name="a&b", size=3)
    request = sample.call("things.form", body=form)
    assert request.body.fields == [("user name", "a&b"), ("size", "3")]


def test_a_bare_json_string_is_a_body(sample: Built) -> None:
    assert sample.call("things.text", body="hello").body.value == "hello"


def test_an_optional_body_is_left_out(sample: Built) -> None:
    assert sample.call("things.optional_text").body is None


@pytest.mark.parametrize(
    ("given", "sent"), [({}, {}), ({"name": None}, {"name": None}), ({"name": "x"}, {"name": "x"})]
)
def test_P19_omitted_none_and_a_value_are_three_bodies(
    sample: Built, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    update = sample.model("Update")(**given)
    assert sample.call("things.update", body=update).body.value == sent


def test_a_datetime_in_a_body_is_text(sample: Built) -> None:
    update = sample.model("Update")(at=datetime(2026, 3, 1, tzinfo=UTC))
    value = sample.call("things.update", body=update).body.value
    assert value == {"at": "2026-03-01T00:00:00Z"}


def test_a_list_of_models_is_a_body(sample: Built) -> None:
    update = sample.model("Update")(name="x")
    assert sample.call("things.list_", body=[update]).body.value == [{"name": "x"}]


def test_an_operation_named_like_an_import_hides_nothing(sample: Built) -> None:
    assert sample.decode("things.datetime_", [{"name": "x"}])[0].name == "x"


def test_path_parameters_are_the_only_positional_ones(sample: Built) -> None:
    function = sample.module("api.things").both
    kinds = [p.kind.name for p in inspect.signature(function).parameters.values()]
    assert kinds == ["POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY", "KEYWORD_ONLY"]


@pytest.mark.parametrize(
    ("media_type", "kind", "answer", "decoded"),
    [
        ("text/event-stream", "events", b"data: 1\n\n", b"data: 1\n\n"),
        ("application/octet-stream", "bytes", b"\x00", b"\x00"),
        ("text/html", "text", "<p>", "<p>"),
        ("text/plain; charset=utf-8", "text", "a 1", "a 1"),
    ],
)
def test_a_response_declared_as_json_is_patched_to_what_the_wire_is(
    tmp_path: Path, media_type: str, kind: str, answer: object, decoded: object
) -> None:
    patches = f"""
[[patch]]
operation = "read"
at = "/responses/200/content"
expect = {{ "application/json" = {{ schema = {{}} }} }}
value = {{ "{media_type}" = {{ schema = {{ type = "string" }} }} }}
reason = "the wire is not JSON"
"""
    sample = built(tmp_path, document({"/x": {"get": operation()}}), patches)
    described = sample.call("things.read").operation
    assert (described.kind, described.decode(answer)) == (kind, decoded)


def test_a_redirect_is_patched_in_by_removing_the_other_response(tmp_path: Path) -> None:
    read = operation()
    read["responses"]["302"] = {"description": "Elsewhere"}
    patches = """
[[patch]]
operation = "read"
at = "/responses/200"
expect = { description = "OK", content = { "application/json" = { schema = {} } } }
reason = "the answer is the 302 alone"
"""
    sample = built(tmp_path, document({"/x": {"get": read}}), patches)
    assert sample.call("things.read").operation.kind == "redirect"


def test_parameters_bodies_and_responses_may_be_references(tmp_path: Path) -> None:
    read = {
        "operationId": "read",
        "tags": ["things"],
        "parameters": [{"$ref": "#/components/parameters/Page"}],
        "requestBody": {"$ref": "#/components/requestBodies/Text"},
        "responses": {"200": {"$ref": "#/components/responses/Item"}},
    }
    schema = {"type": "object", "properties": {"id": TEXT}}
    content = {"application/json": {"schema": ref("Item")}}
    spec = document({"/x": {"post": read}}, {"Item": schema})
    spec["components"] |= {
        "parameters": {"Page": parameter("page", "query", description="Which page.")},
        "requestBodies": {"Text": body("application/json", TEXT)},
        "responses": {"Item": {"description": "An item.", "content": content}},
    }
    sample = built(tmp_path, spec)
    request = sample.call("things.read", body="x", page="2")
    item = request.operation.decode({"id": "1"})
    assert (request.query, request.body.value, item.id) == ([("page", "2")], "x", "1")


def test_a_post_is_repeatable_where_the_patches_say_so(tmp_path: Path) -> None:
    patches = '[repeatable]\noperations = ["read"]\n'
    sample = built(tmp_path, document({"/x": {"post": operation()}}), patches)
    assert sample.call("things.read").operation.repeatable


def test_one_short_name_in_two_tags_is_two_operations(tmp_path: Path) -> None:
    spec = document(
        {
            "/a": {"get": operation(name="read_a_get", tag="first")},
            "/b": {"get": operation(name="read_b_get", tag="second")},
        }
    )
    sample = built(tmp_path, spec)
    paths = [sample.call("first.read").path, sample.call("second.read").path]
    assert paths == ["/a", "/b"]
