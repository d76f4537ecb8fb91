"""Importing this fails, with the command that helps, when the extra `sandbox` is not installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

for _name in ("httptools", "jsonschema_rs", "PIL", "python_multipart", "starlette", "uvicorn"):
    try:
        import_module(_name)
    except ImportError as error:
        raise ImportError(
            f'aion.sandbox needs {_name}: pip install "aionvision[sandbox]"', name=_name
        ) from error

# Located but not imported: they read documents, and are slow to import.
for _name, _package in (("pypdf", "pypdf"), ("docx", "python-docx")):
    if find_spec(_name) is None:
        raise ImportError(
            f'aion.sandbox needs {_package}: pip install "aionvision[sandbox]"', name=_name
        )
