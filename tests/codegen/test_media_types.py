"""Bodies and responses of several media types, of types without fields, and of several statuses."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from tests.codegen.building import Built, body, built, document, operation, ref

TEXT = {"type": "string"}
BINARY = {"type": "string", "format": "binary"}
ITEM = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
FORM = "application/x-www-form-urlencoded"
SCHEMAS: dict[str, Any] = {
    "Item": ITEM,
    "Other": {"type": "object", "required": ["code"], "properties": {"code": TEXT}},
    "Upload": {"type": "object", "properties": {"file": BINARY, "item": ref("Item")}},
    "Fields": {
        "type": "object",
        "properties": {
            "item": ref("Item"),
            "items": {"type": "array", "items": ref("Item")},
            "free": {"type": "object"},
            "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            "at": {"type": "string", "format": "date-time"},
            "anything": {},
        },
    },
}


def several(*media_types: str) -> dict[str, Any]:
    """A body of several media types."""
    content = {one: {"schema": ref("Item" if "json" in one else "Fields")} for one in media_types}
    return {"required": True, "content": content}


BODIES: dict[str, dict[str, Any]] = {
    "json_and_xml": several("application/xml", "application/json"),
    "json_and_form": several(FORM, "multipart/form-data", "application/json"),
    "vendor_json": several("application/vnd.things.v2+json"),
    "anything": body("*/*", ref("Item")),
    "two_forms": several(FORM, "application/xml", "multipart/form-data"),
    "form_and_text": several("text/plain", FORM),
    "upload": body("multipart/form-data", ref("Upload")),
    "multipart": body("multipart/form-data", ref("Fields")),
    "form": body(FORM, ref("Fields")),
    "deep_form": {
        "required": True,
        "content": {
            FORM: {"schema": ref("Fields"), "encoding": {"item": {"style": "deepObject"}}},
        },
    },
    "free_form": body(FORM, {"type": "object"}),
    "form_without_schema": {"required": True, "content": {FORM: {}}},
    "bytes_": body("application/octet-stream", BINARY),
    "image": body("image/*", BINARY),
    "text": body("text/plain", TEXT),
    "xml": body("application/xml", ref("Item")),
    "no_content": {"content": {}},
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    paths = {
        f"/{name}": {"post": operation(name=name, requestBody=raw)} for name, raw in BODIES.items()
    }
    return built(tmp_path_factory.mktemp("bodies"), document(paths, SCHEMAS))


def sent(sample: Built, name: str, value: Any) -> Any:
    return sample.call(f"things.{name}", body=value).body


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("json_and_xml", "application/json"),
        ("json_and_form", "application/json"),
        ("vendor_json", "application/vnd.things.v2+json"),
        ("anything", "application/json"),
    ],
)
def test_json_is_sent_where_it_is_one_of_several(
    sample: Built, name: str, content_type: str
) -> None:
    made = sent(sample, name, sample.model("Item")(id="1"))
    assert (made.value, made.content_type) == ({"id": "1"}, content_type)


@pytest.mark.parametrize(
    ("name", "kind"), [("two_forms", "MultipartBody"), ("form_and_text", "FormBody")]
)
def test_without_json_a_form_is_sent(sample: Built, name: str, kind: str) -> None:
    assert type(sent(sample, name, sample.model("Fields")())).__name__ == kind


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("bytes_", "application/octet-stream"),
        ("image", "application/octet-stream"),
        ("text", "text/plain"),
        ("xml", "application/xml"),
    ],
)
def test_other_types_are_sent_as_they_are(sample: Built, name: str, content_type: str) -> None:
    made = sent(sample, name, b"abc")
    assert (made.content, made.content_type) == (b"abc", content_type)


def test_a_body_without_content_is_no_argument(sample: Built) -> None:
    assert "body" not in inspect.signature(sample.module("api.things").no_content).parameters


def full(sample: Built) -> Any:
    """A body with a value of each kind."""
    item = sample.model("Item")
    return sample.model("Fields")(
        item=item(id="1"),
        items=[item(id="2"), item(id="3")],
        free={"a": [None]},
        grid=[[1, 2], [3]],
        anything="text",
    )


def test_objects_of_a_multipart_body_are_parts_of_json(sample: Built) -> None:
    part = sample.module("_runtime").JsonPart
    assert sent(sample, "multipart", full(sample)).parts == [
        ("item", part({"id": "1"})),
        ("items", part({"id": "2"})),
        ("items", part({"id": "3"})),
        ("free", part({"a": [None]})),
        ("grid", part([1, 2])),
        ("grid", part([3])),
        ("anything", "text"),
    ]


def test_a_file_beside_objects_stays_a_file(sample: Built) -> None:
    file = sample.module("_runtime").File(b"a", "a.png")
    upload = sample.model("Upload")(file=file, item=sample.model("Item")(id="1"))
    (first, _) = sent(sample, "upload", upload).parts
    assert first == ("file", file)


def test_objects_of_a_form_are_written_as_json(sample: Built) -> None:
    assert sent(sample, "form", full(sample)).fields == [
        ("item", '{"id":"1"}'),
        ("items", '{"id":"2"}'),
        ("items", '{"id":"3"}'),
        ("free", '{"a":[null]}'),
        ("grid", "[1,2]"),
        ("grid", "[3]"),
        ("anything", "text"),
    ]


def test_an_object_of_a_form_is_written_in_brackets_where_the_contract_says_so(
    sample: Built,
) -> None:
    assert sent(sample, "deep_form", full(sample)).fields[0] == ("item[id]", "1")


@pytest.mark.parametrize("name", ["free_form", "form_without_schema"])
def test_a_form_without_described_fields_is_a_dictionary(sample: Built, name: str) -> None:
    assert sent(sample, name, {"a": 1, "b": ["x", "y"]}).fields == [
        ("a", "1"),
        ("b", "x"),
        ("b", "y"),
    ]


# Responses


def responses(**by_status: Any) -> dict[str, Any]:
    """Responses by status, such as `s200`: a media type with a schema, or None without content."""
    found: dict[str, Any] = {}
    for status, content in by_status.items():
        found[status.removeprefix("s")] = {"description": status}
        if content is not None:
            found[status.removeprefix("s")]["content"] = {
                media_type: {"schema": schema} for media_type, schema in content.items()
            }
    return found


JSON = "application/json"
ANSWERS: dict[str, dict[str, Any]] = {
    "json_and_xml": responses(s200={"application/xml": TEXT, JSON: ref("Item")}),
    "vendor_json": responses(s200={"application/vnd.things+json": ref("Item")}),
    "anything": responses(s200={"*/*": ref("Item")}),
    "image": responses(s200={"image/png": BINARY}),
    "xml": responses(s200={"application/xml": ref("Item")}),
    "csv_and_json": responses(s200={"text/csv": TEXT, JSON: ref("Item")}),
    "default_only": responses(default={JSON: ref("Item")}),
    "range": responses(s2XX={JSON: ref("Item")}, s4XX={JSON: TEXT}),
    "none": {},
    "errors_only": responses(s404={JSON: TEXT}),
    "or_empty": responses(s200={JSON: ref("Item")}, s204=None),
    "empty_and_text": responses(s204={JSON: TEXT}),
    "two_shapes": responses(s200={JSON: ref("Item")}, s202={JSON: ref("Other")}),
    "accepted": responses(s200={JSON: ref("Item")}, s202=None),
    "redirected": responses(s200={JSON: ref("Item")}, s301={JSON: TEXT}, s304=None),
    "redirect": responses(s302=None),
    "by_reference": {"200": {"$ref": "#/components/responses/Item"}},
    "described_nowhere": responses(s200={JSON: {}}),
    "list_of_several": responses(
        s200={JSON: {"type": "array", "items": {"oneOf": [ref("Item"), ref("Other")]}}}
    ),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Built:
    paths: dict[str, Any] = {}
    for name, found in ANSWERS.items():
        paths[f"/{name}"] = {"get": operation(name=name) | {"responses": found}}
    for method in ("head", "options", "trace"):
        paths["/methods"] = {
            **paths.get("/methods", {}),
            method: operation(ref("Item"), name=method),
        }
    spec = document(paths, SCHEMAS)
    item = {"description": "An item.", "content": {JSON: {"schema": ref("Item")}}}
    spec["components"]["responses"] = {"Item": item}
    return built(tmp_path_factory.mktemp("answers"), spec)


@pytest.mark.parametrize(
    "name",
    [
        "json_and_xml",
        "vendor_json",
        "anything",
        "csv_and_json",
        "default_only",
        "range",
        "or_empty",
        "two_shapes",
        "accepted",
        "redirected",
        "by_reference",
        "options",
        "trace",
    ],
)
def test_a_json_response_is_decoded(answers: Built, name: str) -> None:
    assert answers.decode(f"things.{name}", {"id": "1"}) == answers.model("Item")(id="1")


def kind_of(answers: Built, name: str) -> str:
    kind: str = answers.call(f"things.{name}").operation.kind
    return kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("image", "bytes"),
        ("xml", "bytes"),
        ("none", "bytes"),
        ("errors_only", "bytes"),
        ("or_empty", "json_or_empty"),
        ("empty_and_text", "empty"),
        ("redirect", "redirect"),
        ("head", "empty"),
    ],
)
def test_other_responses_are_what_the_wire_is(answers: Built, name: str, kind: str) -> None:
    assert kind_of(answers, name) == kind


def test_an_empty_response_beside_json_is_none(answers: Built) -> None:
    assert answers.decode("things.or_empty", None) is None


def test_a_response_of_the_second_shape_is_of_its_class(answers: Built) -> None:
    assert answers.decode("things.two_shapes", {"code": "1"}) == answers.model("Other")(code="1")


def test_a_list_of_several_classes_is_decoded_item_by_item(answers: Built) -> None:
    found = answers.decode("things.list_of_several", [{"id": "1"}, {"code": "2"}])
    assert [type(one).__name__ for one in found] == ["Item", "Other"]


def test_a_json_type_of_a_vendor_is_asked_for(answers: Built) -> None:
    headers = answers.call("things.vendor_json").headers
    assert headers == {"Accept": "application/vnd.things+json, application/json"}


def test_plain_json_needs_no_header(answers: Built) -> None:
    assert answers.call("things.json_and_xml").headers is None


@pytest.mark.parametrize("name", ["options", "trace", "head"])
def test_methods_that_change_nothing_are_repeatable(answers: Built, name: str) -> None:
    assert answers.call(f"things.{name}").operation.repeatable


def test_servers_of_one_operation_are_documented(tmp_path: Path) -> None:
    op = operation(servers=[{"url": "https://files.example.com/v1"}])
    sample = built(tmp_path, document({"/x": {"get": op}}))
    assert "``https://files.example.com/v1``" in sample.files["api/things.py"]
