"""Stand-ins for what `aion` uses and the contract does not have.

The generator writes them, so that `aion` can be imported although a new contract lacks something.
They describe nothing: `aion` refuses a request that a stand-in returns before anything is sent, and
a stand-in of a schema cannot be sent. `python -m codegen reach` lists the methods that need them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, TypeVar, cast

from aion_api._model import Answer
from aion_api._runtime import AnswerKind, OpenEnum, Operation, Request, as_is

R = TypeVar("R")
E = TypeVar("E", bound=OpenEnum)


class MissingOperation(Operation[Any]):
    """An operation that the contract does not have; its `kind` is ``missing``.

    Attributes:
        contract: Version of the contract.
        needed_by: The methods of `aion` that need the operation.
    """

    __slots__ = ("contract", "needed_by")

    def __init__(
        self, name: str, method: str, template: str, *, contract: str, needed_by: tuple[str, ...]
    ) -> None:
        super().__init__(
            name, name, method, template, kind="missing", decode=as_is, repeatable=False
        )
        self.contract = contract
        self.needed_by = needed_by


class MissingRequest(Request[Any]):
    """A request that cannot be sent."""

    __slots__ = ()

    def decoding(self, decode: Callable[[Any], R], *, kind: AnswerKind | None = None) -> Request[R]:
        """Return the same request, because there is nothing to decode."""
        return cast("Request[R]", self)


def request(
    name: str,
    *,
    contract: str,
    needed_by: tuple[str, ...] = (),
    method: str = "",
    path: str = "",
) -> Request[Any]:
    """Return the request of an operation that the contract does not have.

    Args:
        name: ``tag.function``.
        contract: Version of the contract.
        needed_by: The methods of `aion` that need the operation.
        method: HTTP method that they document, if it is known.
        path: Path that they document, with its ``{parameters}``, if it is known.
    """
    operation = MissingOperation(name, method, path, contract=contract, needed_by=needed_by)
    return MissingRequest(operation, path)


class _Unsendable:
    """What an object of a missing schema contains: something that no encoder takes."""

    def __str__(self) -> str:
        raise TypeError(f"an object of {type(self).__name__} cannot be sent")


def _unsendable(schema: str) -> object:
    # Encoders name the class of what they do not take.
    return type(f"{schema}, which the contract lacks,", (_Unsendable,), {})()


class _Names(type):
    """The type of stand-in classes: one that stands for an enum has no values, and any member."""

    def __iter__(cls) -> Iterator[Any]:
        return iter(())

    def __getattr__(cls, name: str) -> Any:
        if name.isupper():
            return absent(f"{cls.__name__}.{name}")
        raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")


class Schema(Answer, metaclass=_Names):
    """Base of stand-in classes: takes any arguments, and decodes no field.

    A response keeps its keys in `additional_properties`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name = type(self).__name__
        # Code may read what it passed. Frozen classes are written through their dictionary.
        vars(self).update(kwargs, additional_properties={name: _unsendable(name)})


def absent(name: str) -> str:
    """Return the value of an enum member that the contract does not have; it equals no other."""
    return f"<{name} is not in the contract>"


def members(*names: str) -> Callable[[type[E]], type[E]]:
    """Give an enum members that the contract does not list (a class decorator).

    They are unknown values: iteration leaves them out.
    """

    def added(cls: type[E]) -> type[E]:
        for name in names:
            setattr(cls, name, cls(absent(f"{cls.__name__}.{name}")))
        return cls

    return added


def elsewhere(module: str, homes: dict[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module of models whose classes are now in other modules.

    Args:
        module: Full name of the module.
        homes: Class -> the module that has it; imported on use, because the two may need each
            other.
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return getattr(import_module(f"aion_api.models.{homes[name]}"), name)

    return find
