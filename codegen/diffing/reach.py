"""Finds the schemas that a document uses in requests and in responses, and their operations."""

from __future__ import annotations

from typing import Any

from codegen.diffing.operations import Operation, all_of
from codegen.document import Json, nodes, schemas

_REF = "#/components/schemas/"


class Reach:
    """The schemas that the operations of a document use.

    Attributes:
        sent: Names of schemas that are part of requests.
        received: Names of schemas that are part of responses.
    """

    def __init__(self, document: Json) -> None:
        self._inner = {name: _references(schema) for name, schema in schemas(document).items()}
        self._users: dict[str, list[Operation]] = {}
        self.sent: set[str] = set()
        self.received: set[str] = set()
        for op in all_of(document):
            takes = self._all([*op.parameters().values(), op.body()])
            answers = op.answers()
            gives = self._all([answer for code, answer in answers.items() if code[:1] in "23"])
            # Errors are raised by status; their bodies are data and do not touch methods.
            self.received |= gives | self._all(list(answers.values()))
            self.sent |= takes
            for name in takes | gives:
                self._users.setdefault(name, []).append(op)

    def users(self, name: str) -> list[Operation]:
        """Return the operations with a schema in the request or in a successful response."""
        return self._users.get(name, [])

    def containing(self, name: str) -> set[str]:
        """Return the schemas that contain a schema, itself included."""
        found = {name}
        while True:
            more = {key for key, inner in self._inner.items() if inner & found} - found
            if not more:
                return found
            found |= more

    def _all(self, roots: list[Any]) -> set[str]:
        found: set[str] = set()
        stack = [name for root in roots for name in _references(root)]
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                stack.extend(self._inner.get(name, ()))
        return found


def _references(value: Any) -> set[str]:
    return {
        target.removeprefix(_REF)
        for node in nodes(value)
        if isinstance(target := node.get("$ref"), str) and target.startswith(_REF)
    }
