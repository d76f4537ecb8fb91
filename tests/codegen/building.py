"""Builds a small OpenAPI document into a package of its own and imports it."""

from __future__ import annotations

import importlib
import itertools
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from codegen.__main__ import PROJECT, endpoints
from codegen.blocking.tables import INPUTS, SWAPPED
from codegen.taking import take

Json = dict[str, Any]
_numbers = itertools.count()


class Built:
    """A generated package under a name of its own, so that several live side by side."""

    def __init__(self, package: str, files: Mapping[str, str]) -> None:
        self.package = package
        self.files = files

    def module(self, name: str) -> ModuleType:
        """A module of the package, such as ``api.files``."""
        return importlib.import_module(f"{self.package}.{name}")

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """The request that ``tag.function`` makes."""
        tag, function = name.split(".")
        return getattr(self.module(f"api.{tag}"), function)(*args, **kwargs)

    def decode(self, name: str, answer: Any, *args: Any) -> Any:
        """Decode a parsed response with the operation ``tag.function``."""
        return self.call(name, *args).operation.decode(answer)

    def model(self, name: str) -> Any:
        """A model or enum by its class name."""
        return getattr(self.module("models"), name)


def project(folder: Path, document: Any, patches: str = "") -> Path:
    """A project folder with the real templates and the least async source."""
    (folder / "codegen").mkdir(parents=True)
    (folder / "aion").mkdir()
    complete(folder / "aion")
    (folder / "codegen" / "patches.toml").write_text(patches, encoding="utf-8")
    shutil.copytree(PROJECT / "templates", folder / "templates")
    text = document if isinstance(document, str) else json.dumps(document)
    (folder / "openapi.json").write_text(text, encoding="utf-8")
    return folder


def complete(package: Path) -> None:
    """Add the least modules that the tables of `codegen.blocking` name, where they are missing."""
    for pattern in INPUTS:
        if next(package.glob(pattern), None) is None:
            put(package / pattern.replace("*", "nothing"), '"""Nothing."""\n')
    for module in itertools.chain(*SWAPPED.items()):
        path = package.parent.joinpath(*module.split(".")).with_suffix(".py")
        if not path.exists():
            put(path, "__all__ = []\n")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def built(folder: Path, document: Json, patches: str = "") -> Built:
    """Build `document` below `folder` and make it importable."""
    number = next(_numbers)
    home = project(folder / f"project{number}", document, patches)
    package = f"aion_api_{number}"
    files = {
        name.removeprefix("generated/aion_api/"): text.replace("aion_api", package)
        for name, text in endpoints(take(home / "openapi.json", home).corrected, home).items()
    }
    for name, text in files.items():
        path = folder / "built" / package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if str(folder / "built") not in sys.path:
        sys.path.append(str(folder / "built"))
    importlib.invalidate_caches()
    result = Built(package, files)
    # Every module is imported: one that does not load is a failure, used or not.
    for name in files:
        if name.endswith(".py") and not name.endswith("__init__.py"):
            result.module(name.removesuffix(".py").replace("/", "."))
    return result


def document(paths: Json, schemas: Json | None = None, **more: Any) -> Json:
    """An OpenAPI document around `paths` and `schemas`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sample", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas or {}},
        **more,
    }


def operation(
    answer: Json | None = None, *, name: str = "read", tag: str = "things", **more: Any
) -> Json:
    """Return an operation whose response is JSON of the schema `answer`."""
    content = {"application/json": {"schema": answer if answer is not None else {}}}
    return {
        "operationId": name,
        "tags": [tag],
        "responses": {"200": {"description": "OK", "content": content}},
        **more,
    }


def answering(answer: Json, schemas: Json | None = None) -> Json:
    """Return a document with one operation, ``things.read``, whose response is `answer`."""
    return document({"/things": {"get": operation(answer)}}, schemas)


def parameter(name: str, location: str, schema: Json | None = None, **more: Any) -> Json:
    """A parameter, required where it is part of the path."""
    return {
        "name": name,
        "in": location,
        "required": location == "path",
        "schema": schema or {"type": "string"},
        **more,
    }


def ref(name: str) -> Json:
    """A reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def body(media_type: str, schema: Json, *, required: bool = True) -> Json:
    """A request body of one media type."""
    return {"required": required, "content": {media_type: {"schema": schema}}}


CLIENT = '''\
"""The client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aion._runtime import aio as rt


class AionVision:
    """Use it as `async with AionVision() as client`."""

    def __init__(self) -> None:
        self.log: list[str] = []

    async def __aenter__(self) -> AionVision:
        await rt.sleep(0.5)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        self.log.append("closed")

    async def pages(self) -> AsyncIterator[int]:
        for number in range(3):
            await rt.sleep(number)
            yield number

    @asynccontextmanager
    async def span(self) -> AsyncIterator[str]:
        self.log.append("in")
        yield "span"
        self.log.append("out")

    async def total(self, weigh: Callable[[int], Awaitable[int]]) -> int:
        async with self.span():
            return sum([await weigh(page) async for page in self.pages()])
'''
