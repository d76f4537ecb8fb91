"""Surveys a module: the purpose of its strings, the statements to skip, the origin of its imports.

The rewriter decides node by node; this pass collects the facts that a single node does not show.
"""

# A walk finds its methods by the names of the node classes.
# ruff: noqa: N802, D102

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto

import libcst as cst
from libcst.helpers import get_full_name_for_node

from codegen.blocking.naming import Naming
from codegen.blocking.tables import HOMES, PACKAGE, SWAPPED
from codegen.blocking.walk import Walker

_FORMS = frozenset({"Callable", "Optional", "Union"})
MARKER = re.compile(r"#\s*sync:\s*skip\b")


class Role(Enum):
    """The purpose of a string literal."""

    DOC = auto()
    TABLE = auto()
    TYPE = auto()


class Survey(Walker):
    """The facts about one module, collected in one walk.

    `package` is the dotted package that relative imports start from.
    """

    def __init__(self, naming: Naming, package: str) -> None:
        super().__init__()
        self._naming = naming
        self._package = package
        self.roles: dict[cst.CSTNode, Role] = {}
        self.skipped: set[cst.CSTNode] = set()
        self.subscripted: set[cst.CSTNode] = set()
        """The last name of each generic type with arguments."""
        self.attributes: set[cst.CSTNode] = set()
        self.foreign: set[str] = set()
        self.runtime_names: set[str] = set()
        """Names from the swapped module, which are the same on both sides."""
        self.runtime_modules: set[str] = set()

    def visit_Module(self, node: cst.Module) -> None:
        self._note_skipped(node.body)
        for line in node.body:
            for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                self._note_module_level(statement)

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self._note_skipped(node.body)

    def visit_Expr(self, node: cst.Expr) -> None:
        if isinstance(node.value, cst.SimpleString | cst.ConcatenatedString):
            self._note_strings(node.value, Role.DOC)

    def visit_Annotation(self, node: cst.Annotation) -> None:
        self._note_strings(node.annotation, Role.TYPE)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        if leaf(node.annotation.annotation) == "TypeAlias" and node.value:
            self._note_strings(node.value, Role.TYPE)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        for base in node.bases:
            self._note_strings(base.value, Role.TYPE)

    def visit_Call(self, node: cst.Call) -> None:
        called = leaf(node.func)
        if called == "cast" and node.args:
            self._note_strings(node.args[0].value, Role.TYPE)
        elif called == "TypeVar":
            for argument in node.args[1:]:
                self._note_strings(argument.value, Role.TYPE)

    def visit_Subscript(self, node: cst.Subscript) -> None:
        last = node.value.attr if isinstance(node.value, cst.Attribute) else node.value
        self.subscripted.add(last)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.attributes.add(node.attr)

    def visit_Import(self, node: cst.Import) -> None:
        for alias in node.names:
            if alias.evaluated_name in SWAPPED and alias.evaluated_alias:
                self.runtime_modules.add(alias.evaluated_alias)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        module = absolute(node, self._package)
        for alias in () if isinstance(node.names, cst.ImportStar) else node.names:
            name = alias.evaluated_name
            bound = alias.evaluated_alias or name
            if f"{module}.{name}" in SWAPPED:
                self.runtime_modules.add(bound)
            elif module in SWAPPED:
                self.runtime_names.add(bound)
                self.foreign.add(bound)
            elif module not in HOMES | {PACKAGE} and module not in self._naming.modules:
                self.foreign.add(bound)

    def _note_skipped(self, body: Sequence[cst.CSTNode]) -> None:
        self.skipped.update(statement for statement in body if is_marked(statement))

    def _note_module_level(self, statement: cst.BaseSmallStatement) -> None:
        if not isinstance(statement, cst.Assign | cst.AnnAssign | cst.AugAssign):
            return
        if isinstance(statement.value, cst.List | cst.Tuple | cst.Set | cst.Dict):
            self._note_strings(statement.value, Role.TABLE)
        elif isinstance(statement.value, cst.Subscript) and leaf(statement.value.value) in _FORMS:
            self._note_strings(statement.value, Role.TYPE)

    def _note_strings(self, node: cst.CSTNode, role: Role) -> None:
        _Strings(self.roles, role).walk(node)


class _Strings(Walker):
    """Assigns a role to every string below a node, except to values inside types."""

    def __init__(self, roles: dict[cst.CSTNode, Role], role: Role) -> None:
        super().__init__()
        self._roles = roles
        self._role = role

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        self._roles.setdefault(node, self._role)

    def visit_Call(self, node: cst.Call) -> bool:
        return False

    def visit_Subscript(self, node: cst.Subscript) -> bool:
        kind = leaf(node.value)
        if kind == "Annotated":
            self.walk(node.slice[0])
        return kind not in {"Annotated", "Literal"}


def leaf(node: cst.BaseExpression) -> str:
    """Return the last name of a dotted name, or an empty string."""
    return (get_full_name_for_node(node) or "").rpartition(".")[2]


def absolute(node: cst.ImportFrom, package: str) -> str:
    """Return the absolute dotted module that an import names."""
    named = get_full_name_for_node(node.module) if node.module else None
    if not node.relative:
        return named or ""
    parts = package.split(".")
    kept = parts[: len(parts) - len(node.relative) + 1]
    return ".".join([*kept, named] if named else kept)


def is_marked(statement: cst.CSTNode) -> bool:
    """Whether a statement, or the line that opens it, ends with `# sync: skip`."""
    if isinstance(statement, cst.SimpleStatementLine):
        comment = statement.trailing_whitespace.comment
    else:
        body = getattr(statement, "body", None)
        if isinstance(body, cst.IndentedBlock):
            comment = body.header.comment
        elif isinstance(body, cst.SimpleStatementSuite):
            comment = body.trailing_whitespace.comment
        else:
            return False
    return comment is not None and MARKER.match(comment.value) is not None
