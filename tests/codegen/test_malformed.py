"""Any JSON at any place of a contract ends in code or in a refusal, never in a traceback."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegen import contract, parse, render
from codegen.__main__ import PROJECT
from codegen.document import is_list, is_object
from codegen.errors import CodegenError
from codegen.patching import Patches
from tests.codegen.building import body, document, operation, parameter, ref
from tests.codegen.test_schemas import SCHEMAS
from tests.codegen.workflow import written

JUNK = [
    None,
    True,
    0,
    1.5,
    "",
    "text",
    [],
    [None],
    {},
    {"a": 1},
    {"$ref": "#/none"},
    [{"type": "x"}],
]
Place = tuple[str | int, ...]


def sample() -> dict[str, Any]:
    """A document that has most constructs."""
    op = operation(
        ref("all"),
        summary="Read.",
        parameters=[parameter("id", "path"), parameter("f", "query", {"type": "object"})],
        requestBody=body("multipart/form-data", ref("Cat")),
    )
    spec = document({"/x/{id}": {"post": op}}, SCHEMAS, tags=[{"name": "things"}])
    spec["components"]["responses"] = {"A": {"description": ""}}
    return spec


def places(value: Any, at: Place = ()) -> list[Place]:
    """Every place in JSON data but the whole."""
    found: list[Place] = []
    items = value.items() if is_object(value) else enumerate(value) if is_list(value) else ()
    for key, inside in items:
        found += [(*at, key), *places(inside, (*at, key))]
    return found


PLACES = places(sample())


def outcome(spec: Any, folder: Path) -> str:
    """Generate code from a document; return the message of a refusal, else an empty string."""
    path = written(folder / "spec.json", spec)
    try:
        render.render(parse.parse(contract.load(path, Patches())), PROJECT / "templates")
    except CodegenError as error:
        return str(error)
    return ""


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.sampled_from(PLACES), junk=st.sampled_from(JUNK))
def test_junk_at_any_place_is_taken_or_refused_by_name(
    tmp_path: Path, place: Place, junk: Any
) -> None:
    spec: Any = copy.deepcopy(sample())
    holder = spec
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = junk
    message = outcome(spec, tmp_path)
    assert " object at 0x" not in message
    assert "Traceback" not in message


def test_the_document_without_junk_is_taken(tmp_path: Path) -> None:
    assert outcome(sample(), tmp_path) == ""


@pytest.mark.parametrize("keyword", ["summary", "description", "operationId", "tags", "responses"])
def test_a_keyword_of_an_operation_may_be_missing(tmp_path: Path, keyword: str) -> None:
    spec = sample()
    spec["paths"]["/x/{id}"]["post"].pop(keyword, None)
    assert outcome(spec, tmp_path) == ""
