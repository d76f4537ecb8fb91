"""P1: nothing that a user can touch carries a type of the HTTP library."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

import aion
from aion.exceptions import AionvisionError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import PDF, draw
from tests.behaviour.servers import HTML, answering, closed_port

LIBRARIES = ("httpx", "httpcore", "h11", "anyio")
OTHER_KEY = "aion_other_" + "0123456789abcdefABCDEF"


def public_modules() -> list[str]:
    """Every module of the package that a user may import, without sandbox and testing."""
    names = ["aion"]
    for found in pkgutil.walk_packages(aion.__path__, "aion."):
        parts = found.name.split(".")
        hidden = any(part.startswith("_") for part in parts)
        if not hidden and parts[1] not in ("sandbox", "testing", "cli"):
            names.append(found.name)
    return names


def is_foreign(value: Any) -> bool:
    """Whether a value is of, or is, something of the HTTP library."""
    made_in = str(getattr(value, "__module__", "") or type(value).__module__)
    if isinstance(value, ModuleType):
        made_in = value.__name__
    return made_in.partition(".")[0] in LIBRARIES or any(
        base.__module__.partition(".")[0] in LIBRARIES for base in type(value).__mro__
    )


def texts_of(value: Any) -> Iterator[str]:
    """Every annotation and default of a callable or class, as text."""
    for name, note in inspect.get_annotations(value).items():
        yield f"{name}: {note}"
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return
    yield str(signature)


def members(owner: Any) -> Iterator[tuple[str, Any]]:
    for name, value in cast("dict[str, Any]", vars(owner)).items():
        if not name.startswith("_") or name in ("__init__", "__call__", "__aenter__", "__enter__"):
            # What a staticmethod, a classmethod or a property wraps.
            inner = getattr(value, "__func__", getattr(value, "fget", value))
            yield name, inner


def exported(module: ModuleType) -> list[tuple[str, Any]]:
    names = list(getattr(module, "__all__", None) or vars(module))
    return [(name, getattr(module, name)) for name in names if not name.startswith("_")]


@pytest.mark.parametrize("module", public_modules())
def test_no_public_name_of_a_module_is_of_the_http_library_p1(module: str) -> None:
    found = exported(importlib.import_module(module))
    assert [name for name, value in found if is_foreign(value)] == []


@pytest.mark.parametrize("module", public_modules())
def test_no_public_signature_or_annotation_mentions_the_http_library_p1(module: str) -> None:
    named: list[str] = []
    for name, value in exported(importlib.import_module(module)):
        owners = [(name, value)]
        if inspect.isclass(value):
            owners += [(f"{name}.{member}", inner) for member, inner in members(value)]
        for where, owner in owners:
            if not (inspect.isclass(owner) or callable(owner)):
                continue
            named += [
                f"{where} {text}"
                for text in texts_of(owner)
                if any(library in text for library in LIBRARIES)
            ]
    assert named == []


def test_no_public_attribute_of_a_used_client_is_of_the_http_library_p1(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    calls(client.upload_one(draw(), filename="a.jpg"))
    for owner in (client, client.files, client.uploads, client.config):
        names = [name for name in dir(owner) if not name.startswith("_")]
        assert [name for name in names if is_foreign(getattr(owner, name))] == []


# Errors: each provocation gets the calls, the sandbox and a folder, and raises.

Provocation = Callable[[Calls, Sandbox, Path], object]


def _failing(status: int) -> Provocation:
    def provoke(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
        sandbox.faults.fail(status=status, times=None)
        return calls(calls.client(sandbox).files.list())

    return provoke


def _answering(answer: bytes | None) -> Provocation:
    def provoke(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
        with answering(answer) as url:
            client = calls.client_of(url, OTHER_KEY, timeout=0.2, max_retries=0)
            return calls(client.files.list())

    return provoke


def _dead(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    client = calls.client_of(f"http://127.0.0.1:{closed_port()}", OTHER_KEY, max_retries=0)
    return calls(client.files.list())


def _no_tls(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        client = calls.client_of(
            url.replace("http://", "https://"), OTHER_KEY, timeout=0.5, max_retries=0
        )
        return calls(client.files.list())


def _dead_proxy(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    proxy = f"http://127.0.0.1:{closed_port()}"
    return calls(calls.client(sandbox, proxy_url=proxy, max_retries=0).files.list())


def _refusing_proxy(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    with answering(
        b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    ) as url:
        client = calls.client_of(
            "https://api.example.test", OTHER_KEY,
            proxy_url=url.removesuffix("/api/v2"), timeout=0.5, max_retries=0,
        )  # fmt: skip
        return calls(client.files.list())


def _cut(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    sandbox.faults.drop(times=None)
    return calls(calls.client(sandbox, max_retries=1).files.list())


def _no_quota(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    sandbox.faults.zero_quota()
    return calls(calls.client(sandbox).upload_one(draw(), filename="a.jpg"))


def _late(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    sandbox.faults.hold_description()
    client = calls.client(sandbox)
    return calls(client.upload_one(draw(), filename="a.jpg", description_timeout=0.05))


def _no_image(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    return calls(calls.client(sandbox).upload_one(PDF, filename="a.jpg"))


def _no_file(calls: Calls, sandbox: Sandbox, folder: Path) -> object:
    return calls(calls.client(sandbox).upload_one(folder / "missing.jpg"))


PROVOCATIONS: dict[str, Provocation] = {
    **{f"status {status}": _failing(status) for status in (400, 401, 404, 409, 422, 429, 500, 503)},
    "html": _answering(HTML),
    "hanging": _answering(None),
    "garbage": _answering(b"SSH-2.0-OpenSSH\r\n"),
    "cut short": _answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
    "bad gzip": _answering(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
    ),
    "dead": _dead,
    "no TLS": _no_tls,
    "dead proxy": _dead_proxy,
    "refusing proxy": _refusing_proxy,
    "cut": _cut,
    "no quota": _no_quota,
    "late": _late,
    "no image": _no_image,
    "no file": _no_file,
}


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and everything that it was raised from or during."""
    seen: set[int] = set()
    queue = [error]
    while queue:
        one = queue.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        queue += [one.__cause__, one.__context__]


@pytest.mark.parametrize("name", PROVOCATIONS)
def test_no_error_and_nothing_in_its_chain_is_of_the_http_library_p1(
    name: str, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(AionvisionError) as caught:
        PROVOCATIONS[name](calls, sandbox, tmp_path)
    sandbox.faults.clear()
    linked = list(chain(caught.value))
    assert [one for one in linked if is_foreign(one)] == []
    values = [value for one in linked for value in (*one.args, *vars(one).values())]
    assert [value for value in values if is_foreign(value)] == []
    assert not any(library in str(one) for one in linked for library in LIBRARIES)
