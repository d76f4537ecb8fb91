"""Says where the hooks of this package are. PyInstaller asks by an entry point of the wheel.

A frozen program holds what its source imports by statements. The hooks beside this module name
what is imported by name, when it is first used, and what is no module. Each part of the package
has a hook of its own, so that a program holds the sandbox and what it needs only if it uses it.
Nothing of the package imports this folder.
"""

from __future__ import annotations

from pathlib import Path


def get_hook_dirs() -> list[str]:
    """The folder of the hooks."""
    return [str(Path(__file__).parent)]
