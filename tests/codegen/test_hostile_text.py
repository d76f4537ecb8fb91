"""Text of the document that tries to become code stays text."""

from __future__ import annotations

import ast
import importlib.util
import keyword
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from codegen import ir, names, render
from codegen.__main__ import PROJECT
from codegen.parse import parse
from tests.codegen.building import answering, built, document, operation, parameter, ref

HOSTILE = [
    'ends in a quote"',
    'ends in quotes """"',
    "ends in a backslash\\",
    'three """ quotes',
    'four """" and more """""""',
    '\\""" + __import__("os").abort() + """',
    "{__import__('os').abort()} {{ 1 }} {% raw %}",
    "\\N{DIGIT ONE} \\x41 \\u0041",
    "line\u2028separator\u2029paragraph\x85next\x0bvertical\x0cfeed",
    "nul \x00 escape \x1b delete \x7f",
    "right to left \u202e and back",
    "carriage\rreturn\r\nfeed",
    "   indented\n\n\n        deeper\n\ttab",
    " " * 300 + "far away\n" + " " * 300 + "farther",
    "word" * 100,
    "# noqa\n# type: ignore\n'''",
    ".",
    "...",
    "\n",
    "",
]
PROPERTIES = [
    *("class", "self", "list", "dict", "str", "int", "float", "bool", "bytes", "datetime"),
    *("data", "extra", "v", "item", "key", "cls", "cast", "rt", "md", "attrs", "frozenset"),
    *("additional_properties", "to_dict", "from_api_response", "adopt", "classmethod", "property"),
    *("1st", "a-b", "_private", "__init__", "_wire_names", "None", "match"),
    *('quo"te', "back\\slash", "new\nline", "{braces}", "naïve", "名", "$ref", "title"),
]


def squeezed(text: str) -> str:
    return "".join(text.split())


def docstrings(source: str) -> str:
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            found.append(ast.get_docstring(node, clean=False) or "")
    return squeezed("".join(found))


def hostile(text: str) -> dict[str, Any]:
    schemas = {
        "Item": {
            "type": "object",
            "description": text,
            "properties": {"id": {"type": "string", "description": text}},
        },
        "Color": {"type": "string", "enum": ["red"], "description": text},
    }
    read = operation(
        ref("Item"),
        summary=text,
        description=text,
        parameters=[parameter("color", "query", ref("Color"), description=text)],
        requestBody={
            "description": text,
            "required": True,
            "content": {"application/json": {"schema": {"type": "string"}}},
        },
    )
    read["responses"]["200"]["description"] = text
    spec = document({"/x": {"post": read}}, schemas)
    spec["info"] |= {"title": text, "description": text}
    return spec | {"tags": [{"name": "things", "description": text}]}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> str:
    text = "\n\n".join(HOSTILE)
    sample = built(tmp_path_factory.mktemp("hostile"), hostile(text))
    return "".join(docstrings(source) for name, source in sample.files.items() if name[-1] == "y")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_in_a_docstring_as_it_is(sources: str, text: str) -> None:
    assert squeezed(text) in sources


@pytest.mark.parametrize("text", HOSTILE)
def test_each_hostile_text_ends_a_docstring_safely(text: str) -> None:
    source = f'"""{names.docstring(text, indent=0)}"""'
    assert squeezed(str(ast.literal_eval(source))) == squeezed(text)


def contract_of(text: str, value: str) -> ir.Contract:
    """A contract that carries `text` in every place for prose and `value` as a wire name."""
    field = ir.Field("f " + value, "field", ir.Scalar("str"), False, False, value, text)
    model = ir.Model("Item", "things", text, (field,), is_input=False, is_answer=True)
    enum = ir.EnumModel("Color", "things", text, (("MEMBER", value),))
    parameters = (
        ir.Parameter(value, "given", "query", ir.EnumRef("Color"), False, text, "form", True),
        ir.Parameter(value, "sent", "header", ir.Scalar("str"), False, text, "simple", False),
    )
    op = ir.Operation(
        operation_id=value,
        name="read",
        module="things",
        method="GET",
        path="/x",
        summary=text,
        description=text,
        parameters=parameters,
        body=ir.Body("json", ir.Scalar("str"), True, text, "application/json", ()),
        answer=ir.Answer("json", ir.ModelRef("Item"), text, ""),
        repeatable=True,
    )
    return ir.Contract(text, text, (op,), (model,), (enum,), {"things": text})


@settings(max_examples=60, deadline=None)
@given(text=st.text(), value=st.text(min_size=1))
@example(text='"""', value='"')
@example(text='\\"""', value="\\")
@example(text="a\\", value="\n")
def test_any_text_leaves_the_code_as_it_is_and_stays_readable(text: str, value: str) -> None:
    files = render.render(contract_of(text, value), PROJECT / "templates")
    for name, expected in plain_shapes().items():
        assert shape(files[name]) == expected
        assert squeezed(text) in docstrings(files[name])


def shape(source: str) -> list[str]:
    """The kinds of all nodes: the same for two modules that differ in their texts only."""
    return [type(node).__name__ for node in ast.walk(ast.parse(source))]


@cache
def plain_shapes() -> dict[str, list[str]]:
    files = render.render(contract_of("plain", "plain"), PROJECT / "templates")
    return {
        name: shape(files[name]) for name in ("__init__.py", "api/things.py", "models/things.py")
    }


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_gives_identifiers(text: str) -> None:
    makers = (names.snake, names.argument, names.attribute, names.member)
    made = [*(make(text) for make in makers), names.operation(text, "/x", "get")]
    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in made)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=4, unique_by=names.member))
@example(['quo"te', "new\nline", "back\\slash", "\u2028"][:1])
@example(["a-b", "control\x00"])
def test_any_enum_value_reaches_the_enum_as_it_is(values: list[str]) -> None:
    color = {"type": "string", "enum": values, "default": values[-1]}
    box = {"type": "object", "properties": {"color": ref("Color")}}
    module = models_of({"Color": color, "Box": box})
    assert [member.value for member in module.Color] == values


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), min_size=1, max_size=4))
@example({'quo"te': '"', "back\\slash": "\\", "new\nline": "\n", "\u2028x": "\u2028"})
@example({"default": "a", "enum": "b", "x-enum-varnames": "c", "properties": "d"})
def test_any_property_is_read_and_written_under_its_name(data: dict[str, str]) -> None:
    assume(len({names.attribute(name) for name in data}) == len(data))
    properties = {name: {"type": "string", "default": text} for name, text in data.items()}
    box = models_of({"Box": {"type": "object", "properties": properties}}).Box
    assert box.from_api_response({}).to_dict() == data
    assert box.from_api_response(data).additional_properties == {}


def models_of(schemas: dict[str, Any]) -> ModuleType:
    """Return the models of a document with `Box` responses, without the slow steps."""
    files = render.render(parse(answering(ref("Box"), schemas)), PROJECT / "templates")
    spec = importlib.util.spec_from_loader("hostile_models", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    # attrs looks the module of a class up by name.
    sys.modules[module.__name__] = module
    exec(compile(files["models/things.py"], module.__name__, "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("value", ['quo"te', "new\nline", "back\\slash", "\u2028", "\x00", ""])
def test_a_hostile_enum_value_is_a_member(tmp_path: Path, value: str) -> None:
    color = {"type": "string", "enum": ["plain", value], "default": value}
    box = {"type": "object", "properties": {"color": color}}
    sample = built(tmp_path, answering(ref("Box"), {"Box": box}))
    decoded = sample.decode("things.read", {"color": value})
    assert (decoded.color.value, decoded.color.is_known) == (value, True)


def test_suggested_member_names_are_not_used(tmp_path: Path) -> None:
    color = {"type": "string", "enum": ["a", "b"], "x-enum-varnames": ["SAME", "SAME"]}
    box = {"type": "object", "properties": {"color": color}}
    sample = built(tmp_path, answering(ref("Box"), {"Box": box}))
    assert [member.value for member in sample.model("BoxColor")] == ["a", "b"]


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Any:
    properties: dict[str, Any] = {name: {"type": "string"} for name in PROPERTIES}
    properties["inner"] = {"type": "array", "items": ref("Box")}
    properties["at"] = {"type": "string", "format": "date-time"}
    spec = answering(ref("Box"), {"Box": {"type": "object", "properties": properties}})
    return built(tmp_path_factory.mktemp("named"), spec)


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_of_any_name_is_read_and_written(named: Any, name: str) -> None:
    assert named.decode("things.read", {name: "x"}).to_dict() == {name: "x"}


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_of_any_name_is_a_declared_field(named: Any, name: str) -> None:
    assert named.decode("things.read", {name: "x"}).additional_properties == {}


@pytest.mark.parametrize("name", ["list", "dict", "str", "datetime", "rt", "md", "body", "class"])
def test_a_parameter_of_any_name_is_sent(tmp_path: Path, name: str) -> None:
    read = operation(
        {"type": "array", "items": {"type": "string"}},
        parameters=[
            parameter(name, "query", {"type": "array", "items": {"type": "string"}}),
            parameter("at", "query", {"type": "string", "format": "date-time"}),
        ],
        requestBody={"content": {"application/json": {"schema": {"type": "string"}}}},
    )
    sample = built(tmp_path, document({"/x": {"post": read}}))
    argument = {"body": "body_query", "rt": "rt_query", "md": "md_query"}.get(
        name, names.argument(name)
    )
    request = sample.call("things.read", **{argument: ["x"]})
    assert request.query == [(name, "x")]
