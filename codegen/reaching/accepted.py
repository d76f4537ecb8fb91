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
from codegen.reaching.raw import NAME as UNDESCRIBED
from codegen.toml import as_toml

NAME = "codegen/gaps.toml"
_OTHER = f"{UNDESCRIBED}: "
"""How a line begins that is about that file, which has to be corrected and not accepted."""
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
    found = set(gaps(lines))
    closed = [f"{NAME}: no gap any more, remove it: {one}" for one in accepted if one not in found]
    open_ = [line for line in lines if _gap(line) not in accepted or line.startswith(_OTHER)]
    return open_ + closed


def text(lines: Iterable[str], accepted: Mapping[str, str], reason: str) -> str:
    """Return the file that accepts all gaps: known ones keep their reason, closed ones go."""
    rows = [f"{as_toml(one)} = {as_toml(accepted.get(one, reason))}" for one in gaps(lines)]
    return "\n".join([_HEAD, "[gaps]", *rows]) + "\n"


def gaps(lines: Iterable[str]) -> list[str]:
    """Return what is gone, each once, without the methods that need it."""
    return sorted({_gap(line) for line in lines if not line.startswith(_OTHER)})


def _gap(line: str) -> str:
    return line.partition(": ")[2] or line
