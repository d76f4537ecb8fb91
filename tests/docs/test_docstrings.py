"""The docstring of every public method says all about its arguments, for `help()` and editors."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from types import FunctionType
from typing import Any, NamedTuple

import pytest

from aion import AionVision, ChatSessionContext, Pipeline, SyncAionVision, SyncChatSession
from aion.resources import chat
from aion.sync.resources import chat as sync_chat
from aion.testing import Sandbox
from aion.uploads.journal import Journal

KEY = "aion_fake_key_for_tests_0000000000"
POINTER = re.compile(r"(?im)\bare those of\b|: as (?:for|in) `|^ +\w+: as `\w+`\.?$")
SENDS = re.compile(r"self\._engine\.(?:call|call_raw|open)\(")
"""Source of a method that makes a call by itself."""
REFERENCE = re.compile(r"\A[^\n]*: `(\w+)\.(\w+)`\.")
"""The first line of a method that passes everything on to another."""


class Method(NamedTuple):
    """A public method."""

    owner: type[object]
    name: str
    function: FunctionType

    @property
    def text(self) -> str:
        """Its docstring."""
        return inspect.getdoc(self.function) or ""

    @property
    def parameters(self) -> list[str]:
        """What a caller can pass."""
        names = list(inspect.signature(self.function).parameters)
        return [one for one in names if one not in ("self", "cls")]

    def __str__(self) -> str:
        return f"{self.owner.__name__}.{self.name}"


def resources(client: AionVision | SyncAionVision) -> dict[str, type[object]]:
    """The resources of a client by their names."""
    found: dict[str, type[object]] = {
        name: type(getattr(client, name))
        for name, one in vars(type(client)).items()
        if isinstance(one, cached_property) and name != "async_client"
    }
    return {**found, "client": type(client)}


RESOURCES = [resources(AionVision(KEY)), resources(SyncAionVision(KEY))]
OTHERS: list[type[object]] = [
    ChatSessionContext,
    SyncChatSession,
    Pipeline,
    type(SyncAionVision(KEY).pipeline()),
    chat.ChatStream,
    sync_chat.SyncChatStream,
    Sandbox,
    Journal,
]
MADE_BY_USERS = {AionVision, SyncAionVision, Journal, Sandbox}
"""Classes whose constructor users call; the others are made by methods."""


def function_of(owner: type[object], name: str) -> FunctionType | None:
    """A method without its binding, or None for anything else."""
    raw: Any = inspect.getattr_static(owner, name)
    raw = getattr(raw, "__func__", raw)
    return raw if isinstance(raw, FunctionType) else None


def methods() -> Iterator[Method]:
    """Every public method of both clients and of what they return."""
    owners = [one for found in RESOURCES for one in found.values()]
    for owner in dict.fromkeys([*owners, *OTHERS]):
        for name in dir(owner):
            function = function_of(owner, name)
            if function is not None and not name.startswith("_"):
                yield Method(owner, name, function)


METHODS = list(methods())
EVERY = pytest.mark.parametrize("method", METHODS, ids=str)
CONSTRUCTORS = sorted(MADE_BY_USERS, key=lambda one: one.__name__)


def documented(text: str) -> list[str]:
    """The names in the section `Args` of a docstring."""
    return list(entries(text, "Args"))


def entries(text: str, section: str) -> dict[str, str]:
    """The entries of a section, by their names, as one line each."""
    found = re.search(rf"(?ms)^{section}:\n(.*?)(?=^\S|\Z)", text)
    if found is None:
        return {}
    rows = re.findall(r"(?ms)^ {4}(\w+): (.*?)(?=^ {4}\w|\Z)", found[1])
    return {name: " ".join(words.split()) for name, words in rows}


@EVERY
def test_a_docstring_names_every_argument_in_its_order(method: Method) -> None:
    assert documented(method.text) == method.parameters


@EVERY
def test_a_docstring_does_not_send_the_reader_elsewhere(method: Method) -> None:
    assert POINTER.findall(method.text) == []


@EVERY
def test_a_docstring_of_a_method_with_arguments_says_what_it_raises(method: Method) -> None:
    assert not method.parameters or entries(method.text, "Raises")


@pytest.mark.parametrize(
    "method", [one for one in METHODS if SENDS.search(inspect.getsource(one.function))], ids=str
)
def test_a_docstring_of_a_method_that_calls_the_service_names_the_endpoint(method: Method) -> None:
    assert re.search(r"(?m)^Endpoint: ", method.text)


@pytest.mark.parametrize("owner", CONSTRUCTORS, ids=lambda owner: owner.__name__)
def test_a_constructor_describes_its_arguments(owner: type[object]) -> None:
    function = function_of(owner, "__init__")
    assert function is not None
    text = function.__doc__ or owner.__doc__ or ""
    names = list(inspect.signature(owner).parameters)
    assert documented(inspect.cleandoc(text)) == names


@pytest.mark.parametrize("owner", [AionVision, SyncAionVision], ids=lambda owner: owner.__name__)
def test_help_on_the_constructor_of_a_client_has_every_setting(owner: type[object]) -> None:
    text = inspect.getdoc(vars(owner)["__init__"]) or ""
    assert documented(text) == list(inspect.signature(owner).parameters)


def passed_on() -> Iterator[tuple[Method, Method]]:
    """Methods that pass everything on to another, with the other."""
    for found in RESOURCES:
        is_sync = found["client"] is SyncAionVision
        for method in METHODS:
            named = REFERENCE.match(method.text)
            if named and method.owner.__module__.startswith("aion.sync") == is_sync:
                owner = found[named[1]]
                other = next(m for m in METHODS if (m.owner, m.name) == (owner, named[2]))
                yield method, other


@pytest.mark.parametrize(("method", "other"), list(passed_on()), ids=str)
def test_an_argument_that_is_passed_on_is_described_as_where_it_goes(
    method: Method, other: Method
) -> None:
    mine, theirs = entries(method.text, "Args"), entries(other.text, "Args")
    assert mine == {name: theirs[name] for name in mine}


def test_the_client_passes_all_options_of_an_upload_on() -> None:
    assert inspect.signature(AionVision.upload).parameters.keys() == {
        "self",
        *entries(inspect.getdoc(AionVision.upload) or "", "Args"),
    }
