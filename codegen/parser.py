"""openapi-python-client's parser, called: what it says of the contract, or why it says nothing.

Whatever the parser reports ends the run by name.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import openapi
from openapi_python_client.parser.errors import GeneratorError, ParseError

from codegen.document import Json
from codegen.errors import CodegenError
from codegen.prepare import plain, prepared


def read(document: Json) -> tuple[openapi.GeneratorData, Config]:
    """The parser's output for a corrected document, and the settings that it was made with.

    Raises:
        CodegenError: The parser refused a part of the document.
    """
    config = Config.from_sources(
        ConfigFile(), MetaType.NONE, Path("contract"), "utf-8", False, None
    )
    try:
        with _shallow_copies():
            data = openapi.GeneratorData.from_dict(prepared(document), config=config)
    except Exception as error:
        # The parser is not ours: whatever it stumbles over is a part of the contract that it
        # does not know.
        reason = _line(f"{type(error).__name__}: {error}")
        raise CodegenError(f"the contract is more than the parser can read: {reason}") from error
    if isinstance(data, GeneratorError):
        raise CodegenError(f"the contract is not valid OpenAPI: {_line(data.detail)}")
    _refuse(data.errors)
    for collection in data.endpoint_collections_by_tag.values():
        _refuse(collection.parse_errors)
    return data, config


@contextmanager
def _shallow_copies() -> Generator[None, None, None]:
    """Let the parser copy an endpoint alone, and not all schemas that hang on it.

    It copies each one three times, to change lists of it and then to drop the original. With
    everything below that is half of the time that it takes.
    """
    names: dict[str, Any] = openapi.__dict__
    deep = names["deepcopy"]
    names["deepcopy"] = copy
    try:
        yield
    finally:
        names["deepcopy"] = deep


def _refuse(errors: Iterable[ParseError]) -> None:
    for error in errors:
        header = error.header.removeprefix("WARNING ")
        raise CodegenError(_line(f"{header} {error.detail or ''}"))


def _line(text: str | None) -> str:
    return plain(" ".join((text or "").split()))
