"""Immutable classes without compiled methods: attrs and dataclasses take them for their own."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from typing import Any, ClassVar

import attrs
import pytest

from aion_api import Model, build, evolve, field, field_names
from aion_api.models.user_files import UserFile


class Shape(Model):
    """What the tests below make."""

    kinds: ClassVar[int] = 7

    name: str
    size: int = 1
    tags: list[str] = field(factory=list[str])


class Point(Model):
    """One that holds no list."""

    x: int
    y: int | None = None


class Square(Shape):
    """One with a field more."""

    color: str = "red"


def made(cls: Any, *args: Any, **kwargs: Any) -> Any:
    """Without the type checker, which sees most of these mistakes."""
    return cls(*args, **kwargs)


def test_fields_are_positional_in_their_order_and_inherited_ones_come_first() -> None:
    square = Square("a", 2, ["x"], "blue")

    assert (square.name, square.size, square.tags, square.color) == ("a", 2, ["x"], "blue")


def test_fields_that_are_left_out_have_their_default() -> None:
    square = Square(name="a")

    assert (square.size, square.color, square.additional_properties) == (1, "red", {})


def test_a_default_that_can_change_is_made_for_each_object() -> None:
    assert Shape("a").tags is not Shape("a").tags


def test_a_default_that_was_made_stays_with_its_object() -> None:
    shape = Shape("a")
    shape.tags.append("x")

    assert shape.tags == ["x"]


def test_a_default_that_is_made_is_not_an_attribute_of_the_class() -> None:
    with pytest.raises(AttributeError, match="'Shape' has no attribute 'tags'"):
        made(getattr, Shape, "tags")


def test_a_default_takes_no_memory_until_it_is_asked_for() -> None:
    assert list(vars(Shape("a"))) == ["name", "size"]


WRONG: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    ((), {}, "Shape() lacks the argument 'name'"),
    (("a",), {"colour": 1}, "Shape() has no argument 'colour'"),
    (("a",), {"kinds": 1}, "Shape() has no argument 'kinds'"),
    (("a",), {"name": "b"}, "Shape() got two values for 'name'"),
    (("a", 1, [], {}), {}, "Shape() takes 3 positional arguments, not 4"),
]


@pytest.mark.parametrize(("args", "kwargs", "said"), WRONG)
def test_wrong_arguments_are_refused_by_name(
    args: tuple[Any, ...], kwargs: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError) as caught:
        made(Shape, *args, **kwargs)

    assert str(caught.value) == said


@pytest.mark.parametrize("name", ["name", "size", "new"])
def test_an_attribute_can_be_neither_set_nor_deleted(name: str) -> None:
    shape: Any = Shape("a")

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(shape, name, 1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(shape, name)


def test_the_representation_shows_all_fields_but_the_hidden_ones() -> None:
    assert repr(Shape("a", additional_properties={"b": 1})) == "Shape(name='a', size=1, tags=[])"


def test_objects_with_the_same_fields_are_equal_however_they_came_to_be() -> None:
    assert build(Shape, {"name": "a", "tags": [], "additional_properties": {}}) == Shape("a", 1)


@pytest.mark.parametrize("other", [Shape("b"), Shape("a", tags=["x"]), Square("a"), "a", None])
def test_objects_that_differ_in_a_field_or_in_class_are_not_equal(other: object) -> None:
    assert Shape("a") != other


def test_objects_are_hashable_where_what_they_hold_is() -> None:
    assert len({Point(1), Point(1), Point(2)}) == 2
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        hash(Shape("a"))


def test_an_object_is_a_dataclass_to_those_who_ask() -> None:
    square = Square("a", tags=["x"], additional_properties={"new": 1})

    assert dataclasses.is_dataclass(square)
    assert [one.name for one in dataclasses.fields(square)] == [
        "name",
        "size",
        "tags",
        "color",
        "additional_properties",
    ]
    assert dataclasses.asdict(square) == {
        "name": "a",
        "size": 1,
        "tags": ["x"],
        "color": "red",
        "additional_properties": {"new": 1},
    }
    assert dataclasses.replace(square, size=2) == evolve(square, size=2)


def test_a_class_and_the_one_below_it_have_fields_of_their_own_for_dataclasses() -> None:
    square, shape = dataclasses.fields(Square), dataclasses.fields(Shape)

    assert {one.name for one in square} - {one.name for one in shape} == {"color"}
    assert shape[0].default is dataclasses.MISSING
    assert shape[1].default == 1
    assert shape[2].default_factory == list[str]
    assert (shape[3].kw_only, shape[3].repr) == (True, False)


def test_the_standard_error_of_frozen_dataclasses_catches_what_sets_an_attribute() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError) as caught:
        made(setattr, Shape("a"), "name", "b")

    assert str(caught.value) == "Shape.name cannot be set: make another by dataclasses.replace()"


def test_objects_can_be_matched_by_position() -> None:
    match Square("a", 3):
        case Square(name, size):
            assert (name, size) == ("a", 3)


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


COPIES: list[Any] = [copy.copy, copy.deepcopy, pickled]


@pytest.mark.parametrize("duplicate", COPIES)
def test_P6_a_copy_is_equal_even_where_fields_are_left_to_the_class(duplicate: Any) -> None:
    shape = build(Shape, {"name": "a", "tags": ["x"], "additional_properties": {"b": 1}})

    assert duplicate(shape) == shape


def test_a_changed_copy_differs_in_that_field_alone() -> None:
    assert evolve(Square("a", 2), size=3) == Square("a", 3)


def test_a_changed_copy_has_no_default_in_common_with_the_object() -> None:
    shape = Shape("a")

    assert evolve(shape, size=3).tags is not shape.tags


def test_a_changed_copy_is_of_the_same_class() -> None:
    assert type(evolve(Square("a"), size=3)) is Square


def test_a_changed_copy_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="Square has no field 'colour'"):
        evolve(Square("a"), colour=1)


def test_the_names_of_fields_leave_out_what_is_not_a_positional_argument() -> None:
    assert field_names(Square) == ("name", "size", "tags", "color")


def test_attrs_sees_the_fields_with_types_and_defaults() -> None:
    seen = [(one.name, one.type, one.kw_only) for one in attrs.fields(Square)]

    assert sorted(seen) == [
        ("additional_properties", "dict[str, Any]", True),
        ("color", "str", False),
        ("name", "str", False),
        ("size", "int", False),
        ("tags", "list[str]", False),
    ]


def test_attrs_sees_the_fields_of_each_class_by_itself() -> None:
    assert len(attrs.fields(Square)) == len(attrs.fields(Shape)) + 1


def test_attrs_takes_an_object_apart() -> None:
    assert attrs.asdict(Shape("a"))["tags"] == []


def test_attrs_makes_a_changed_copy() -> None:
    whole: Any = Shape("a")

    assert attrs.evolve(whole, size=5) == Shape("a", 5)


def test_a_subclass_may_be_made_by_attrs() -> None:
    @attrs.frozen(slots=False)
    class Circle(Shape):
        radius: int = 4

    circle = made(Circle, "a", radius=5)
    assert (circle.name, circle.size, circle.radius) == ("a", 1, 5)


def test_the_signature_is_that_of_the_fields() -> None:
    assert list(inspect.signature(Shape).parameters) == [
        "name",
        "size",
        "tags",
        "additional_properties",
    ]


def test_a_missing_field_of_a_response_is_none() -> None:
    data = {"id": "f", "size_bytes": 1, "has_full_description": False}

    assert UserFile.from_api_response(data).page_count is None


def test_a_response_is_decoded_without_changing_the_json_object() -> None:
    data = {"id": "f", "size_bytes": 1, "has_full_description": False, "created_at": "2026-03-01"}

    UserFile.from_api_response(data)
    assert data["created_at"] == "2026-03-01"


def test_a_json_object_whose_keys_are_named_like_methods_hides_none_of_them() -> None:
    data = {"id": "f", "size_bytes": 1, "has_full_description": False, "to_dict": 1, "__class__": 2}

    decoded = UserFile.from_api_response(data)
    assert decoded.to_dict()["to_dict"] == 1


def test_P2_decoding_does_not_load_attrs() -> None:
    code = (
        "import sys; from aion_api.models.user_files import DeleteFileResult as R;"
        "assert R.from_api_response({'id': 'f'}) == R('f');"
        "print('attr' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
