"""Importing this fails, with the command that helps, when the extra `sandbox` is not installed."""

from __future__ import annotations

from importlib import import_module

for _name in ("jsonschema_rs", "PIL", "python_multipart", "starlette", "uvicorn"):
    try:
        import_module(_name)
    except ImportError as error:
        raise ImportError(
            f'aion.sandbox needs {_name}: pip install "aionvision[sandbox]"', name=_name
        ) from error
