"""Turns the syntax tree of an async module into that of its blocking twin.

Every `async` and `await` is dropped. Code that has no blocking form is added to the findings, with
its line in the async source.
"""

# A walk finds its methods by the names of the node classes.
# ruff: noqa: N802, D102

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TypeVar

import libcst as cst
from libcst.helpers import get_full_name_for_node

from codegen.blocking.findings import Findings
from codegen.blocking.imports import rewrite_from, rewrite_import, shared_import
from codegen.blocking.naming import Naming, refusal
from codegen.blocking.survey import MARKER, Role, Survey, leaf
from codegen.blocking.tables import ANY_HELPER, DENIED_MODULES, HELPERS, UNWRAPPED
from codegen.blocking.text import Text
from codegen.blocking.walk import Removable, Walker

_Node = TypeVar("_Node", bound=cst.CSTNode)
_Worded = TypeVar("_Worded", cst.Comment, cst.FormattedStringText, cst.Name, cst.SimpleString)

_BARE = "write its type argument, which replaces it in the twin"
_TWICE = "two definitions have this name in the twin: mark one of them `# sync: skip`"
_MARKER = "`# sync: skip` belongs at the end of a statement, or of the line that opens a block"
_UNREADABLE = "this annotation is not an expression"


class Rewriter(Walker):
    """Turns one module into its twin, which may be used only if `findings` stays empty."""

    def __init__(
        self,
        naming: Naming,
        survey: Survey,
        findings: Findings,
        *,
        module: str,
        package: str,
        lines: Mapping[cst.CSTNode, int],
        line: int = 1,
    ) -> None:
        super().__init__()
        self._naming = naming.without(survey.foreign)
        self._survey = survey
        self._findings = findings
        self._module = module
        self._package = package
        self._lines = lines
        self._line = line
        self._text = Text(self._naming)
        self._unwraps = 0
        self._unwraps_before: list[int] = []
        self._shared: list[str] = []

    def changed(self, node: cst.CSTNode) -> Removable:
        if isinstance(node, cst.Asynchronous) or node in self._survey.skipped:
            return cst.RemoveFromParent()
        return super().changed(node)

    # async and await

    def leave_Await(self, original_node: cst.Await, updated_node: cst.Await) -> cst.BaseExpression:
        inner = updated_node.expression
        if not updated_node.lpar:
            return inner
        kept = inner.with_changes(
            lpar=[*updated_node.lpar, *inner.lpar], rpar=[*inner.rpar, *updated_node.rpar]
        )
        # `(await x).y` needs no parentheses in the twin, unless they hold lines together.
        code = cst.Module([]).code_for_node
        return inner if "#" not in code(kept) and _stands_alone(code(inner)) else kept

    # names

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        value = node.value
        untouched = self._survey.runtime_modules | DENIED_MODULES
        return not (isinstance(value, cst.Name) and value.value in untouched)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        owner = original_node.value
        if isinstance(owner, cst.Name) and owner.value in DENIED_MODULES:
            name = original_node.attr.value
            self._report(original_node, f"{owner.value}.{name}", HELPERS.get(name, ANY_HELPER))
        dotted = get_full_name_for_node(updated_node) or ""
        twin = self._naming.module(dotted)
        return updated_node if twin == dotted else cst.parse_expression(twin)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        name = original_node.value
        is_attribute = original_node in self._survey.attributes
        if name in self._survey.runtime_names and not is_attribute:
            return updated_node
        twin = self._naming.attribute(name) if is_attribute else self._naming.name(name)
        if name in UNWRAPPED and original_node not in self._survey.subscripted:
            self._report(original_node, name, _BARE)
        elif advice := refusal(twin):
            self._report(original_node, name, advice)
        return _with_value(updated_node, twin)

    def visit_Module(self, node: cst.Module) -> None:
        self._refuse_twice(node.body)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        if isinstance(node.body, cst.IndentedBlock):
            self._refuse_twice(node.body.body)

    # types

    def visit_Subscript(self, node: cst.Subscript) -> None:
        self._unwraps_before.append(self._unwraps)

    def leave_Subscript(
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        grew = self._unwraps > self._unwraps_before.pop()
        kind = leaf(original_node.value)
        arguments = updated_node.slice
        if kind in UNWRAPPED and len(arguments) > UNWRAPPED[kind]:
            self._unwraps += 1
            chosen = arguments[UNWRAPPED[kind]].slice
            return chosen.value if isinstance(chosen, cst.Index) else updated_node
        if kind == "AsyncGenerator":
            none = cst.SubscriptElement(cst.Index(cst.Name("None")))
            plain = [item.with_changes(comma=cst.MaybeSentinel.DEFAULT) for item in arguments]
            return updated_node.with_changes(slice=[*plain, none, none][:3])
        if kind == "Union" and grew:
            kept = _distinct([item.slice for item in arguments])
            elements = [cst.SubscriptElement(item) for item in kept]
            return updated_node.with_changes(slice=elements)
        return updated_node

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> None:
        self._unwraps_before.append(self._unwraps)

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        if self._unwraps == self._unwraps_before.pop():
            return updated_node
        # `Awaitable[None] | None` would become `None | None`, which fails at run time.
        members = _members(updated_node)
        kept = _distinct(members)
        if len(kept) == len(members):
            return updated_node
        union = kept[0]
        for member in kept[1:]:
            union = cst.BinaryOperation(union, cst.BitOr(), member)
        if len(kept) == 1:
            return union
        return union.with_changes(lpar=updated_node.lpar, rpar=updated_node.rpar)

    # imports and classes that are shared

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import:
        return rewrite_import(
            updated_node,
            self._naming,
            lambda name, advice: self._report(original_node, name, advice),
        )

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        if not any(isinstance(item, cst.ImportFrom) for item in updated_node.body):
            return updated_node if updated_node.body else cst.RemoveFromParent()
        body = self._expanded(updated_node.body)
        if not body:
            return cst.RemoveFromParent()
        if len(body) == len(updated_node.body):
            return updated_node.with_changes(body=body)
        rest = updated_node.with_changes(leading_lines=())
        return cst.FlattenSentinel(
            (rest if number else updated_node).with_changes(
                body=[item.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]
            )
            for number, item in enumerate(body)
        )

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.SimpleStatementSuite:
        return updated_node.with_changes(body=self._expanded(updated_node.body) or [cst.Pass()])

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        name = original_node.name.value
        if not self._naming.shared(name):
            return updated_node
        self._shared.append(name)
        return cst.RemoveFromParent()

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        if not self._shared:
            return updated_node
        body = list(updated_node.body)
        body.insert(_after_preamble(body), shared_import(self._module, self._shared))
        return updated_node.with_changes(body=body)

    # words

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        role = self._survey.roles.get(original_node)
        value = original_node.value
        line = self._line_of(original_node)
        if role is Role.DOC:
            changed = self._text.docstring(
                value, lambda below, name, advice: self._findings.add(line + below, name, advice)
            )
        elif role is Role.TYPE:
            changed = _quoted(original_node, self._type(original_node, line))
        elif role is Role.TABLE:
            changed = _quoted(original_node, self._text.whole(original_node.raw_value))
        else:
            changed = self._text.message(value)
        return _with_value(updated_node, changed)

    def leave_FormattedStringText(
        self, original_node: cst.FormattedStringText, updated_node: cst.FormattedStringText
    ) -> cst.FormattedStringText:
        return _with_value(updated_node, self._text.message(updated_node.value))

    def leave_Comment(self, original_node: cst.Comment, updated_node: cst.Comment) -> cst.Comment:
        if MARKER.match(original_node.value):
            self._report(original_node, "sync: skip", _MARKER)
        return _with_value(updated_node, self._text.prose(updated_node.value))

    # helpers

    def _type(self, node: cst.SimpleString, line: int) -> str:
        try:
            parsed = cst.parse_expression(node.raw_value)
        except cst.ParserSyntaxError:
            self._findings.add(line, node.value, _UNREADABLE)
            return node.raw_value
        survey = Survey(self._naming, self._package)
        survey.walk(parsed)
        survey.foreign = set(self._survey.foreign)
        survey.runtime_names = self._survey.runtime_names
        survey.runtime_modules = self._survey.runtime_modules
        inner = Rewriter(
            self._naming,
            survey,
            self._findings,
            module=self._module,
            package=self._package,
            lines={},
            line=line,
        )
        changed = inner.changed(parsed)
        assert isinstance(changed, cst.BaseExpression)
        return cst.Module([]).code_for_node(changed)

    def _expanded(self, body: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseSmallStatement]:
        expanded: list[cst.BaseSmallStatement] = []
        for item in body:
            expanded += self._imports(item) if isinstance(item, cst.ImportFrom) else [item]
        return expanded

    def _imports(self, node: cst.ImportFrom) -> list[cst.ImportFrom]:
        return rewrite_from(
            node,
            self._package,
            self._naming,
            lambda name, advice: self._report(node, name, advice),
        )

    def _refuse_twice(self, body: Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> None:
        sources: dict[str, str] = {}
        for statement in body:
            if statement in self._survey.skipped:
                continue
            if isinstance(statement, cst.FunctionDef | cst.ClassDef):
                name = statement.name.value
                twin = self._naming.name(name)
                if sources.setdefault(twin, name) != name:
                    self._report(statement.name, twin, _TWICE)

    def _line_of(self, node: cst.CSTNode) -> int:
        return self._lines.get(node, self._line)

    def _report(self, node: cst.CSTNode, name: str, advice: str) -> None:
        self._findings.add(self._line_of(node), name, advice)


def _with_value(node: _Worded, value: str) -> _Worded:
    return node if node.value == value else node.with_changes(value=value)


def _stands_alone(code: str) -> bool:
    try:
        ast.parse(code, mode="eval")
    except SyntaxError:
        return False
    return True


def _members(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return [*_members(node.left), *_members(node.right)]
    return [node]


def _distinct(nodes: Sequence[_Node]) -> list[_Node]:
    first: dict[str, _Node] = {}
    for node in nodes:
        first.setdefault(cst.Module([]).code_for_node(node), node)
    return [*first.values()]


def _quoted(node: cst.SimpleString, text: str) -> str:
    return f"{node.prefix}{node.quote}{text}{node.quote}"


def _after_preamble(body: Sequence[cst.BaseStatement]) -> int:
    """Return where imports may start: below the docstring and the `__future__` imports."""
    place = 0
    for number, line in enumerate(body):
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if isinstance(small, cst.Expr) or (
            isinstance(small, cst.ImportFrom)
            and leaf(small.module or cst.Name("x")) == "__future__"
        ):
            place = number + 1
        else:
            break
    return place
