"""The modules of the tags, which the core imports when a call or a model is first needed."""

from PyInstaller.utils.hooks import collect_submodules

hiddenimports = collect_submodules("aion_api")
