"""Calls the parser of openapi-python-client, and returns its output.

Every error and warning of the parser stops the run with a message that names the place.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import openapi
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.schema.untrusted_string import UntrustedString

from codegen.document import Json, operations
from codegen.errors import CodegenError
from codegen.prepare import plain, prepared

# How the parser calls an operation of `prepared`.
_NUMBERED = re.compile(r"WARNING parsing GET /(\d+) within everything\.")


def read(document: Json) -> tuple[openapi.GeneratorData, Config]:
    """Parse a simplified document; return the output and the settings that made it.

    Raises:
        CodegenError: The parser refused a part of the document.
    """
    config = Config.from_sources(
        ConfigFile(), MetaType.NONE, Path("contract"), "utf-8", False, None
    )
    try:
        with _shallow_copies(), _readable_texts():
            data = openapi.GeneratorData.from_dict(prepared(document), config=config)
    except Exception as error:
        # Any exception of the parser means that it does not know a part of the contract.
        reason = _line(f"{type(error).__name__}: {error}")
        raise CodegenError(f"the parser cannot read the contract: {reason}") from error
    if isinstance(data, GeneratorError):
        raise CodegenError(f"the contract is not valid OpenAPI: {_line(data.detail)}")
    _refuse(data.errors)
    labels = [f"operation {op['operationId']}" for _, _, op in operations(document)]
    for collection in data.endpoint_collections_by_tag.values():
        _refuse(collection.parse_errors, labels)
    return data, config


@contextmanager
def _shallow_copies() -> Generator[None, None, None]:
    """Make the parser copy endpoints without their schemas.

    It copies each endpoint three times, changes lists of the copy, and drops the original. Deep
    copies would take half of the parsing time.
    """
    names: dict[str, Any] = openapi.__dict__
    deep = names["deepcopy"]
    names["deepcopy"] = copy
    try:
        yield
    finally:
        names["deepcopy"] = deep


@contextmanager
def _readable_texts() -> Generator[None, None, None]:
    """Make the parser's messages show the texts of the document instead of addresses of objects."""
    UntrustedString.__str__ = _shown  # type: ignore[method-assign]
    try:
        yield
    finally:
        del UntrustedString.__str__


def _shown(text: Any) -> str:
    return str(text.get_untrusted_value())


def _refuse(errors: Iterable[ParseError], labels: Sequence[str] = ()) -> None:
    for error in errors:
        header = _NUMBERED.sub(lambda m: labels[int(m[1])], error.header)
        raise CodegenError(_line(f"{header} {error.detail or ''}"))


def _line(text: str | None) -> str:
    return plain(" ".join((text or "").split()))
