"""Schemas as other documents write them: enums, unions, `allOf`, recursion, null, odd names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.codegen.building import Built, answering, body, built, document, operation, ref

TEXT = {"type": "string"}
INTEGER = {"type": "integer"}


def thing(properties: dict[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    """An object schema."""
    return {"type": "object", "properties": properties, "required": list(required), **more}


CAT = thing({"kind": {"const": "cat"}, "name": TEXT, "lives": INTEGER}, "kind", "name")
DOG = thing({"kind": {"enum": ["dog"]}, "name": TEXT, "tricks": INTEGER}, "kind", "name")
SCHEMAS: dict[str, Any] = {
    "Cat": CAT,
    "Dog": DOG,
    "Circle": thing({"type": TEXT, "radius": INTEGER}),
    "Square": thing({"type": TEXT, "side": INTEGER}),
    "User": thing({"id": TEXT, "login": TEXT}, "id", "login"),
    "Team": thing({"id": TEXT, "slug": TEXT}, "id", "slug"),
    "Loose": thing({"a": TEXT}),
    "LooseToo": thing({"b": TEXT}),
    "Base": thing({"id": TEXT, "note": TEXT}, "id", description="The base."),
    "Derived": {"allOf": [ref("Base"), thing({"size": INTEGER}, "size")]},
    "Narrowed": {"allOf": [ref("Base"), {"required": ["note"]}]},
    "Pet": {
        **thing({"petType": TEXT}, "petType"),
        "discriminator": {"propertyName": "petType"},
        "oneOf": [ref("Hamster"), ref("Fish")],
    },
    "Hamster": {"allOf": [ref("Pet"), thing({"wheel": INTEGER})]},
    "Fish": {"allOf": [ref("Pet"), thing({"tank": INTEGER})]},
    "Json": {
        "oneOf": [
            TEXT,
            {"type": "array", "items": ref("Json")},
            {"type": "object", "additionalProperties": ref("Json")},
        ]
    },
    "Node": thing({"next": ref("Node"), "all": ref("Nodes")}),
    "Nodes": {"type": "array", "items": ref("Node")},
    "Either": {
        **thing({"id": TEXT}, "id"),
        "oneOf": [
            thing({"a": TEXT, "both": TEXT}, "a", "both"),
            thing({"b": INTEGER, "both": TEXT}, "both"),
        ],
    },
    "Limited": {
        **thing({"a": TEXT, "b": TEXT}),
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "Alias": ref("User"),
    "Aliases": {"type": "array", "items": {"type": "object", "properties": {"id": TEXT}}},
    "Level": {"oneOf": [{"const": "low", "title": "Low"}, {"const": "high", "title": "High"}]},
    "all": thing(
        {
            "duplicate": {"type": "string", "enum": ["a", "b", "a"]},
            "numbers": {"type": "integer", "enum": [1, 2, 2]},
            "flags": {"type": "boolean", "enum": [True]},
            "mixed": {"enum": ["a", 1, None]},
            "maybe": {"type": "string", "nullable": True, "enum": ["a", None]},
            "single": {"type": "string", "enum": ["only"]},
            "constant": {"const": "fixed"},
            "version": {"const": 2},
            "nothing": {"enum": [None]},
            "level": ref("Level"),
            "alike": {"type": "string", "enum": ["a-b", "a_b", "A_B"]},
            "pet": {"oneOf": [ref("Cat"), ref("Dog")]},
            "shape": {
                "oneOf": [ref("Circle"), ref("Square")],
                "discriminator": {
                    "propertyName": "type",
                    "mapping": {"round": "#/components/schemas/Circle", "box": "Square"},
                },
            },
            "owner": {"anyOf": [ref("User"), ref("Team"), {"type": "null"}]},
            "loose": {"anyOf": [ref("Loose"), ref("LooseToo")]},
            "pet_or_any": {"anyOf": [ref("Cat"), {"type": "object"}]},
            "pet_or_text": {"oneOf": [ref("Cat"), ref("Dog"), TEXT]},
            "level_or_text": {"anyOf": [ref("Level"), TEXT]},
            "pets_or_users": {
                "oneOf": [
                    {"type": "array", "items": ref("Cat")},
                    {"type": "array", "items": ref("User")},
                ]
            },
            "derived": ref("Derived"),
            "narrowed": ref("Narrowed"),
            "described": {"allOf": [ref("Base")], "description": "Its base."},
            "null_base": {"allOf": [ref("Base")], "nullable": True},
            "hamster": ref("Hamster"),
            "json": ref("Json"),
            "nodes": ref("Nodes"),
            "either": ref("Either"),
            "limited": ref("Limited"),
            "alias": ref("Alias"),
            "aliases": ref("Aliases"),
            "list_type": {"type": ["string", "integer", "null"]},
            "tuple": {"type": "array", "prefixItems": [TEXT, INTEGER]},
            "no_items": {"type": "array"},
            "patterns": {"type": "object", "patternProperties": {"^x": ref("User")}},
            "closed": {"type": "object", "additionalProperties": False},
            "untyped": {"properties": {"id": TEXT}},
            "wrong_default": {"type": "integer", "default": "many"},
            "right_default": {"type": "integer", "default": 3},
            "object_default": {"type": "object", "default": {"a": 1}},
            "old_type": {"type": "file"},
            "true": True,
            "binary": {"type": "string", "format": "binary"},
            "part": {"$ref": "#/components/schemas/Cat/properties/lives"},
            "inside": {"$ref": "#/components/schemas/Aliases/items"},
            "a-b": TEXT,
            "a_b": TEXT,
            "to_dict": TEXT,
        }
    ),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(tmp_path_factory.mktemp("schemas"), answering(ref("all"), SCHEMAS))


def read(sample: Built, name: str, value: Any) -> Any:
    """The decoded value of one field."""
    return getattr(sample.decode("things.read", {name: value}), name)


def note(sample: Built, name: str) -> str:
    """The annotation of one field."""
    found: str = sample.model("All").__annotations__[name]
    return found


@pytest.mark.parametrize(
    ("name", "annotation"),
    [
        ("duplicate", "AllDuplicate | None"),
        ("numbers", "int | None"),
        ("flags", "bool | None"),
        ("mixed", "str | int | None"),
        ("maybe", "AllMaybe | None"),
        ("single", "AllSingle | None"),
        ("constant", "AllConstant | None"),
        ("version", "int | None"),
        ("nothing", "None"),
        ("level", "Level | None"),
        ("pet", "Cat | Dog | dict[str, Any] | None"),
        ("loose", "Loose | LooseToo | dict[str, Any] | None"),
        ("pet_or_any", "dict[str, Any] | None"),
        ("level_or_text", "str | None"),
        ("pets_or_users", "list[Cat | User | dict[str, Any]] | None"),
        ("described", "Base | None"),
        ("null_base", "Base | None"),
        ("alias", "User | None"),
        ("list_type", "str | int | None"),
        ("tuple", "list[str | int] | None"),
        ("no_items", "list[Any] | None"),
        ("patterns", "dict[str, User] | None"),
        ("closed", "dict[str, Any] | None"),
        ("untyped", "AllUntyped | None"),
        ("right_default", "int"),
        ("wrong_default", "int | None"),
        ("old_type", "str | None"),
        ("true", "Any"),
        ("binary", "str | None"),
        ("part", "int | None"),
    ],
)
def test_a_schema_becomes_a_type(sample: Built, name: str, annotation: str) -> None:
    assert note(sample, name) == annotation


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("numbers", 7),
        ("mixed", 1),
        ("mixed", "other"),
        ("list_type", 1),
        ("json", ["a", {"b": ["c"]}]),
        ("json", "a"),
        ("tuple", ["a", 1]),
        ("loose", {"a": "1"}),
        ("pet_or_any", {"kind": "cat", "name": "x"}),
        ("pet_or_text", "x"),
        ("level_or_text", "low"),
        ("closed", {"a": 1}),
        ("true", [1]),
        ("right_default", 4),
    ],
)
def test_a_value_without_a_class_is_passed_on(sample: Built, name: str, value: Any) -> None:
    assert read(sample, name, value) == value


@pytest.mark.parametrize(
    ("name", "value", "class_name"),
    [
        ("pet", {"kind": "cat", "name": "x"}, "Cat"),
        ("pet", {"kind": "dog", "name": "x"}, "Dog"),
        ("pet", {"kind": "cow", "name": "x"}, "dict"),
        ("pet", {"kind": "cat"}, "dict"),
        ("pet", {"name": "x"}, "dict"),
        ("shape", {"type": "round", "radius": 1}, "Circle"),
        ("shape", {"type": "box"}, "Square"),
        ("shape", {"type": "Circle"}, "dict"),
        ("shape", {}, "dict"),
        ("owner", {"id": "1", "login": "x"}, "User"),
        ("owner", {"id": "1", "slug": "x"}, "Team"),
        ("owner", {"id": "1", "login": "x", "slug": "x"}, "dict"),
        ("owner", {"id": "1"}, "dict"),
        ("owner", None, "NoneType"),
        ("pet_or_text", {"kind": "dog", "name": "x"}, "Dog"),
        ("derived", {"id": "1", "size": 1}, "Derived"),
        ("described", {"id": "1"}, "Base"),
        ("null_base", None, "NoneType"),
        ("hamster", {"petType": "Hamster", "wheel": 1}, "Hamster"),
        ("alias", {"id": "1", "login": "x"}, "User"),
        ("inside", {"id": "1"}, "AliasesItems"),
        ("single", "only", "AllSingle"),
        ("single", "another", "AllSingle"),
    ],
)
def test_a_value_is_of_its_class_or_stays_as_it_is(
    sample: Built, name: str, value: Any, class_name: str
) -> None:
    assert type(read(sample, name, value)).__name__ == class_name


@given(
    st.dictionaries(
        st.sampled_from(["kind", "name", "id", "login", "slug", "type"]),
        st.sampled_from(["cat", "dog", "x", "round"]),
    )
)
def test_no_object_of_a_union_loses_anything(sample: Built, data: dict[str, str]) -> None:
    for name in ("pet", "shape", "owner", "loose"):
        found = read(sample, name, dict(data))
        assert (found if isinstance(found, dict) else found.to_dict()) == data


def test_a_constant_is_not_equal_to_a_value_of_another_type(tmp_path: Path) -> None:
    schemas = {
        "One": thing({"v": {"const": 1}, "a": TEXT}, "v"),
        "Two": thing({"v": {"const": 2}, "b": TEXT}, "v"),
    }
    sample = built(tmp_path, answering({"oneOf": [ref("One"), ref("Two")]}, schemas))
    assert sample.decode("things.read", {"v": True}) == {"v": True}


def test_lists_of_several_classes_are_decoded_item_by_item(sample: Built) -> None:
    found = read(sample, "pets_or_users", [{"kind": "cat", "name": "x"}, {"id": "1", "login": "x"}])
    assert [type(one).__name__ for one in found] == ["Cat", "User"]


def test_a_duplicate_in_an_enum_is_one_member(sample: Built) -> None:
    assert [one.value for one in sample.model("AllDuplicate")] == ["a", "b"]


def test_members_with_equal_names_are_numbered(sample: Built) -> None:
    found = {one.name: one.value for one in sample.model("AllAlike")}
    assert found == {"A_B_2": "a-b", "A_B_3": "a_b", "A_B": "A_B"}


def test_alternatives_that_are_constants_are_one_enum(sample: Built) -> None:
    assert [one.value for one in sample.model("Level")] == ["low", "high"]


def test_listed_numbers_are_documented(sample: Built) -> None:
    assert "numbers: One of 1, 2." in sample.files["models/things.py"]


def test_a_constant_number_is_documented(sample: Built) -> None:
    assert "version: Always 2." in sample.files["models/things.py"]


def test_a_class_has_the_fields_of_all_parts(sample: Built) -> None:
    derived = read(sample, "derived", {"id": "1", "size": 2})
    assert (derived.id, derived.size, derived.note) == ("1", 2, None)


def test_a_field_that_a_part_requires_is_required(sample: Built) -> None:
    assert sample.model("Narrowed").__annotations__["note"] == "str"


def test_a_derived_class_has_no_fields_of_its_siblings(sample: Built) -> None:
    assert [*sample.model("Hamster").__annotations__] == ["pet_type", "wheel"]


def test_an_object_beside_alternatives_has_the_fields_of_all(sample: Built) -> None:
    notes = sample.model("Either").__annotations__
    assert notes == {"id": "str", "both": "str", "a": "str | None", "b": "int | None"}


def test_alternatives_that_only_require_fields_change_no_type(sample: Built) -> None:
    assert sample.model("Limited").__annotations__ == {"a": "str | None", "b": "str | None"}


def test_a_recursive_list_is_decoded_at_every_depth(sample: Built) -> None:
    (node,) = read(sample, "nodes", [{"all": [{"next": {}}]}])
    assert type(node.all[0].next).__name__ == "Node"


def test_a_class_in_a_list_of_a_named_schema_exists_once(sample: Built) -> None:
    assert note(sample, "aliases") == "list[AliasesItem] | None"


def test_a_class_for_one_direction_has_no_field_of_the_other_to_fill_in(tmp_path: Path) -> None:
    schema = thing(
        {"id": {**TEXT, "readOnly": True}, "secret": {**TEXT, "writeOnly": True}}, "id", "secret"
    )
    op = operation(ref("Both"), requestBody=body("application/json", ref("Both")))
    sample = built(tmp_path, document({"/x": {"post": op}}, {"Both": schema}))
    assert sample.model("Both")().to_dict() == {}


def test_fields_with_equal_names_are_numbered(sample: Built) -> None:
    found = sample.decode("things.read", {"a-b": "1", "a_b": "2"})
    assert (found.a_b_2, found.a_b) == ("1", "2")


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["foo_bar", "FooBar"], {"FooBar", "FooBar2"}),
        (["Ö", "O"], {"O", "O2"}),
        (["文字"], {"U6587U5B57"}),
        (["200"], {"Value200"}),
        (["a b/c"], {"ABC"}),
        (["List", "Any"], {"List", "Any_"}),
    ],
)
def test_names_of_schemas_become_different_classes(
    tmp_path: Path, names: list[str], classes: set[str]
) -> None:
    schemas = {name: thing({"id": TEXT}) for name in names}
    sample = built(tmp_path, answering({}, schemas))
    assert set(dir(sample.module("models"))) == classes


def test_a_class_in_place_does_not_take_the_name_of_a_schema(tmp_path: Path) -> None:
    schemas = {"Box": thing({"lid": thing({"a": TEXT})}), "BoxLid": thing({"b": TEXT})}
    sample = built(tmp_path, answering(ref("Box"), schemas))
    assert sample.model("Box").__annotations__["lid"] == "BoxLid2 | None"


def test_two_operations_with_equal_objects_in_place_have_a_class_each(tmp_path: Path) -> None:
    paths = {f"/{name}": {"get": operation(thing({"a": TEXT}), name=name)} for name in ("x", "y")}
    sample = built(tmp_path, document(paths))
    assert set(dir(sample.module("models"))) == {"ThingsXResponse200", "ThingsYResponse200"}


def test_a_schema_by_an_encoded_reference_is_found(tmp_path: Path) -> None:
    schemas = {"a/b c": thing({"id": TEXT})}
    reference = {"$ref": "#/components/schemas/a~1b%20c"}
    sample = built(tmp_path, answering(reference, schemas))
    assert type(sample.decode("things.read", {"id": "1"})).__name__ == "ABC"
