"""Models and result types are attrs classes, decoded without a copy of what was parsed."""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import pickle
import pkgutil
import subprocess
import sys
from typing import Any, ClassVar

import attrs
import pytest

import aion.types
from aion_api import Model, build, field_names, models
from aion_api._model import Answer
from aion_api.models.user_files import DeleteFileResult, UserFile

LEAST: dict[str, Any] = {"id": "f", "size_bytes": 1, "has_full_description": False}


@attrs.frozen(slots=False)
class Shape(Model):
    """One with a list."""

    kinds: ClassVar[int] = 7

    name: str
    size: int = 1
    tags: list[str] = attrs.field(factory=list[str])


@attrs.frozen(slots=False)
class Square(Shape):
    """One with a field more."""

    color: str = "red"


def classes_of(*packages: Any) -> list[type[Model]]:
    """The models that are defined in the modules of packages."""
    found: dict[str, type[Model]] = {}
    for package in packages:
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(info.name)).values():
                if inspect.isclass(value) and issubclass(value, Model):
                    found[f"{value.__module__}.{value.__qualname__}"] = value
    return list(found.values())


CLASSES = classes_of(models, aion.types)


def test_the_classes_below_are_all_of_them() -> None:
    assert len(CLASSES) > 300


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__qualname__)
def test_a_model_is_an_attrs_class_by_its_own_decorator(cls: type[Model]) -> None:
    assert attrs.has(cls)
    assert "__attrs_attrs__" in vars(cls)


@pytest.mark.parametrize(
    "cls", [one for one in CLASSES if issubclass(one, Answer)], ids=lambda cls: cls.__qualname__
)
def test_every_field_of_a_response_is_one_of_its_keys(cls: type[Answer]) -> None:
    # Decoding sets these alone: any other field would have no value.
    assert {cls._wire_names.get(name, name) for name in field_names(cls)} == cls._keys


def made(cls: Any, *args: Any, **kwargs: Any) -> Any:
    """Without the type checker, which sees these mistakes."""
    return cls(*args, **kwargs)


def test_fields_are_positional_in_their_order_and_inherited_ones_come_first() -> None:
    square = Square("a", 2, ["x"], "blue")
    assert (square.name, square.size, square.tags, square.color) == ("a", 2, ["x"], "blue")


def test_fields_that_are_left_out_have_their_default() -> None:
    square = Square(name="a")
    assert (square.size, square.color, square.additional_properties) == (1, "red", {})


def test_unknown_keys_are_no_positional_argument() -> None:
    with pytest.raises(TypeError, match="positional arguments"):
        made(Shape, "a", 1, [], {})


@pytest.mark.parametrize("name", ["name", "size", "new"])
def test_an_attribute_can_be_neither_set_nor_deleted(name: str) -> None:
    shape: Any = Shape("a")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(shape, name, 1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(shape, name)


def test_the_representation_shows_all_fields_but_unknown_keys() -> None:
    assert repr(Shape("a", additional_properties={"b": 1})) == "Shape(name='a', size=1, tags=[])"


def test_objects_are_hashable_where_what_they_hold_is() -> None:
    assert len({DeleteFileResult("a"), DeleteFileResult("a"), DeleteFileResult("b")}) == 2
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        hash(Shape("a"))


def test_objects_can_be_matched_by_position() -> None:
    match Square("a", 3):
        case Square(name, size):
            assert (name, size) == ("a", 3)


def test_attrs_makes_a_changed_copy() -> None:
    assert attrs.evolve(Square("a", 2), size=3) == Square("a", 3)


def test_attrs_turns_an_object_into_a_dictionary() -> None:
    assert attrs.asdict(Shape("a"))["tags"] == []


def test_the_names_of_fields_leave_out_unknown_keys() -> None:
    assert field_names(Square) == ("name", "size", "tags", "color")


# Objects that were decoded


def decoded(**more: Any) -> UserFile:
    return UserFile._adopt({**LEAST, **more})


def test_the_parsed_dictionary_becomes_the_attributes() -> None:
    data = dict(LEAST)
    assert vars(UserFile._adopt(data)) is data


def test_a_field_that_a_response_left_out_is_none() -> None:
    assert decoded().page_count is None


def test_a_decoded_object_equals_one_that_was_constructed() -> None:
    assert decoded(title="t") == UserFile("f", 1, False, title="t")


def test_an_object_that_was_built_equals_one_that_was_constructed() -> None:
    values: dict[str, Any] = {"name": "a", "size": 1, "tags": [], "additional_properties": {}}
    assert build(Shape, values) == Shape("a")


def test_a_decoded_object_has_the_representation_of_one_that_was_constructed() -> None:
    assert repr(decoded(title="t", new=1)) == repr(UserFile("f", 1, False, title="t"))


def test_a_decoded_object_can_be_taken_apart_and_changed_by_attrs() -> None:
    file = decoded(new=1)
    assert attrs.asdict(file)["page_count"] is None
    changed = attrs.evolve(file, title="t")
    assert (changed.title, changed.id, changed.additional_properties) == ("t", "f", {"new": 1})


def test_a_decoded_object_can_be_matched() -> None:
    match decoded():
        case UserFile(name, size):
            assert (name, size) == ("f", 1)


def test_a_decoded_object_is_hashable() -> None:
    assert hash(DeleteFileResult._adopt({"id": "f"})) == hash(DeleteFileResult("f"))


def test_unknown_keys_that_were_added_stay_with_the_object() -> None:
    file = decoded()
    file.additional_properties["mine"] = 1
    assert (file.additional_properties, decoded().additional_properties) == ({"mine": 1}, {})


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickled])
def test_P6_a_copy_of_a_decoded_object_is_equal(duplicate: Any) -> None:
    file = decoded(tags=["x"], new={"b": 1})
    assert duplicate(file) == file


def test_P6_a_pickle_is_read_by_a_process_that_decoded_nothing() -> None:
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer).page_count)"
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(decoded()), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"None"


def test_decoding_by_hand_leaves_the_json_object_as_it_is() -> None:
    data = {**LEAST, "created_at": "2026-03-01"}
    before = json.dumps(data)
    UserFile.from_api_response(data)
    assert json.dumps(data) == before


def test_a_json_object_whose_keys_are_named_like_methods_hides_none_of_them() -> None:
    file = UserFile.from_api_response({**LEAST, "to_dict": 1, "__class__": 2})
    assert file.to_dict()["to_dict"] == 1
