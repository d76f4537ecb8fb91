"""The private names of other libraries: the installed versions have them, and others are named."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpcore
import httpx
import pytest

from aion._http import private_names
from aion.exceptions import DependencyError

PROJECT = Path(__file__).resolve().parents[2]


class Without:
    """An instance of a class, one of whose attributes is gone."""

    def __init__(self, known: Callable[..., object], name: str) -> None:
        self._known = known
        self._name = name

    def __call__(self, *args: Any, **settings: Any) -> object:
        made = SimpleNamespace()
        vars(made).update(vars(self._known(*args, **settings)))
        delattr(made, self._name)
        return made


def message(uses: Any) -> str:
    with pytest.raises(DependencyError) as caught:
        private_names.require(uses)
    return str(caught.value)


@pytest.mark.parametrize("uses", [private_names.HTTP, private_names.ASYNCIO])
def test_the_installed_versions_have_every_private_name(uses: Any) -> None:
    private_names.require(uses)


@pytest.mark.parametrize(
    ("library", "owner", "name", "missing"),
    [
        (httpx, "HTTPTransport", "_pool", "httpx.HTTPTransport._pool"),
        (httpx, "AsyncHTTPTransport", "_pool", "httpx.AsyncHTTPTransport._pool"),
        (httpcore, "HTTPConnection", "_connection", "httpcore.HTTPConnection._connection"),
        (
            httpcore,
            "AsyncHTTP11Connection",
            "_h11_state",
            "httpcore.AsyncHTTP11Connection._h11_state",
        ),
    ],
)
def test_an_attribute_that_a_version_renamed_is_named(
    monkeypatch: pytest.MonkeyPatch, library: Any, owner: str, name: str, missing: str
) -> None:
    monkeypatch.setattr(library, owner, Without(getattr(library, owner), name))

    assert f"missing {missing};" in message(private_names.HTTP)


def test_the_parts_of_a_url_that_a_version_renamed_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def parsed(_: str) -> SimpleNamespace:
        return SimpleNamespace(_uri_reference=())

    monkeypatch.setattr(httpx, "URL", parsed)

    assert "missing httpx.URL._uri_reference._replace;" in message(private_names.HTTP)


def test_a_class_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(httpcore, "HTTP11Connection")

    assert "missing httpcore.HTTP11Connection;" in message(private_names.HTTP)


def test_all_names_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(asyncio, "_unregister_task")
    monkeypatch.delattr(asyncio, "_get_running_loop")

    assert "missing asyncio._get_running_loop, asyncio._unregister_task;" in message(
        private_names.ASYNCIO
    )


def test_the_message_names_installed_and_supported_versions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(httpcore, "HTTP11Connection")

    text = message(private_names.HTTP)

    assert f"httpx {httpx.__version__}, httpcore {httpcore.__version__}" in text
    assert 'pip install "httpx>=0.26,<0.29" "httpcore>=1.0.9,<2"' in text


def test_the_message_needs_no_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(private_names, "version", unknown)
    monkeypatch.delattr(httpcore, "HTTP11Connection")

    assert ", httpx, httpcore: missing" in message(private_names.HTTP)


def test_the_supported_versions_are_those_of_the_package() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))

    assert set(private_names.DECLARED.values()) <= set(project["project"]["dependencies"])


def test_a_task_that_is_hidden_is_none_of_all_tasks() -> None:
    async def main() -> bool:
        task = asyncio.ensure_future(asyncio.sleep(0))
        private_names.hide_task(task)
        hidden = task not in asyncio.all_tasks()
        await task
        return hidden

    assert asyncio.run(main())
