"""Reads and writes `gaps.toml`: what `aion` needs, the contract lacks, and a maintainer accepts.

A document of the vendor may leave out operations that the service has. The methods that need them
stay, and raise an error that names the operation; the file says why that is right.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from codegen.document import is_object
from codegen.errors import CodegenError
from codegen.toml import as_toml

NAME = "codegen/gaps.toml"
_HEAD = """\
# What `aion` needs and the contract lacks, with the reason why that is accepted. Written by
# `python -m codegen reach --accept REASON`; what is listed here is not reported.
"""


def read(path: Path) -> dict[str, str]:
    """Return each accepted gap with its reason; a file that is missing has none.

    Raises:
        CodegenError: It is not a table of texts.
    """
    if not path.exists():
        return {}
    try:
        data: Any = tomllib.loads(path.read_text(encoding="utf-8")).get("gaps", {})
    except (OSError, ValueError) as error:
        raise CodegenError(f"{path}: cannot be read: {error}") from error
    if not is_object(data) or not all(isinstance(reason, str) for reason in data.values()):
        raise CodegenError(f"{path}: gaps is not a table: write gap = reason")
    return data


def remaining(lines: Iterable[str], accepted: Mapping[str, str]) -> list[str]:
    """Return the gaps that are not accepted, and the accepted ones that are no gaps any more.

    Args:
        lines: What is lost, each with the method in front.
        accepted: The accepted gaps.
    """
    lines = list(lines)
    found = {gap(line) for line in lines}
    closed = [f"{NAME}: no gap any more, remove it: {one}" for one in accepted if one not in found]
    return [line for line in lines if gap(line) not in accepted] + closed


def text(lines: Iterable[str], accepted: Mapping[str, str], reason: str) -> str:
    """Return the file that accepts all gaps: known ones keep their reason, closed ones go."""
    gaps = dict.fromkeys(sorted({gap(line) for line in lines}))
    rows = [f"{as_toml(one)} = {as_toml(accepted.get(one, reason))}" for one in gaps]
    return "\n".join([_HEAD, "[gaps]", *rows]) + "\n"


def gap(line: str) -> str:
    """Return what is gone, without the method that needs it."""
    return line.partition(": ")[2] or line
