"""Hides secret values from tracebacks with locals, logs and `repr`, and declares secret settings.

A setting is declared secret at its field, by `secret(...)` in place of `dataclasses.field(...)`.
Code that hides secrets gets their names from `secret_settings` and never lists them itself.
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
    """A secret text. Only its `repr` is hidden: formatting and sending use the text itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _SHOWN

    def __getitem__(self, key: SupportsIndex | slice) -> SecretText:
        # Tools that show the values of a traceback may cut them first.
        return SecretText(super().__getitem__(key))

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> SecretBytes:
        return SecretBytes(super().encode(encoding, errors))


class SecretBytes(bytes):
    """A secret text as bytes, for the value of a header."""

    def __repr__(self) -> str:
        return _SHOWN


class _Unusable:
    """Replaces a value of a wrong type, whose `repr` might show a secret."""

    def __repr__(self) -> str:
        return _SHOWN


def concealed(value: Any) -> Any:
    """Return a secret value with its `repr` hidden.

    A text stays a text, and a mapping gets its values hidden. None stays None. Any other type
    cannot be the value of a secret setting: a stand-in with the name of its class replaces it, so
    that the check of the setting can refuse it by its type.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return SecretText(by_value(value))
    if is_mapping(value):
        return concealed_values(value)
    return type(type(value).__name__, (_Unusable,), {})()


def concealed_values(values: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a copy of a mapping with its values hidden."""
    return {name: concealed(value) for name, value in values.items()}


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Return whether a value holds headers or settings by name."""
    return isinstance(value, Mapping)


def secret(
    *,
    default_factory: Callable[[], Any] | None = None,
    is_shown: bool = False,
    **arguments: Any,
) -> Any:
    """Declare a secret setting: return the field for a dataclass.

    Args:
        default_factory: As for `dataclasses.field`; its value is hidden, too.
        is_shown: Show the value in the `repr` of the dataclass. Such a value is secret only until
            a check has refused credentials in it.
        arguments: Further arguments of `dataclasses.field`.
    """
    if default_factory is not None:
        arguments["default_factory"] = lambda: concealed(default_factory())
    return field(repr=is_shown, metadata={_MARK: True}, **arguments)


def declares_secrets(settings: type[T]) -> type[T]:
    """Decorate a dataclass of settings: register its secret fields, and hide their values.

    The values are hidden from the first line of its constructor on.
    """
    _names.update(one.name for one in fields(cast("Any", settings)) if _MARK in one.metadata)
    untyped = cast("Any", settings)
    untyped.__init__ = conceals_secrets(untyped.__init__)
    return settings


def secret_settings() -> frozenset[str]:
    """Return the names of all settings that were declared secret."""
    return frozenset(_names)


def concealed_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings by name, with the values of the secret ones hidden."""
    return {name: concealed(value) if name in _names else value for name, value in settings.items()}


def conceals_secrets(function: F) -> F:
    """Decorate a function that takes settings: hide the values of the secret ones inside it.

    They are hidden whether they are passed by position or by name. When the function raises, no
    traceback shows them.
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
