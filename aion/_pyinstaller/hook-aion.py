"""The modules of the core, which `aion` and `aion.sync` import when a name is first used."""

from PyInstaller.utils.hooks import collect_submodules

_ON_TOP = ("__main__", "_pyinstaller", "cli", "distributed", "sandbox", "testing")
"""What the core does not need: a program that uses one of these imports it itself."""


def _is_core(name: str) -> bool:
    return name == "aion" or name.split(".")[1] not in _ON_TOP


hiddenimports = collect_submodules("aion", filter=_is_core)
