"""Shows the parameters of one method as those of another that passes its options to it.

`inspect.signature`, `help` and editors that ask the running program show the real parameters and
defaults, although the source says ``**options``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


class _Deferred(inspect.Signature):
    """The signature of a function that is imported when the signature is first read."""

    def __init__(self, find: Callable[[], Callable[..., Any]], types: Mapping[str, str]) -> None:
        super().__init__()
        self._find = find
        self._types = types

    def _read(self) -> inspect.Signature:
        other = inspect.signature(self._find())
        parameters = [
            one.replace(annotation=self._types.get(name, one.annotation))
            for name, one in other.parameters.items()
        ]
        return other.replace(parameters=parameters)

    @property
    def parameters(self) -> MappingProxyType[str, inspect.Parameter]:
        return self._read().parameters

    @property
    def return_annotation(self) -> Any:
        return self._read().return_annotation

    def replace(self, **changes: Any) -> Any:
        return self._read().replace(**changes)


def signature_of(find: Callable[[], Callable[..., Any]], **types: str) -> Callable[[F], F]:
    """Return a decorator that gives a function the signature of another.

    Args:
        find: Returns the other function. It is called when the signature is first read, to delay
            the import.
        types: Types of the parameters that differ from those of the other function.
    """

    def decorate(function: F) -> F:
        cast("Any", function).__signature__ = _Deferred(find, types)
        return function

    return decorate


__all__ = ["signature_of"]
