"""The table of `docs/methods.md`: every method of a resource, its endpoint, and a test of it.

`python -m tests.docs.methods` prints it, `--update` writes it.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from aion import AionVision, ChatSessionContext, Pipeline

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "methods.md"
_ENDPOINT = re.compile(r"``(?:GET|POST|PUT|PATCH|DELETE) [^`]+``")
_DOCUMENTED_AS: dict[str, type[object]] = {
    "chat_session": ChatSessionContext,
    "pipeline": Pipeline,
}


@dataclass(frozen=True)
class Row:
    """One method.

    Attributes:
        name: The name to type: ``files.list``.
        endpoints: Method and path of its calls; empty if it makes no call itself.
        test: ``file::function`` of a behaviour test that calls it, or empty.
    """

    name: str
    endpoints: str
    test: str


def rows() -> Iterator[Row]:
    """Yield every public method of the client and its resources, in the order of the source."""
    client = AionVision("aion_fake_key_for_tests_0000000000")
    for name, member in vars(AionVision).items():
        if isinstance(member, cached_property) and name != "async_client":
            resource: object = getattr(client, name)
            yield from _methods(name, type(resource))
    for name, kind in _DOCUMENTED_AS.items():
        yield from _methods(name, kind)
    yield from _methods("client", AionVision)


def _methods(owner: str, kind: type[object]) -> Iterator[Row]:
    for name in dir(kind):
        method = inspect.getattr_static(kind, name)
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        text = inspect.getdoc(method) or ""
        endpoints = ", ".join(_ENDPOINT.findall(text))
        yield Row(f"{owner}.{name}", endpoints, _test_of(owner, name))


def _test_of(owner: str, method: str) -> str:
    """Return the first test with a call of this method."""
    names = {
        "client": r"(?:client|open_client|one)",
        "chat_session": r"(?:session|chat|context)",
        "pipeline": r"(?:pipeline|line|steps|\)|\w+\(\))",
    }
    receiver = names.get(owner, owner)
    call = re.compile(
        rf"\b{receiver}\s*\.\s*{method}\b"
        if receiver[0] != "("
        else rf"{receiver}\s*\.\s*{method}\b"
    )
    for test, text in _tests():
        if call.search(text):
            return test
    # Some tests have a resource in a variable, so the name of the method is enough.
    alone = re.compile(rf"\.\s*{method}\(")
    home = {"uploads": "upload", "chats": "chat", "client": "", "chat_session": "chat"}
    for test, text in _tests():
        if home.get(owner, owner.rstrip("s")) in test and alone.search(text):
            return test
    # Helpers that the tests of a file share call the other methods.
    for path in sorted((ROOT / "tests" / "behaviour").glob("test_*.py")):
        about = home.get(owner, owner.rstrip("s")) in path.name
        if about and re.search(rf"\.\s*{method}\b", path.read_text(encoding="utf-8")):
            return path.name
    return ""


@cache
def _tests() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path in sorted((ROOT / "tests" / "behaviour").glob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                "test"
            ):
                text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
                found.append((f"{path.name}::{node.name}", text))
    return found


def table() -> str:
    """Return the rows as Markdown."""
    lines = ["| method | endpoint | test |", "|---|---|---|"]
    for row in rows():
        lines.append(f"| `{row.name}` | {row.endpoints or '-'} | {row.test} |")
    return "\n".join(lines)


def page() -> str:
    """Return the whole page."""
    return (
        "# Methods\n\nEvery public method of the clients, the endpoint that it calls, and a test"
        " that calls it over HTTP against the sandbox, on both clients. Made by"
        " `python -m tests.docs.methods --update`; a test compares.\n\n"
        f"{table()}\n"
    )


if __name__ == "__main__":
    if "--update" in sys.argv:
        DOCS.write_text(page(), encoding="utf-8")
    else:
        print(table())
