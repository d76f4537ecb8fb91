"""A corpus of mutated contracts: for each the class of the difference is known beforehand."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from codegen.diffing import compared
from tests.codegen.building import body, document, operation, parameter, ref

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer"}
NULL: Json = {"type": "null"}
B, C = "breaking", "compatible"


def small() -> Json:
    """Two operations that send and two that only read; `Item` goes both ways."""
    item: Json = {
        "type": "object",
        "properties": {
            "id": TEXT,
            "name": {"type": "string", "maxLength": 50},
            "note": {"anyOf": [TEXT, NULL]},
            "size": {"type": "integer", "default": 10, "minimum": 1},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "tags": {"type": "array", "items": TEXT},
            "owner": ref("Owner"),
        },
        "required": ["id", "name", "kind"],
    }
    draft: Json = {
        "type": "object",
        "properties": {"name": TEXT, "color": {"enum": ["red", "blue"], "type": "string"}},
        "required": ["name"],
    }
    result: Json = {
        "type": "object",
        "properties": {
            "id": TEXT,
            "state": {"type": "string", "enum": ["done", "failed"]},
            "count": WHOLE,
            "note": TEXT,
        },
        "required": ["id", "state", "count"],
    }
    read = operation(
        ref("Result"),
        parameters=[
            parameter("id", "path"),
            parameter("page", "query", {"type": "integer", "default": 1, "maximum": 100}),
            parameter("sort", "query", {"type": "string", "enum": ["up", "down"]}),
            parameter("trace", "header"),
        ],
    )
    read["responses"]["404"] = {"description": "None."}
    make = operation(ref("Result"), name="make", requestBody=body("application/json", ref("Draft")))
    change = operation(
        ref("Item"), name="change", requestBody=body("application/json", ref("Item"))
    )
    change["parameters"] = [parameter("id", "path")]
    listing = operation({"type": "array", "items": ref("Result")}, name="listing")
    schemas = {
        "Item": item,
        "Owner": {"type": "object", "properties": {"name": TEXT}},
        "Draft": draft,
        "Result": result,
        "Unused": {"type": "object", "properties": {"a": TEXT}},
    }
    paths = {
        "/things/{id}": {"get": read, "put": change},
        "/things": {"post": make, "get": listing},
    }
    # A mutation may change one use of a part that is defined once above.
    return copy.deepcopy(document(paths, schemas))


class Spec:
    """The small contract with short ways to its parts."""

    def __init__(self) -> None:
        self.data = small()

    @property
    def paths(self) -> Json:
        found: Json = self.data["paths"]
        return found

    @property
    def read(self) -> Json:
        found: Json = self.paths["/things/{id}"]["get"]
        return found

    @property
    def make(self) -> Json:
        found: Json = self.paths["/things"]["post"]
        return found

    @property
    def schemas(self) -> Json:
        found: Json = self.data["components"]["schemas"]
        return found

    def properties(self, name: str) -> Json:
        found: Json = self.schemas[name]["properties"]
        return found

    def parameter(self, name: str) -> Json:
        found: Json = next(p for p in self.read["parameters"] if p["name"] == name)
        return found

    def renamed(self, old: str, new: str) -> None:
        text = json.dumps(self.data)
        self.data = json.loads(text.replace(f'/{old}"', f'/{new}"').replace(f'"{old}"', f'"{new}"'))


Mutation = Callable[[Spec], object]
Row = tuple[str, str, str, str]
CORPUS: dict[str, tuple[Mutation, list[Row]]] = {}


def case(name: str, *rows: Row) -> Callable[[Mutation], Mutation]:
    """Adds a mutation with the changes (kind, place, caller, reader) that it is."""

    def add(mutation: Mutation) -> Mutation:
        CORPUS[name] = (mutation, list(rows))
        return mutation

    return add


def cases(rows: dict[str, tuple[Mutation, Row]]) -> None:
    """Adds mutations of one change each."""
    for name, (mutation, row) in rows.items():
        case(name, row)(mutation)


case("nothing")(lambda s: None)
case("prose changed")(
    lambda s: (s.read.update(summary="x"), s.properties("Item")["id"].update(description="x"))
)
case("examples and marks changed")(
    lambda s: s.properties("Item")["id"].update({"example": "x", "x-mark": 1})
)
case("order of properties changed")(
    lambda s: s.schemas["Item"].update(properties=dict(reversed(s.properties("Item").items())))
)

case("second tag added")(lambda s: s.read["tags"].append("more"))

# Operations
cases(
    {
        "operation removed": (
            lambda s: s.paths["/things"].pop("get"),
            ("operation removed", "", B, C),
        ),
        "operation added": (
            lambda s: s.paths.update({"/more": {"get": operation(TEXT, name="more")}}),
            ("operation added", "", C, C),
        ),
        "operation renamed": (
            lambda s: s.read.update(operationId="fetch"),
            ("operation renamed", "", B, C),
        ),
        "operation renamed and the function keeps its name": (
            lambda s: s.read.update(operationId="Read"),
            ("operation renamed", "", C, C),
        ),
        "operation moved": (
            lambda s: s.paths.update({"/others": {"get": s.paths["/things"].pop("get")}}),
            ("operation moved", "", B, C),
        ),
        "method changed": (
            lambda s: s.paths["/things"].update(patch=s.paths["/things"].pop("get")),
            ("operation moved", "", B, C),
        ),
        "tag changed": (
            lambda s: s.read.update(tags=["others"]),
            ("operation in another module", "", B, C),
        ),
        "operation deprecated": (
            lambda s: s.read.update(deprecated=True),
            ("operation deprecated", "", C, C),
        ),
        "security of an operation": (
            lambda s: s.read.update(security=[{"key": []}]),
            ("security changed", "", B, C),
        ),
        "security of the document": (
            lambda s: s.data.update(security=[{"key": []}]),
            ("security changed", "", B, C),
        ),
    }
)

# Parameters
cases(
    {
        "parameter added": (
            lambda s: s.read["parameters"].append(parameter("more", "query")),
            ("parameter added", "query more", C, C),
        ),
        "required parameter added": (
            lambda s: s.read["parameters"].append(parameter("more", "query", required=True)),
            ("required parameter added", "query more", B, C),
        ),
        "parameter removed": (
            lambda s: s.read["parameters"].pop(1),
            ("parameter removed", "query page", B, C),
        ),
        "parameter made required": (
            lambda s: s.parameter("sort").update(required=True),
            ("parameter required", "query sort", B, C),
        ),
        "header moved to the query": (
            lambda s: s.parameter("trace").update({"in": "query"}),
            ("parameter location", "header trace", B, C),
        ),
        "parameter of another type": (
            lambda s: s.parameter("trace").update(schema=WHOLE),
            ("type changed", "header trace", B, C),
        ),
        "parameter takes another type too": (
            lambda s: s.parameter("trace").update(schema={"anyOf": [TEXT, WHOLE]}),
            ("type widened", "header trace", C, C),
        ),
        "parameter takes null": (
            lambda s: s.parameter("trace").update(schema={"anyOf": [TEXT, NULL]}),
            ("nullable", "header trace", C, C),
        ),
        "parameter takes a new value": (
            lambda s: s.parameter("sort")["schema"]["enum"].append("none"),
            ("enum value added", "query sort", C, C),
        ),
        "parameter refuses a value": (
            lambda s: s.parameter("sort")["schema"]["enum"].remove("up"),
            ("enum value removed", "query sort", B, C),
        ),
        "parameter takes listed values alone": (
            lambda s: s.parameter("trace")["schema"].update(enum=["x"]),
            ("values listed", "header trace", B, C),
        ),
        "default changed": (
            lambda s: s.parameter("page")["schema"].update(default=2),
            ("default changed", "query page", B, C),
        ),
        "default removed": (
            lambda s: s.parameter("page")["schema"].pop("default"),
            ("default removed", "query page", B, C),
        ),
        "default added": (
            lambda s: s.parameter("sort")["schema"].update(default="up"),
            ("default added", "query sort", C, C),
        ),
        "maximum lowered": (
            lambda s: s.parameter("page")["schema"].update(maximum=50),
            ("limit tightened", "query page", B, C),
        ),
        "maximum raised": (
            lambda s: s.parameter("page")["schema"].update(maximum=500),
            ("limit loosened", "query page", C, C),
        ),
        "minimum added": (
            lambda s: s.parameter("page")["schema"].update(minimum=0),
            ("limit tightened", "query page", B, C),
        ),
        "pattern added": (
            lambda s: s.parameter("trace")["schema"].update(pattern="^x"),
            ("limit tightened", "header trace", B, C),
        ),
        "list written in one value": (
            lambda s: s.parameter("trace").update(explode=False),
            ("parameter explode", "header trace", B, C),
        ),
    }
)

# Bodies
cases(
    {
        "body as a form": (
            lambda s: s.make.update(requestBody=body("multipart/form-data", ref("Draft"))),
            ("media type changed", "body", B, C),
        ),
        "body in one more form": (
            lambda s: s.make["requestBody"]["content"].update({"text/csv": {"schema": TEXT}}),
            ("media type added", "body", C, C),
        ),
        "body may be left out": (
            lambda s: s.make["requestBody"].update(required=False),
            ("body optional", "body", C, C),
        ),
        "body added": (
            lambda s: s.read.update(requestBody=body("application/json", TEXT, required=False)),
            ("body added", "body", C, C),
        ),
        "required body added": (
            lambda s: s.read.update(requestBody=body("application/json", TEXT)),
            ("required body added", "body", B, C),
        ),
        "property of a request removed": (
            lambda s: s.properties("Draft").pop("color"),
            ("property removed", "color", B, C),
        ),
        "property of a request added": (
            lambda s: s.properties("Draft").update(more=TEXT),
            ("property added", "more", C, C),
        ),
        "required property of a request added": (
            lambda s: (
                s.properties("Draft").update(more=TEXT),
                s.schemas["Draft"]["required"].append("more"),
            ),
            ("required property added", "more", B, C),
        ),
        "property of a request made required": (
            lambda s: s.schemas["Draft"]["required"].append("color"),
            ("property required", "color", B, C),
        ),
        "property of a request made optional": (
            lambda s: s.schemas["Draft"].update(required=[]),
            ("property optional", "name", C, C),
        ),
        "value of a request added": (
            lambda s: s.properties("Draft")["color"]["enum"].append("green"),
            ("enum value added", "color", C, C),
        ),
        "value of a request removed": (
            lambda s: s.properties("Draft")["color"]["enum"].remove("red"),
            ("enum value removed", "color", B, C),
        ),
        "unknown properties of a request refused": (
            lambda s: s.schemas["Draft"].update(additionalProperties=False),
            ("additional properties refused", "", B, C),
        ),
    }
)

# Responses
cases(
    {
        "property of an answer removed": (
            lambda s: s.properties("Result").pop("note"),
            ("property removed", "note", C, B),
        ),
        "property of an answer added": (
            lambda s: s.properties("Result").update(more=TEXT),
            ("property added", "more", C, C),
        ),
        "property of an answer made optional": (
            lambda s: s.schemas["Result"]["required"].remove("count"),
            ("property optional", "count", C, B),
        ),
        "property of an answer made required": (
            lambda s: s.schemas["Result"]["required"].append("note"),
            ("property required", "note", C, C),
        ),
        "property of an answer may be null": (
            lambda s: s.properties("Result").update(count={"anyOf": [WHOLE, NULL]}),
            ("nullable", "count", C, B),
        ),
        "property that may be missing may be null": (
            lambda s: s.properties("Result").update(note={"type": ["string", "null"]}),
            ("nullable", "note", C, C),
        ),
        "property of an answer of another type": (
            lambda s: s.properties("Result").update(count=TEXT),
            ("type changed", "count", C, B),
        ),
        "whole number becomes any number": (
            lambda s: s.properties("Result").update(count={"type": "number"}),
            ("type widened", "count", C, B),
        ),
        "text becomes a timestamp": (
            lambda s: s.properties("Result").update(note={"type": "string", "format": "date-time"}),
            ("type changed", "note", C, B),
        ),
        "text becomes anything": (
            lambda s: s.properties("Result").update(note={}),
            ("type widened", "note", C, B),
        ),
        "enum of an answer grown": (
            lambda s: s.properties("Result")["state"]["enum"].append("late"),
            ("enum value added", "state", C, C),
        ),
        "enum of an answer shrunk": (
            lambda s: s.properties("Result")["state"]["enum"].remove("done"),
            ("enum value removed", "state", C, B),
        ),
        "enum of an answer given up": (
            lambda s: s.properties("Result").update(state=TEXT),
            ("values unlisted", "state", C, B),
        ),
        "limit of an answer": (
            lambda s: s.properties("Result")["count"].update(maximum=5),
            ("limit tightened", "count", C, C),
        ),
        "answer as bytes": (
            lambda s: s.read["responses"]["200"].update(
                content={"application/octet-stream": {"schema": ref("Result")}}
            ),
            ("media type changed", "answer 200", C, B),
        ),
        "answer in one more form": (
            lambda s: s.read["responses"]["200"]["content"].update({"text/csv": {"schema": TEXT}}),
            ("media type added", "answer 200", C, B),
        ),
        "answer without content": (
            lambda s: s.read["responses"]["200"].pop("content"),
            ("media type removed", "answer 200", C, B),
        ),
        "list becomes one": (
            lambda s: s.paths["/things"]["get"]["responses"]["200"]["content"].update(
                {"application/json": {"schema": ref("Result")}}
            ),
            ("type changed", "answer 200", C, B),
        ),
        "list of something else": (
            lambda s: s.paths["/things"]["get"]["responses"]["200"]["content"]["application/json"][
                "schema"
            ].update(items=ref("Owner")),
            ("type changed", "answer 200[]", C, B),
        ),
        "answer is another schema": (
            lambda s: s.read["responses"]["200"]["content"]["application/json"].update(
                schema=ref("Owner")
            ),
            ("type changed", "answer 200", C, B),
        ),
        "another success": (
            lambda s: s.make["responses"].update({"201": s.make["responses"].pop("200")}),
            ("status changed", "answer 200", C, C),
        ),
        "success becomes a redirect": (
            lambda s: s.make["responses"].update({"302": s.make["responses"].pop("200")}),
            ("status changed", "answer 200", C, B),
        ),
        "empty success added": (
            lambda s: s.make["responses"].update({"204": {"description": ""}}),
            ("status added", "answer 204", C, B),
        ),
        "error added": (
            lambda s: s.read["responses"].update({"409": {"description": ""}}),
            ("status added", "answer 409", C, C),
        ),
        "error removed": (
            lambda s: s.read["responses"].pop("404"),
            ("status removed", "answer 404", C, C),
        ),
    }
)

# Schemas that go both ways, or nowhere
cases(
    {
        "shared property removed": (
            lambda s: s.properties("Item").pop("tags"),
            ("property removed", "tags", B, B),
        ),
        "shared property no longer null": (
            lambda s: s.properties("Item").update(note=TEXT),
            ("not nullable", "note", B, C),
        ),
        "shared property narrowed": (
            lambda s: s.properties("Owner").update(name={**TEXT, "maxLength": 3}),
            ("limit tightened", "name", B, C),
        ),
        "item of a list of another type": (
            lambda s: s.properties("Item")["tags"].update(items=WHOLE),
            ("type changed", "tags[]", B, B),
        ),
        "shared property deprecated": (
            lambda s: s.properties("Item")["tags"].update(deprecated=True),
            ("deprecated", "tags", C, C),
        ),
        "unknown keyword": (
            lambda s: s.properties("Item")["tags"].update(contains=TEXT),
            ("keyword changed", "tags", B, B),
        ),
        "schema added": (
            lambda s: s.schemas.update(More={"type": "object", "properties": {"b": WHOLE}}),
            ("schema added", "", C, C),
        ),
        "unused schema removed": (
            lambda s: s.schemas.pop("Unused"),
            ("schema removed", "", C, C),
        ),
        "property of an unused schema removed": (
            lambda s: s.properties("Unused").pop("a"),
            ("property removed", "a", C, C),
        ),
        "schema renamed": (
            lambda s: s.renamed("Draft", "Sketch"),
            ("schema renamed", "", B, C),
        ),
    }
)


@case(
    "parameter added to the path item",
    ("parameter added", "query all", C, C),
    ("parameter added", "query all", C, C),
)
def for_all(spec: Spec) -> None:
    spec.paths["/things"]["parameters"] = [parameter("all", "query")]


@case(
    "path parameter renamed",
    ("parameter renamed", "path id", B, C),
    ("parameter renamed", "path id", B, C),
)
def other_slot(spec: Spec) -> None:
    item = spec.paths["/things/{key}"] = spec.paths.pop("/things/{id}")
    for op in item.values():
        op["parameters"][0]["name"] = "key"


@case(
    "shared property renamed",
    ("property removed", "owner", B, B),
    ("property added", "keeper", C, C),
)
def rename_property(spec: Spec) -> None:
    spec.properties("Item")["keeper"] = spec.properties("Item").pop("owner")


@case("object in place instead of a reference")
def inline(spec: Spec) -> None:
    spec.properties("Item")["owner"] = copy.deepcopy(spec.schemas["Owner"])


@case(
    "used schema removed with its operation",
    ("operation removed", "", B, C),
    ("schema removed", "", B, C),
)
def without_make(spec: Spec) -> None:
    del spec.paths["/things"]["post"]
    del spec.schemas["Draft"]


@case(
    "renamed and moved at once",
    ("operation removed", "", B, C),
    ("operation added", "", C, C),
)
def elsewhere(spec: Spec) -> None:
    spec.paths["/new"] = {"get": spec.paths["/things"].pop("get") | {"operationId": "new"}}


@pytest.mark.parametrize("name", CORPUS)
def test_a_mutated_contract_has_the_known_difference(name: str) -> None:
    mutation, rows = CORPUS[name]
    spec = Spec()
    mutation(spec)
    found = compared(small(), spec.data).changes
    assert [(c.kind, c.place, c.caller, c.reader) for c in found] == rows


def test_every_change_of_the_corpus_has_one_phrase_as_its_reason() -> None:
    for mutation, _ in CORPUS.values():
        spec = Spec()
        mutation(spec)
        reasons = [change.reason for change in compared(small(), spec.data).changes]
        assert all(reason and "\n" not in reason for reason in reasons)


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CORPUS) >= 45
