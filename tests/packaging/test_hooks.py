"""The hooks for PyInstaller name what the package imports by name."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import aion

ROOT = Path(aion.__file__).parents[1]
HOOKS = ROOT / "aion" / "_pyinstaller"


def hidden(hook: str) -> set[str]:
    """The modules that a hook names."""
    facts: dict[str, Any] = runpy.run_path(str(HOOKS / f"hook-{hook}.py"))
    return set(facts["hiddenimports"])


def modules(*folders: str) -> set[str]:
    """The names of all modules below some folders of the tree."""
    bases = {"aion_api": ROOT / "generated"}
    return {
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
        for folder in folders
        for base in [bases.get(folder, ROOT)]
        for path in (base / folder).rglob("*.py")
    }


def test_the_hook_of_the_core_names_all_of_it_and_nothing_on_top() -> None:
    on_top = modules(
        "aion/_pyinstaller", "aion/cli", "aion/distributed", "aion/sandbox", "aion/testing"
    )
    assert hidden("aion") == modules("aion") - on_top - {"aion.__main__"}


def test_the_hook_of_the_generated_package_names_all_of_it() -> None:
    assert hidden("aion_api") == modules("aion_api")


def test_the_hook_of_the_sandbox_names_all_of_it() -> None:
    assert hidden("aion.sandbox") >= modules("aion/sandbox")


def test_the_hook_of_the_sandbox_adds_the_contract() -> None:
    facts: dict[str, Any] = runpy.run_path(str(HOOKS / "hook-aion.sandbox.py"))
    contracts = [
        (Path(source).read_bytes(), target)
        for source, target in facts["datas"]
        if Path(source).name == "openapi.json"
    ]
    assert contracts == [((ROOT / "openapi.json").read_bytes(), "aion/sandbox")]


def test_the_hooks_are_found_where_the_entry_point_says() -> None:
    from aion._pyinstaller import get_hook_dirs

    assert [Path(one) for one in get_hook_dirs()] == [HOOKS]
