"""The generated package covers the whole contract, and decodes what the contract describes."""

# the ids of promises (DESIGN.md, section 3) keep their capital

from __future__ import annotations

import copy
import importlib
import json
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import aion_api
from aion_api import api, models
from codegen import contract
from codegen.document import Json, is_list, is_object, operations
from codegen.patching import Patches
from tests.contract.sampling import Sampler

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENT = contract.load(
    PROJECT / "openapi.json", Patches.load(PROJECT / "codegen" / "patches.toml")
)
SCHEMAS: Json = DOCUMENT["components"]["schemas"]
OPERATIONS: list[aion_api.Operation[Any]] = [
    operation
    for module in api.MODULES
    for operation in importlib.import_module(f"aion_api.api.{module}").OPERATIONS
]
BY_ID = {operation.operation_id: operation for operation in OPERATIONS}
ANSWERS = [name for name in SCHEMAS if hasattr(getattr(models, name, None), "from_api_response")]
JSON_OPERATIONS = [operation.operation_id for operation in OPERATIONS if operation.kind == "json"]

LEAST = Sampler(DOCUMENT, everything=False)
MOST = Sampler(DOCUMENT)
LATER = Sampler(DOCUMENT, unknown=(("added_later", {"a": [1, None]}),))
NEW_CHOICES = Sampler(DOCUMENT, choice="a value of next year")
BAD_DATES = Sampler(DOCUMENT, timestamp="soon")


def decoded(name: str, sample: Json) -> aion_api.Model:
    model: aion_api.Model = getattr(models, name).from_api_response(sample)
    return model


def answer_schema(operation_id: str) -> Json:
    for _, _, op in operations(DOCUMENT):
        if op["operationId"] == operation_id:
            responses = op["responses"].items()
            found: Json = next(
                r["content"]["application/json"].get("schema", {})
                for status, r in responses
                if status[0] == "2" and "content" in r
            )
            return found
    raise LookupError(operation_id)


def test_every_operation_of_the_contract_has_exactly_one_generated_one() -> None:
    raw = json.loads((PROJECT / "openapi.json").read_text(encoding="utf-8"))
    expected = [(o["operationId"], method.upper(), path) for path, method, o in operations(raw)]
    generated = [(o.operation_id, o.method, o.template) for o in OPERATIONS]
    assert sorted(generated) == sorted(expected)


def test_no_short_name_is_used_twice() -> None:
    used = Counter(operation.name for operation in OPERATIONS)
    assert [name for name, times in used.items() if times > 1] == []


def test_every_operation_is_a_function_of_its_name() -> None:
    missing = [
        operation.name
        for operation in OPERATIONS
        if not callable(
            getattr(
                importlib.import_module(f"aion_api.api.{operation.name.split('.')[0]}"),
                operation.name.split(".")[1],
                None,
            )
        )
    ]
    assert missing == []


def test_every_component_schema_is_a_model_an_enum_or_free_form() -> None:
    def is_free_form(schema: Json) -> bool:
        return schema.get("type") == "object" and not schema.get("properties")

    lost = [n for n, s in SCHEMAS.items() if not hasattr(models, n) and not is_free_form(s)]
    assert lost == []


def test_every_property_of_the_contract_is_a_field() -> None:
    lost = [
        f"{name}.{key}"
        for name in ANSWERS
        for key in decoded(name, MOST.component(name)).additional_properties
    ]
    assert lost == []


def test_the_samples_below_cover_many_answers() -> None:
    assert len(ANSWERS) > 150


@pytest.mark.parametrize("name", ANSWERS)
def test_the_least_answer_is_decoded(name: str) -> None:
    assert type(decoded(name, LEAST.component(name))) is getattr(models, name)


@pytest.mark.parametrize("name", ANSWERS)
def test_every_field_of_the_least_answer_can_be_read(name: str) -> None:
    model = decoded(name, LEAST.component(name))

    lost = [field for field in aion_api.field_names(type(model)) if not hasattr(model, field)]
    assert lost == []


@pytest.mark.parametrize("name", ANSWERS)
def test_the_fullest_answer_is_written_back_as_it_came(name: str) -> None:
    sample = MOST.component(name)
    assert decoded(name, sample).to_dict(exclude_none=False) == sample


@pytest.mark.parametrize("operation_id", JSON_OPERATIONS)
def test_the_fullest_answer_of_an_operation_is_decoded(operation_id: str) -> None:
    sample = MOST.sample(answer_schema(operation_id))
    # A decoded object uses the parsed dictionary itself.
    model = BY_ID[operation_id].decode(copy.deepcopy(sample))
    assert written(model) == sample


@pytest.mark.parametrize("operation_id", JSON_OPERATIONS)
def test_no_dictionary_stands_where_a_model_belongs(operation_id: str) -> None:
    schema = answer_schema(operation_id)
    model = BY_ID[operation_id].decode(MOST.sample(schema))
    assert model_names(model) == referenced(schema)


@pytest.mark.parametrize("name", ANSWERS)
def test_P18_an_unknown_field_is_kept(name: str) -> None:
    sample = LATER.component(name)
    assert decoded(name, sample).additional_properties == dict(LATER.unknown)


@pytest.mark.parametrize("name", ANSWERS)
def test_P18_unknown_fields_at_every_depth_are_written_back(name: str) -> None:
    sample = LATER.component(name)
    assert decoded(name, sample).to_dict(exclude_none=False) == sample


@pytest.mark.parametrize("name", ANSWERS)
def test_P18_unknown_enum_values_stay_readable(name: str) -> None:
    sample = NEW_CHOICES.component(name)
    assert decoded(name, sample).to_dict(exclude_none=False) == sample


@pytest.mark.parametrize("name", ANSWERS)
def test_P18_bad_dates_stay_readable(name: str) -> None:
    sample = BAD_DATES.component(name)
    assert decoded(name, sample).to_dict(exclude_none=False) == sample


@pytest.mark.parametrize("name", ANSWERS)
def test_P18_each_optional_field_may_be_null(name: str) -> None:
    full = MOST.component(name)
    schema: Json = SCHEMAS[name]
    for key in schema.get("properties", {}).keys() - schema.get("required", []):
        assert type(decoded(name, full | {key: None})) is getattr(models, name), key


@pytest.mark.parametrize("name", ANSWERS)
def test_P18_a_field_that_one_published_contract_lacks_may_be_missing(name: str) -> None:
    full = MOST.component(name)
    properties: Json = SCHEMAS[name].get("properties", {})
    both = {k: v for k, v in full.items() if len(properties[k].get("x-contract", ("", ""))) > 1}
    assert type(decoded(name, both)) is getattr(models, name)


@pytest.mark.parametrize("name", ANSWERS)
def test_P6_results_survive_pickle(name: str) -> None:
    model = decoded(name, NEW_CHOICES.component(name))
    assert pickle.loads(pickle.dumps(model)) == model


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("name", ANSWERS)
def test_P6_results_survive_copying(name: str, duplicate: Any) -> None:
    model = decoded(name, NEW_CHOICES.component(name))
    assert duplicate(model) == model


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_P6_unset_stays_the_one_unset(duplicate: Any) -> None:
    assert duplicate(aion_api.UNSET) is aion_api.UNSET


def test_P6_unset_survives_pickle() -> None:
    assert pickle.loads(pickle.dumps(aion_api.UNSET)) is aion_api.UNSET


def test_P6_an_unknown_enum_value_survives_pickle_with_its_value() -> None:
    unknown = models.ShareStatus("later")
    assert pickle.loads(pickle.dumps(unknown)).value == "later"


def test_an_unknown_enum_value_compares_and_hashes_like_its_text() -> None:
    known: set[str] = {models.ShareStatus("later")}
    assert "later" in known


def test_results_cannot_be_changed() -> None:
    model: Any = decoded("ChatSessionSummaryResponse", MOST.component("ChatSessionSummaryResponse"))
    with pytest.raises(AttributeError):
        model.title = "other"


def written(value: Any) -> Any:
    """Return a decoded response as JSON data."""
    if isinstance(value, aion_api.Model):
        return value.to_dict(exclude_none=False)
    if is_list(value):
        return [written(item) for item in value]
    if is_object(value):
        return {key: written(item) for key, item in value.items()}
    return value


def model_names(value: Any) -> set[str]:
    """Return the names of all models inside a decoded response."""
    found: set[str] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, aion_api.Model):
            found.add(type(item).__name__)
            stack.extend(vars(item).values())
        elif is_list(item):
            stack.extend(item)
        elif is_object(item):
            stack.extend(item.values())
    return found


def referenced(schema: Json) -> set[str]:
    """The names of all models that the fullest sample of a schema is made of."""
    seen: set[str] = set()

    class Recording(Sampler):
        def sample(self, schema: Json, path: tuple[str, ...] = ()) -> Any:
            if "$ref" in schema:
                name = schema["$ref"].rsplit("/", 1)[1]
                if SCHEMAS[name].get("properties"):
                    seen.add(name)
            return super().sample(schema, path)

    Recording(DOCUMENT).sample(schema)
    return seen
