"""`openapi.json` is valid, described in words throughout, and holds the published facts exactly."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from codegen import document
from codegen.document import Json, is_list, is_object

PROJECT = Path(__file__).resolve().parents[2]
FACTS = PROJECT.parent / "shared" / "reference" / "api-facts.json"
DIGEST = Path(__file__).with_name("facts.json")


@pytest.fixture(scope="module")
def contract() -> Json:
    read: Json = json.loads((PROJECT / "openapi.json").read_text(encoding="utf-8"))
    return read


def operations(contract: Json) -> Iterator[tuple[str, Json]]:
    for path, method, operation in document.operations(contract):
        yield f"{method.upper()} {path}", operation


def without_prose(value: Any) -> Any:
    """`value` without summaries and descriptions; properties of these names are objects."""
    if is_list(value):
        return [without_prose(item) for item in value]
    if not is_object(value):
        return value
    return {
        key: without_prose(item)
        for key, item in value.items()
        if not (key in ("summary", "description") and isinstance(item, str))
    }


def facts(contract: Json) -> Json:
    bare: Json = without_prose(contract)
    bare.pop("tags", None)
    bare["info"].pop("title", None)
    return bare


def digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_contract_is_valid_openapi(contract: Json) -> None:
    OpenAPIV31SpecValidator(contract).validate()


def test_the_contract_is_of_version_3_1(contract: Json) -> None:
    assert contract["openapi"].startswith("3.1.")


def test_the_contract_has_214_paths(contract: Json) -> None:
    assert len(contract["paths"]) == 214


def test_the_contract_has_237_operations(contract: Json) -> None:
    assert len(list(operations(contract))) == 237


def test_the_contract_has_311_schemas(contract: Json) -> None:
    assert len(contract["components"]["schemas"]) == 311


def test_every_operation_has_a_summary(contract: Json) -> None:
    assert [name for name, op in operations(contract) if not op.get("summary", "").strip()] == []


def test_no_summary_is_used_twice_in_a_tag(contract: Json) -> None:
    used = Counter((op["tags"][0], op["summary"]) for _, op in operations(contract) if "tags" in op)
    assert [pair for pair, times in used.items() if times > 1] == []


def test_every_tag_of_an_operation_is_described(contract: Json) -> None:
    described = {tag["name"] for tag in contract["tags"] if tag.get("description", "").strip()}
    assert {tag for _, op in operations(contract) for tag in op.get("tags", [])} <= described


def test_every_described_tag_is_used(contract: Json) -> None:
    used = {tag for _, op in operations(contract) for tag in op.get("tags", [])}
    assert {tag["name"] for tag in contract["tags"]} - used == set()


def test_every_schema_has_a_description(contract: Json) -> None:
    schemas: Json = contract["components"]["schemas"]
    assert [n for n, s in schemas.items() if not s.get("description", "").strip()] == []


def test_every_response_has_a_description(contract: Json) -> None:
    empty = [
        f"{name} {status}"
        for name, op in operations(contract)
        for status, response in op["responses"].items()
        if not response.get("description", "").strip()
    ]
    assert empty == []


def test_the_contract_without_our_words_is_the_recorded_facts(contract: Json) -> None:
    recorded = json.loads(DIGEST.read_text(encoding="utf-8"))
    assert digest(facts(contract)) == recorded["sha256"]


@pytest.mark.skipif(not FACTS.is_file(), reason="the recorded digest stands in for the facts")
def test_the_contract_without_our_words_is_the_published_facts(contract: Json) -> None:
    assert facts(contract) == facts(json.loads(FACTS.read_text(encoding="utf-8")))


@pytest.mark.skipif(not FACTS.is_file(), reason="there is nothing to compare the digest with")
def test_the_recorded_digest_is_that_of_the_published_facts() -> None:
    recorded = json.loads(DIGEST.read_text(encoding="utf-8"))
    assert recorded["sha256"] == digest(facts(json.loads(FACTS.read_text(encoding="utf-8"))))
