"""Immutable classes whose fields are their annotations, ready without any code being compiled.

They look to callers, to type checkers, to attrs and to `dataclasses` as frozen classes that each of
the two would have made. Both write and compile several methods for each class, which would be most
of what a program's first call takes beyond the HTTP library; here all classes share them. Each of
the two is imported when it is asked for the fields of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, TypeVar, dataclass_transform

if TYPE_CHECKING:
    import dataclasses
    import inspect

T = TypeVar("T")
_new = object.__new__
_REQUIRED: Final = object()


class Field:
    """What the annotation of a field does not say; see `field`.

    It stays in its class, to make the default of an object that is asked for it: most never are.
    """

    __slots__ = ("factory", "kw_only", "name", "shown")

    def __init__(self, factory: Callable[[], Any], kw_only: bool, shown: bool) -> None:
        self.factory = factory
        self.kw_only = kw_only
        self.shown = shown
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object | None, owner: type) -> Any:
        if instance is None:
            raise AttributeError(f"type object {owner.__name__!r} has no attribute {self.name!r}")
        return vars(instance).setdefault(self.name, self.factory())


def field(*, factory: Callable[[], T], kw_only: bool = False, shown: bool = True) -> T:
    """A field whose default is made anew for each object.

    Args:
        factory: Makes it.
        kw_only: The field is no positional argument.
        shown: Whether the representation of an object shows the field.
    """
    # It stands where the default does, as type checkers see it.
    made: Any = Field(factory, kw_only, shown)
    return made  # type: ignore[no-any-return]


class _Made:
    """A class attribute that is made when it is first asked for, for each class its own."""

    def __init__(self, make: Callable[[type[Frozen]], Any]) -> None:
        self._make = make
        self._kept = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._kept = f"_made{name}"

    def __get__(self, instance: object, owner: type[Frozen]) -> Any:
        if self._kept not in vars(owner):
            setattr(owner, self._kept, self._make(owner))
        return vars(owner)[self._kept]


def _annotated(cls: type[Frozen]) -> Iterator[tuple[str, Any, Any]]:
    """Each field of a class: its name, its annotation, and its default or `Field`.

    Those that are no positional arguments come last.
    """
    notes: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        notes |= getattr(base, "__annotations__", {})
    positional = frozenset(cls.__match_args__)
    fields = cls._fields  # pyright: ignore[reportPrivateUsage]  # same module
    for name in sorted(fields, key=lambda name: name not in positional):
        yield name, notes[name], fields[name]


def _twin(cls: type[Frozen]) -> Any:
    """The class that attrs would have made."""
    import attrs

    found: dict[str, Any] = {}
    for name, note, default in _annotated(cls):
        if isinstance(default, Field):
            found[name] = attrs.field(
                factory=default.factory, kw_only=default.kw_only, repr=default.shown, type=note
            )
        else:
            given = attrs.NOTHING if default is _REQUIRED else default
            found[name] = attrs.field(default=given, type=note)
    return attrs.make_class(cls.__name__, found, frozen=True, slots=False)


def _dataclass_fields(cls: type[Frozen]) -> Any:
    """What `dataclasses` keeps of the fields of a class."""
    import dataclasses

    found: list[tuple[str, Any, Any]] = []
    for name, note, default in _annotated(cls):
        if isinstance(default, Field):
            given = dataclasses.field(
                default_factory=default.factory, kw_only=default.kw_only, repr=default.shown
            )
        elif default is _REQUIRED:
            given = dataclasses.field()
        else:
            given = dataclasses.field(default=default)
        found.append((name, note, given))
    twin = dataclasses.make_dataclass(cls.__name__, found, init=False, repr=False, eq=False)
    return vars(twin)["__dataclass_fields__"]


def _signature(cls: type[Frozen]) -> inspect.Signature:
    import inspect

    return inspect.signature(_twin(cls))


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen:
    """Base of immutable classes. Every annotation of a subclass is a field, but for `ClassVar`.

    An object holds what it was given; a field that it was not given is read from its class.
    """

    _fields: ClassVar[Mapping[str, Any]] = {}
    """Each field and its default, or its `Field`."""
    __match_args__: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:
        __attrs_attrs__: ClassVar[Any]
        __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    else:
        __attrs_attrs__ = _Made(lambda cls: _twin(cls).__attrs_attrs__)
        __dataclass_fields__ = _Made(_dataclass_fields)
        __signature__ = _Made(_signature)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        fields: dict[str, Any] = {}
        for base in reversed(cls.__bases__):
            fields |= getattr(base, "_fields", {})
        for name, note in cls.__annotations__.items():
            if str(note).startswith(("ClassVar", "typing.ClassVar")):
                continue
            fields[name] = vars(cls).get(name, _REQUIRED)
        cls._fields = fields
        cls.__match_args__ = tuple(  # type: ignore[misc]  # mypy sees the one of each class
            name
            for name, default in fields.items()
            if not (isinstance(default, Field) and default.kw_only)
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        cls = type(self)
        if len(args) > len(cls.__match_args__):
            raise TypeError(
                f"{cls.__name__}() takes {len(cls.__match_args__)} positional arguments,"
                f" not {len(args)}"
            )
        values = dict(zip(cls.__match_args__, args, strict=False))
        for name, value in kwargs.items():
            if name not in cls._fields:
                raise TypeError(f"{cls.__name__}() has no argument {name!r}")
            if name in values:
                raise TypeError(f"{cls.__name__}() got two values for {name!r}")
            values[name] = value
        for name, default in cls._fields.items():
            if name in values or isinstance(default, Field):
                continue
            if default is _REQUIRED:
                raise TypeError(f"{cls.__name__}() lacks the argument {name!r}")
            values[name] = default
        _set_values(self, values)

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={getattr(self, name)!r}"
            for name, default in self._fields.items()
            if not isinstance(default, Field) or default.shown
        )
        return f"{type(self).__qualname__.rpartition('>.')[2]}({shown})"

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._fields)

    def __hash__(self) -> int:
        # What is not shown takes part in no hash, which is allowed: it holds what is unhashable.
        return hash(
            tuple(
                getattr(self, name)
                for name, default in self._fields.items()
                if not isinstance(default, Field) or default.shown
            )
        )

    if not TYPE_CHECKING:
        # Type checkers would take these for leave to set anything.
        def __setattr__(self, name: str, value: object) -> NoReturn:
            raise _frozen(self, name)

        def __delattr__(self, name: str) -> NoReturn:
            raise _frozen(self, name)


@cache
def _frozen_error() -> type[AttributeError]:
    """The error of either library, for whichever of them it is expected from."""
    import dataclasses

    from attrs.exceptions import FrozenInstanceError

    return type("FrozenInstanceError", (FrozenInstanceError, dataclasses.FrozenInstanceError), {})


def _frozen(instance: Frozen, name: str) -> AttributeError:
    error = _frozen_error()()
    kind = type(instance).__name__
    error.args = (f"{kind}.{name} cannot be set: make another by dataclasses.replace()",)
    return error


F = TypeVar("F", bound=Frozen)
_set_values: Final[Callable[[Any, dict[str, Any]], None]] = vars(Frozen)["__dict__"].__set__
"""How an object gets all of its attributes at once, past `__setattr__`."""


def build(cls: type[F], values: dict[str, Any]) -> F:
    """An object with exactly these attributes, unchecked: what makes decoding cheap.

    Args:
        cls: Its class.
        values: Every field that has no default, and whatever else. The object keeps this very
            dictionary.
    """
    instance = _new(cls)
    _set_values(instance, values)
    return instance


def field_names(cls: type[Frozen]) -> tuple[str, ...]:
    """The fields of a class, without those that are no positional arguments."""
    return cls.__match_args__


def evolve(instance: F, **changes: Any) -> F:
    """The same object, but for some fields.

    Raises:
        TypeError: A field that is to be changed does not exist.
    """
    cls = type(instance)
    if wrong := changes.keys() - cls._fields.keys():  # pyright: ignore[reportPrivateUsage]  # same module
        raise TypeError(f"{cls.__name__} has no field {min(wrong)!r}")
    return build(cls, vars(instance) | changes)
