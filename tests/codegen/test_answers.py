"""The generated decoders of responses: tests check types, not only that they run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.codegen.building import Built, answering, built, document, operation, ref

ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}},
}
NULL = {"type": "null"}
STAMP = {"type": "string", "format": "date-time"}

# `Early` refers to models that come after it, which the parser copies before it has read them.
SCHEMAS: dict[str, Any] = {
    "Early": {
        "type": "object",
        "properties": {
            "one": ref("Late"),
            "many": {"type": "array", "items": ref("Late")},
            "grid": {"type": "array", "items": {"type": "array", "items": ref("Late")}},
            "by_name": {"type": "object", "additionalProperties": ref("Late")},
            "lists": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": ref("Late")},
            },
            "maybe": {"anyOf": [ref("Late"), NULL]},
            "maybes": {"type": "array", "items": {"anyOf": [ref("Late"), NULL]}},
            "free": {"type": "object"},
            "free_too": {"type": "object", "additionalProperties": True},
            "late_free": ref("ZFree"),
            "several": {
                "anyOf": [{"type": "array", "items": ref("Late")}, {"type": "object"}, NULL]
            },
            "place": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "color": ref("ZColor"),
            "colors": {"type": "array", "items": ref("ZColor")},
            "at": STAMP,
            "times": {"type": "array", "items": {"type": "string", "format": "date-time"}},
            "time_or_text": {
                "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string"}]
            },
            "day": {"type": "string", "format": "date"},
            "limit": {"type": "integer", "default": 20},
            "mode": {"type": "string", "default": 'a "quoted" \\ default'},
        },
    },
    "Late": ITEM,
    "Stamped": {
        "type": "object",
        "required": ["id", "at"],
        "properties": {"id": ITEM["properties"]["id"], "at": STAMP},
    },
    "Tree": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "parent": ref("Tree"),
            "children": {"type": "array", "items": ref("Tree")},
        },
    },
    "ZColor": {"type": "string", "enum": ["red", "sea-green"]},
    "ZFree": {"type": "object"},
    "Orphan": {"type": "object", "properties": {"inner": ref("Early")}},
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    paths = {
        "/early": {"get": operation(ref("Early"), name="early")},
        "/stamped": {"get": operation(ref("Stamped"), name="stamped")},
        "/tree": {"get": operation(ref("Tree"), name="tree")},
        "/trees": {"get": operation({"type": "array", "items": ref("Tree")}, name="trees")},
        "/other": {"get": operation(ref("Late"), name="late", tag="others")},
        "/maybe": {"get": operation({"anyOf": [ref("Late"), NULL]}, name="maybe")},
        "/any": {"get": operation(name="anything")},
    }
    return built(tmp_path_factory.mktemp("answers"), document(paths, SCHEMAS))


def early(sample: Built, **data: Any) -> Any:
    return sample.decode("things.early", data)


def test_a_model_that_is_parsed_later_is_decoded(sample: Built) -> None:
    assert type(early(sample, one={"id": "1"}).one) is sample.model("Late")


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("many", [{"id": "1"}]),
        ("grid", [[{"id": "1"}]]),
        ("by_name", {"a": {"id": "1"}}),
        ("lists", {"a": [{"id": "1"}]}),
        ("maybe", {"id": "1"}),
        ("maybes", [None, {"id": "1"}]),
        ("several", [{"id": "1"}]),
    ],
)
def test_models_inside_lists_maps_and_unions_are_models(
    sample: Built, field: str, data: Any
) -> None:
    value: Any = getattr(early(sample, **{field: data}), field)
    while not hasattr(value, "id"):
        value = value["a"] if "a" in value else value[-1]
    assert type(value) is sample.model("Late")


def test_a_recursive_model_is_decoded_at_every_depth(sample: Built) -> None:
    tree = sample.decode("things.tree", {"name": "a", "children": [{"name": "b"}]})
    assert type(tree.children[0]) is sample.model("Tree")


def nested() -> dict[str, Any]:
    data = {"one": {"id": "1", "new": 1}, "many": [{"id": "2"}], "at": "2026-03-01T10:00:00Z"}
    return {**data, "free": {"any": [1]}, "by_name": {"a": {"id": "3"}}, "later": {"b": [2]}}


def test_data_that_a_model_is_made_of_by_hand_is_left_as_it_is(sample: Built) -> None:
    data = nested()
    sample.model("Early").from_api_response(data)
    assert data == nested()


def test_a_model_made_by_hand_has_no_container_in_common_with_the_data(sample: Built) -> None:
    data = nested()
    made: Any = sample.model("Early").from_api_response(data)
    made.free["any"].append(2)
    made.additional_properties["later"]["b"].append(3)
    assert data == nested()


def test_a_model_made_by_hand_is_the_same_as_one_of_a_response(sample: Built) -> None:
    made = sample.model("Early").from_api_response(MappingProxyType(nested()))
    assert made == early(sample, **nested())


def test_a_response_is_kept_and_not_copied(sample: Built) -> None:
    data = nested()
    assert vars(sample.decode("things.early", data)) is data


def test_a_timestamp_that_is_required_and_missing_is_none(sample: Built) -> None:
    assert sample.decode("things.stamped", {"id": "1"}).at is None


def test_a_response_that_is_a_list_is_a_list_of_models(sample: Built) -> None:
    assert type(sample.decode("things.trees", [{"name": "a"}])[0]) is sample.model("Tree")


def test_a_response_that_may_be_null_is_none(sample: Built) -> None:
    assert sample.decode("things.maybe", None) is None


def test_a_response_without_a_schema_comes_as_it_is(sample: Built) -> None:
    assert sample.decode("things.anything", [1, {"a": 2}]) == [1, {"a": 2}]


@pytest.mark.parametrize("field", ["free", "free_too", "late_free"])
def test_a_free_form_object_is_a_dict(sample: Built, field: str) -> None:
    assert getattr(early(sample, **{field: {"any": [1]}}), field) == {"any": [1]}


def test_free_form_objects_have_no_class(sample: Built) -> None:
    assert not hasattr(sample.module("models"), "ZFree")


def test_free_form_objects_are_annotated_as_dictionaries(sample: Built) -> None:
    assert "free: dict[str, Any] | None" in sample.files["models/things.py"]


def test_a_list_object_or_null_may_be_an_object(sample: Built) -> None:
    assert early(sample, several={"id": "1"}).several == {"id": "1"}


def test_a_list_object_or_null_may_be_null(sample: Built) -> None:
    assert early(sample, several=None).several is None


@pytest.mark.parametrize("value", [7, "seven"])
def test_an_integer_or_string_keeps_its_type(sample: Built, value: int | str) -> None:
    assert early(sample, place=value).place == value


def test_an_integer_or_string_is_annotated_as_both(sample: Built) -> None:
    assert "place: int | str | None" in sample.files["models/things.py"]


def test_a_known_enum_value_is_a_member(sample: Built) -> None:
    assert early(sample, color="sea-green").color is sample.model("ZColor").SEA_GREEN


def test_an_unknown_enum_value_in_a_list_stays_readable(sample: Built) -> None:
    assert early(sample, colors=["red", "mauve"]).colors[1].value == "mauve"


def test_an_unknown_enum_value_says_that_it_is_unknown(sample: Built) -> None:
    assert not early(sample, color="mauve").color.is_known


def test_a_timestamp_without_a_zone_is_utc(sample: Built) -> None:
    assert early(sample, at="2026-03-01T10:00:00").at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_timestamp_in_the_form_of_mail_is_read(sample: Built) -> None:
    decoded = early(sample, at="Sun, 01 Mar 2026 10:00:00 GMT")
    assert decoded.at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_timestamp_in_a_zone_without_offset_is_not_guessed(sample: Built) -> None:
    assert early(sample, at="1 Mar 2026 10:00 EST").at is None


@pytest.mark.parametrize("bad", ["soon", "", 1700000000, True, ["x"], "10:30", "May"])
def test_a_bad_timestamp_is_none_and_kept_as_it_came(sample: Built, bad: object) -> None:
    decoded = early(sample, at=bad)
    assert (decoded.at, decoded.additional_properties) == (None, {"at": bad})


@pytest.mark.parametrize("exclude_none", [True, False])
def test_a_bad_timestamp_is_written_back_as_it_came(sample: Built, exclude_none: bool) -> None:
    assert early(sample, at="soon").to_dict(exclude_none=exclude_none)["at"] == "soon"


def test_timestamps_in_a_list_stay_text(sample: Built) -> None:
    assert early(sample, times=["2026-03-01", "soon"]).times == ["2026-03-01", "soon"]


def test_a_timestamp_or_any_text_stays_text(sample: Built) -> None:
    assert early(sample, time_or_text="2026-03-01").time_or_text == "2026-03-01"


def test_a_calendar_day_stays_text(sample: Built) -> None:
    assert early(sample, day="2026-03-01").day == "2026-03-01"


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text("0123456789:-+TZ. /", max_size=30))
def test_no_text_at_the_place_of_a_timestamp_fails_the_object(sample: Built, text: str) -> None:
    early(sample, at=text)


@pytest.mark.parametrize("data", [{}, {"limit": None}])
def test_a_missing_value_has_the_default_of_the_contract(
    sample: Built, data: dict[str, None]
) -> None:
    assert early(sample, **data).limit == 20


def test_a_default_with_quotes_and_backslashes_is_that_text(sample: Built) -> None:
    assert early(sample).mode == 'a "quoted" \\ default'


def test_unknown_keys_are_kept(sample: Built) -> None:
    assert early(sample, later="x").additional_properties == {"later": "x"}


def test_a_model_that_no_call_leads_to_can_be_decoded(sample: Built) -> None:
    orphan = sample.model("Orphan").from_api_response({"inner": {"one": {"id": "1"}}})
    assert type(orphan.inner.one) is sample.model("Late")


@pytest.mark.parametrize("name", ["Any", "Self", "Mapping", "Final", "datetime", "List", "Model"])
def test_a_schema_named_like_an_import_is_a_model(tmp_path: Path, name: str) -> None:
    schemas = {
        name: ITEM,
        "Box": {
            "type": "object",
            "properties": {"item": ref(name), "at": {"type": "string", "format": "date-time"}},
        },
    }
    sample = built(tmp_path, answering(ref("Box"), schemas))
    decoded = sample.decode("things.read", {"item": {"id": "1"}, "at": "2026-03-01"})
    assert decoded.item.id == "1"


def test_two_schemas_of_one_title_are_two_classes(tmp_path: Path) -> None:
    schemas = {
        "a__Info": {**ITEM, "title": "Info"},
        "b__Info": {"type": "object", "title": "Info", "properties": {"n": {"type": "integer"}}},
        "Both": {
            "type": "object",
            "title": "Info",
            "properties": {"a": ref("a__Info"), "b": ref("b__Info")},
        },
    }
    patches = '[rename_schemas]\na__Info = "FirstInfo"\nb__Info = "SecondInfo"\n'
    sample = built(tmp_path, answering(ref("Both"), schemas), patches)
    both = sample.decode("things.read", {"a": {"id": "1"}, "b": {"n": 2}})
    assert [type(both.a).__name__, type(both.b).__name__] == ["FirstInfo", "SecondInfo"]


def test_a_property_named_title_is_kept(tmp_path: Path) -> None:
    schemas = {"Box": {"type": "object", "properties": {"title": {"type": "string"}}}}
    sample = built(tmp_path, answering(ref("Box"), schemas))
    assert sample.decode("things.read", {"title": "x"}).title == "x"


def test_properties_of_all_parts_of_an_all_of_are_fields(tmp_path: Path) -> None:
    extra = {"type": "object", "properties": {"n": {"type": "integer"}}}
    schemas = {"Item": ITEM, "Both": {"allOf": [ref("Item"), extra]}}
    sample = built(tmp_path, answering(ref("Both"), schemas))
    both = sample.decode("things.read", {"id": "1", "n": 2})
    assert (both.id, both.n) == ("1", 2)


def test_a_default_that_is_an_object_goes_by_a_patch(tmp_path: Path) -> None:
    metadata: dict[str, Any] = {"anyOf": [{"type": "object"}, NULL], "default": {}}
    schemas = {"Box": {"type": "object", "properties": {"metadata": metadata}}}
    patches = '[[patch]]\nschema = "Box"\nat = "/properties/metadata/default"\nexpect = {}\n'
    sample = built(tmp_path, answering(ref("Box"), schemas), patches + 'reason = "not valid"\n')
    assert sample.decode("things.read", {"metadata": {"a": 1}}).metadata == {"a": 1}
