"""Each error that the core raises on purpose is an `AionvisionError`, or listed with a reason."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

import pytest

AION = Path(__file__).resolve().parents[2] / "aion"
_ON_TOP = {"sandbox", "cli", "testing", "sync"}
"""The tools on top of the core, and the twins, which are made from it."""
_PYTHONS = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
}
_CAUGHT = "it is caught in this package, and becomes one of its errors"
_LOOKUP = "Python's containers raise it for a name or position that does not exist"
_MISUSE = "a type checker finds this misuse"
_PROTOCOL = "Python's protocols require it"
PLAIN = {
    "_flows/chat_stream.py:ChatStream.__anext__ StopAsyncIteration": _PROTOCOL,
    "_http/": f"an exception of the transport becomes a fault, or {_CAUGHT}",
    "_lazy.py:exports.get AttributeError": _PROTOCOL,
    "_requests/chat.py:_as_dict TypeError": _CAUGHT,
    "_runtime/blocking.py:notify TypeError": _MISUSE,
    "client.py:AionVision.__getstate__ TypeError": _PROTOCOL,
    "config.py:_switch ValueError": _CAUGHT,
    "types/_color_analysis.py:DominantColor.from_api_response KeyError": _CAUGHT,
    "types/_reader.py:Reader.identifier KeyError": _CAUGHT,
    "types/_reader.py:Reader.need KeyError": _CAUGHT,
    "types/_upload_results.py:FileResults._counts NotImplementedError": "it is abstract",
    "types/_upload_results.py:UploadResults._error_of NotImplementedError": "it is abstract",
    "types/_upload_results.py:UploadResults._is_retryable NotImplementedError": "it is abstract",
    "types/context.py:ExecutionContext.read KeyError": _LOOKUP,
    "types/context.py:ExecutionContext.read TypeError": "the published package raises it",
    "types/data_types.py:DataTypeRegistry.merge ValueError": "the published package raises it",
    "types/file_collection.py:FileCollection.__delattr__ AttributeError": _PROTOCOL,
    "types/file_collection.py:FileCollection.__setattr__ AttributeError": _PROTOCOL,
    "types/pipeline.py:PipelineResult.step IndexError": _LOOKUP,
    "types/video.py:VideoUploadSession.from_api_response KeyError": _CAUGHT,
}
"""Where an error of Python is raised, and why it is not one of this package."""


def raised(source: str) -> Iterator[tuple[str, str, int]]:
    """Yield each error of Python that is raised: the function, its class and the line."""

    def walk(node: ast.AST, place: str) -> Iterator[tuple[str, str, int]]:
        for child in ast.iter_child_nodes(node):
            inner = place
            if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                inner = f"{place}.{child.name}".lstrip(".")
            if isinstance(child, ast.Raise) and child.exc is not None:
                made = child.exc.func if isinstance(child.exc, ast.Call) else child.exc
                if isinstance(made, ast.Name) and made.id in _PYTHONS:
                    yield place, made.id, child.lineno
            yield from walk(child, inner)

    yield from walk(ast.parse(source), "")


def found() -> dict[str, int]:
    """Return each place in the core that raises an error of Python, with its line."""
    places: dict[str, int] = {}
    for path in sorted(AION.rglob("*.py")):
        inside = path.relative_to(AION)
        if inside.parts[0] in _ON_TOP or inside.name.startswith("sync_"):
            continue
        for function, error, line in raised(path.read_text("utf-8")):
            places[f"{inside.as_posix()}:{function} {error}"] = line
    return places


@pytest.fixture(scope="module")
def places() -> dict[str, int]:
    return found()


def test_the_core_raises_errors_of_this_package_only(places: dict[str, int]) -> None:
    new = {one: line for one, line in places.items() if not one.startswith(tuple(PLAIN))}
    assert new == {}, (
        "an error that users meet has to be an AionvisionError: raise ValidationError for an"
        " argument, ConfigurationError for a setting, NotOpenError for what is closed,"
        " DependencyError for a package that is missing; or add the place to PLAIN with a reason"
    )


def test_every_exception_from_the_rule_is_still_needed(places: dict[str, int]) -> None:
    assert [one for one in PLAIN if not any(place.startswith(one) for place in places)] == []


@pytest.mark.parametrize("statement", ["raise ValueError('no')", "raise RuntimeError"])
def test_a_new_error_of_python_is_found(statement: str) -> None:
    source = f"class A:\n    def f(self):\n        if self:\n            {statement}\n"
    assert [place for place, _, _ in raised(source)] == ["A.f"]
