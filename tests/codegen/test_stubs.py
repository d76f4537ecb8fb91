"""Stubs of packages that import their names on first use."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from codegen import stubs
from codegen.errors import CodegenError


def imported(text: str) -> dict[str, str]:
    """The names that a stub imports, and from where."""
    found = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]
    return {one.name: str(node.module) for node in found for one in node.names}


def package(folder: Path, source: str) -> Path:
    (folder / "aion").mkdir()
    (folder / "aion" / "__init__.py").write_text(source, encoding="utf-8")
    return folder


def test_a_stub_is_built_from_the_names_of_a_package(tmp_path: Path) -> None:
    source = '_NAMES = {"aion.a": "A B"}\n__getattr__, __dir__ = exports(__name__, _NAMES)\n'

    made = stubs.build({}, package(tmp_path, source))

    assert imported(made["aion/__init__.pyi"]) == {"A": "aion.a", "B": "aion.a"}


def test_a_package_that_exports_nothing_has_no_stub(tmp_path: Path) -> None:
    assert stubs.build({}, package(tmp_path, '"""Empty."""\n')) == {}


@pytest.mark.parametrize("names", ["made()", "_NOWHERE", "types.NAMES"])
def test_names_that_are_not_written_out_end_the_build(tmp_path: Path, names: str) -> None:
    source = f"__getattr__, __dir__ = exports(__name__, {names})\n"

    with pytest.raises(CodegenError, match="aion"):
        stubs.build({}, package(tmp_path, source))
