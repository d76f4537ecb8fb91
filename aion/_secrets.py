"""Secret values, which no traceback with locals, log or `repr` shows, and the settings that are.

A setting is declared secret at its field, by `secret(...)` in place of `dataclasses.field(...)`.
Whatever hides secrets asks `secret_settings` for their names, and lists none itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, fields
from functools import wraps
from itertools import zip_longest
from typing import Any, SupportsIndex, TypeGuard, TypeVar, cast

from aion._plain_values import by_value

_SHOWN = "<secret>"
_MARK = "is_secret"

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_names: set[str] = set()


class SecretText(str):
    """A secret text. Only its `repr` is hidden: what is formatted or sent is the text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _SHOWN

    def __getitem__(self, key: SupportsIndex | slice) -> SecretText:
        # Tools that show the values of a traceback may cut them first.
        return SecretText(super().__getitem__(key))

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> SecretBytes:
        return SecretBytes(super().encode(encoding, errors))


class SecretBytes(bytes):
    """The same as bytes, as the value of a header."""

    def __repr__(self) -> str:
        return _SHOWN


class _Unusable:
    """Stands for a value of a wrong type, whose `repr` may show a secret."""

    def __repr__(self) -> str:
        return _SHOWN


def concealed(value: Any) -> Any:
    """A secret value with its `repr` hidden.

    A text is still a text, and a mapping has its values hidden. Anything else but None cannot be
    the value of a secret setting: a stand-in with the name of its class replaces it, so that the
    check of the setting can refuse it by its type.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return SecretText(by_value(value))
    if is_mapping(value):
        return concealed_values(value)
    return type(type(value).__name__, (_Unusable,), {})()


def concealed_values(values: Mapping[Any, Any]) -> dict[Any, Any]:
    """A mapping with its values hidden."""
    return {name: concealed(value) for name, value in values.items()}


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Whether a value holds headers or settings by name."""
    return isinstance(value, Mapping)


def secret(
    *,
    default_factory: Callable[[], Any] | None = None,
    is_shown: bool = False,
    **arguments: Any,
) -> Any:
    """The field of a secret setting of a dataclass.

    Args:
        default_factory: As for `dataclasses.field`; its value is hidden, too.
        is_shown: Show the value in the `repr` of the dataclass: it is secret only until it passed
            a check that refuses credentials in it.
        arguments: Further arguments of `dataclasses.field`.
    """
    if default_factory is not None:
        arguments["default_factory"] = lambda: concealed(default_factory())
    return field(repr=is_shown, metadata={_MARK: True}, **arguments)


def declares_secrets(settings: type[T]) -> type[T]:
    """Decorates a dataclass of settings: makes its secret fields known, and hides their values.

    They are hidden from the first line of its constructor on.
    """
    _names.update(one.name for one in fields(cast("Any", settings)) if _MARK in one.metadata)
    made = cast("Any", settings)
    made.__init__ = conceals_secrets(made.__init__)
    return settings


def secret_settings() -> frozenset[str]:
    """The names of all settings that were declared secret."""
    return frozenset(_names)


def concealed_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by name, with the values of the secret ones hidden."""
    return {name: concealed(value) if name in _names else value for name, value in settings.items()}


def conceals_secrets(function: F) -> F:
    """Decorates a function that takes settings: the secret ones are hidden inside it.

    It does not matter whether they are passed by position or by name. When the function raises,
    no traceback shows them.
    """
    code = cast("Any", function).__code__
    positions = code.co_varnames[: code.co_argcount]

    @wraps(function)
    def guarded(*args: Any, **settings: Any) -> Any:
        # Under the same names, so that no local of this frame holds the plain values.
        args = tuple(
            concealed(value) if name in _names else value
            for name, value in zip_longest(positions[: len(args)], args)
        )
        settings = concealed_settings(settings)
        return function(*args, **settings)

    return cast("F", guarded)


__all__ = [
    "SecretBytes",
    "SecretText",
    "concealed",
    "concealed_settings",
    "concealed_values",
    "conceals_secrets",
    "declares_secrets",
    "is_mapping",
    "secret",
    "secret_settings",
]
