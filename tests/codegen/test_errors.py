"""What cannot be built ends the run with one line that names the place, and changes nothing."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import PROJECT, main
from tests.codegen.building import body, document, operation, parameter, project, ref

TEXT = {"type": "string"}
ITEM = {"type": "object", "properties": {"id": TEXT}}
NULLABLE = {"anyOf": [{"type": "object"}, {"type": "null"}]}
OTHER = {"type": "object", "properties": {"name": TEXT}}


def good() -> dict[str, Any]:
    read = operation(ref("Item"), parameters=[parameter("id", "path"), parameter("page", "query")])
    write = operation(name="write", requestBody=body("application/json", ref("Item")))
    return document({"/x/{id}": {"get": read}, "/y": {"post": write}}, {"Item": ITEM})


def read_of(spec: dict[str, Any]) -> dict[str, Any]:
    operation_: dict[str, Any] = spec["paths"]["/x/{id}"]["get"]
    return operation_


class Home:
    """A project that was built once, so that a failed run could damage something."""

    def __init__(self, folder: Path) -> None:
        self.folder = project(folder, good())
        assert main(["build"], project=self.folder) == 0
        self.before = self.snapshot()

    def snapshot(self) -> dict[str, bytes]:
        """Every file but those that a test writes, by path."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.startswith(("openapi.json", "patches.toml"))
        }

    def spec(self, content: str | bytes | dict[str, Any] | list[Any]) -> Path:
        """The contract of the project, replaced."""
        path = self.folder / "openapi.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(
                content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
            )
        return path

    def patches(self, text: str | bytes) -> None:
        """The patches of the project, replaced."""
        content = text if isinstance(text, bytes) else text.encode()
        (self.folder / "codegen" / "patches.toml").write_bytes(content)


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("errors") / "project")


@pytest.fixture
def home(shared_home: Home) -> Home:
    shared_home.spec(good())
    shared_home.patches("")
    if shared_home.snapshot() != shared_home.before:
        # The test before failed; this one does not have to.
        main(["build"], project=shared_home.folder)
    return shared_home


def refusal_of(home: Home, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a refused build prints; nothing else may have happened."""
    capsys.readouterr()
    status = main(["build", *arguments], project=home.folder)
    printed = capsys.readouterr()
    assert (status, printed.out) == (1, "")
    assert home.snapshot() == home.before
    return printed.err


def line_of(home: Home, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a refused build prints, without the patch that may follow it."""
    (line,) = refusal_of(home, capsys, *arguments).partition("\nTo go on")[0].splitlines()
    return line


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "not valid JSON"),
        ('{"openapi": "3.1.0", "paths": {}', "line 1 column"),
        ("", "not valid JSON"),
        (b"\xff\xfe{}", "not UTF-8 at byte 0"),
        ("[]", "not an OpenAPI document but a JSON list"),
        ('"text"', "not an OpenAPI document but a JSON str"),
        ("null", "not an OpenAPI document"),
        ("{}", "not an OpenAPI 3.x document"),
        ('{"swagger": "2.0", "paths": {}}', "not an OpenAPI 3.x document"),
        ('{"openapi": "2.0", "paths": {}}', "(openapi = '2.0')"),
        ('{"openapi": 3.1, "paths": {}}', "(openapi = 3.1)"),
        ('{"openapi": "3.1.0"}', "has no paths"),
        ('{"openapi": "3.1.0", "paths": {}}', "has no paths"),
        ('{"openapi": "3.1.0", "paths": []}', "has no paths"),
        ('{"openapi": "3.1.0", "paths": {"/x": []}}', "path /x is not an object"),
        ('{"openapi": "3.1.0", "paths": {"/x": {"get": 1}}}', "GET /x is not an object"),
        ('{"openapi": "3.1.0", "paths": {"/x": {}, "/x": {}}}', "the key '/x' twice"),
        ('{"openapi": NaN}', "NaN is not a JSON number"),
        ('{"openapi": "\\ud800"}', "surrogate"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_not_a_contract_is_refused_by_name(
    home: Home, capsys: pytest.CaptureFixture[str], content: str | bytes, named: str
) -> None:
    path = home.spec(content)
    line = line_of(home, capsys)
    assert named in line
    assert str(path) in line


def test_a_missing_file_is_refused_by_name(
    home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    line = line_of(home, capsys, "--spec", str(tmp_path / "none.json"))
    assert line == f"codegen: {tmp_path / 'none.json'}: cannot be read: No such file or directory"


def test_a_folder_is_refused_by_name(
    home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    line = line_of(home, capsys, "--spec", str(tmp_path))
    assert line == f"codegen: {tmp_path}: cannot be read: Is a directory"


Change = Callable[[dict[str, Any]], object]


def schema(**schemas: Any) -> Change:
    return lambda spec: spec["components"]["schemas"].update(schemas)


def answer(value: Any) -> Change:
    content = {"application/json": {"schema": value}}
    return lambda spec: read_of(spec)["responses"]["200"].update(content=content)


def parameters(*more: dict[str, Any]) -> Change:
    return lambda spec: read_of(spec)["parameters"].extend(more)


def request_body(media_type: str, value: Any) -> Change:
    return lambda spec: spec["paths"]["/y"]["post"].update(requestBody=body(media_type, value))


def two_answers(spec: dict[str, Any]) -> None:
    content = {"text/plain": {"schema": TEXT}}
    read_of(spec)["responses"]["201"] = {"description": "", "content": content}


def redirect(spec: dict[str, Any]) -> None:
    answer({})(spec)
    read_of(spec)["responses"]["302"] = {"description": ""}


def shared_file(spec: dict[str, Any]) -> None:
    file = {"type": "string", "format": "binary"}
    schema(Item={"type": "object", "properties": {"a": file}})(spec)
    spec["paths"]["/z"] = {
        "post": operation(name="send", requestBody=body("multipart/form-data", ref("Item")))
    }


CHANGES: dict[str, tuple[Change, str]] = {
    "$ref into nothing": (answer(ref("None")), "$ref points at nothing: #/components/schemas/None"),
    "$ref into a list": (answer({"$ref": "#/tags/0"}), "$ref points at nothing: #/tags/0"),
    "$ref in a circle": (schema(A=ref("B"), B=ref("A")), "$ref points at nothing"),
    "remote $ref": (answer({"$ref": "other.json#/X"}), "another document is not supported: other"),
    "URL $ref": (answer({"$ref": "https://x.test/y"}), "not supported: https://x.test/y"),
    "unknown method": (
        lambda spec: spec["paths"].update({"/z": {"query": {}}}),
        "path /z: query is not supported",
    ),
    "duplicate operationId": (
        lambda spec: spec["paths"]["/y"]["post"].update(operationId="read"),
        "operationId read is used twice",
    ),
    "operationId of two lines": (
        lambda spec: (read_of(spec).update(operationId="a\nb"), answer(ref("None"))(spec)),
        "$ref points at nothing",
    ),
    "equal short names": (
        lambda spec: spec["paths"]["/y"]["post"].update(operationId="Read"),
        "operations read and Read both become things.read",
    ),
    "tags of another type": (
        lambda spec: read_of(spec).update(tags=[1]),
        "operation read: tags",
    ),
    "form without fields": (
        request_body("application/x-www-form-urlencoded", TEXT),
        "operation write: a form body without named fields",
    ),
    "no info": (lambda spec: spec.pop("info"), "not valid OpenAPI"),
    "components of another type": (lambda spec: spec.update(components=[]), "components"),
    "schemas of another type": (lambda spec: spec["components"].update(schemas=[]), "schemas"),
    "a path item of another document": (
        lambda spec: spec["paths"].update({"/z": {"$ref": "other.json#/x"}}),
        "path /z: a path item of another document is not supported: other.json#/x",
    ),
    "path item $ref into nothing": (
        lambda spec: spec["paths"].update({"/z": {"$ref": "#/paths/~1none"}}),
        "path /z: $ref points at nothing: #/paths/~1none",
    ),
    "two kinds of answer": (
        two_answers,
        "operation read: its successful responses (200, 201) have different shapes",
    ),
    "an undescribed answer and a redirect": (
        redirect,
        "operation read: its successful responses (200, 302) have different shapes",
    ),
    "unsupported body": (
        request_body("multipart/mixed", ITEM),
        "operation write: request bodies of multipart/mixed are not supported",
    ),
    "a file in a multipart body and in JSON": (
        shared_file,
        "operation read: binary content is supported in multipart bodies",
    ),
    "a parameter of an unknown place": (
        parameters({"name": "f", "in": "formData", "type": "file"}),
        "operation read, parameter f: the place 'formData' is not one of path, query",
    ),
    "a style of another place": (
        parameters(parameter("f", "header", TEXT, style="deepObject")),
        "operation read, parameter f: the style deepObject is not one of a header parameter",
    ),
    "a parameter twice": (
        parameters(parameter("page", "query")),
        "operation read, parameter page: it is a query parameter twice",
    ),
    "a part of the path that is not in it": (
        parameters(parameter("other", "path")),
        "operation read, parameter other: it is declared as a part of the path, which",
    ),
    "a parameter of a path": (
        lambda spec: spec["paths"]["/y"].update(parameters=[parameter("other", "path")]),
        "operation write, parameter other: it is declared as a part of the path, which",
    ),
    "a schema that is no object": (
        answer({"type": "array", "items": {"properties": {"a": "text"}}}),
        'operation read, response 200, items, property a: a schema is not an object but "text"',
    ),
    "webhooks alone": (
        lambda spec: (spec.update(webhooks={"x": {}}), spec["paths"].clear()),
        "its webhooks are requests that the service sends",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_construct_without_equivalent_is_refused_by_name(
    home: Home, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    change, named = CHANGES[case]
    spec = copy.deepcopy(good())
    change(spec)
    home.spec(spec)
    assert named in line_of(home, capsys)


PATCHED = (
    "two kinds of answer",
    "an undescribed answer and a redirect",
    "unsupported body",
    "a part of the path that is not in it",
    "a parameter of an unknown place",
    "a parameter of a path",
    "a style of another place",
    "a parameter twice",
    "form without fields",
    "equal short names",
)


@pytest.mark.parametrize("case", PATCHED)
def test_the_patch_that_a_refusal_proposes_can_be_pasted(
    home: Home, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    spec = copy.deepcopy(good())
    CHANGES[case][0](spec)
    home.spec(spec)
    proposed = refusal_of(home, capsys).partition("and edit:\n\n")[2]
    home.patches(proposed)
    assert main(["build"], project=home.folder) == 0


AT = 'at = "/summary"\n'
ENTRY = f'[[patch]]\noperation = "read"\n{AT}expect = "absent"\nvalue = "x"\nreason = "r"\n'


@pytest.mark.parametrize(
    ("patches", "named"),
    [
        ("[[patch", "not valid TOML"),
        (b"\xff", "not UTF-8"),
        ("[pacth]", "unknown table pacth"),
        ("patch = 1", "patch is not a list of tables: write each as [[patch]]"),
        ("patch = [1]", "patch 1 is not a table"),
        (ENTRY.replace('reason = "r"\n', ""), "patch 1 lacks reason"),
        (ENTRY + ENTRY.replace(AT, ""), "patch 2 lacks at"),
        (ENTRY.replace("value", "vlaue"), "patch 1 has an unknown key vlaue"),
        (ENTRY.replace('"/summary"', "3"), "`at` that is not a JSON pointer"),
        (ENTRY.replace('"read"', "[]"), "not text"),
        (ENTRY.replace('value = "x"\n', ""), "expects nothing and has no `value`"),
        ("rename_schemas = 1", "rename_schemas is not a table"),
        ("[rename_schemas]\nItem = 1", "rename_schemas is not a table"),
        ("repeatable = 1", "repeatable.operations"),
        ("[repeatable]\noperations = 1", "repeatable.operations"),
    ],
)
def test_malformed_patches_are_refused_by_number_or_key(
    home: Home, capsys: pytest.CaptureFixture[str], patches: str | bytes, named: str
) -> None:
    home.patches(patches)
    line = line_of(home, capsys)
    assert named in line
    assert "patches.toml" in line


@pytest.mark.parametrize(
    ("patches", "named"),
    [
        (ENTRY.replace("/summary", "/tags/0"), "patch read/tags/0: its place holds something else"),
        (ENTRY.replace("/summary", "/operationId"), 'found     "read"'),
        (ENTRY.replace("/summary", "/operationId"), 'write `expect = "read"`'),
        ('[rename_schemas]\nItem = "Item"', "Two schemas would be Item"),
    ],
)
def test_a_patch_that_contradicts_the_contract_is_refused_by_name(
    home: Home, capsys: pytest.CaptureFixture[str], patches: str, named: str
) -> None:
    home.patches(patches)
    status = main(["check"], project=home.folder)
    assert (status, named in capsys.readouterr().err) == (1, True)


@pytest.mark.parametrize(
    ("patches", "named"),
    [
        (ENTRY.replace('"read"', '"gone"'), "patch gone/summary: the contract does not have it"),
        (
            ENTRY.replace('operation = "read"', 'schema = "Gone"'),
            "patch Gone/summary: the contract",
        ),
        (ENTRY.replace("/summary", "/a/b"), "patch read/a/b: there is no 'a' at its place"),
        (
            ENTRY.replace("summary", "a").replace('"absent"', '"old"'),
            "there is no 'a' at its place",
        ),
        ('[rename_schemas]\nGone = "New"', "rename Gone: no such schema"),
        ('[repeatable]\noperations = ["gone"]', "repeatable gone: the contract does not have it"),
    ],
)
def test_a_stale_patch_fails_the_check_by_name(
    home: Home, capsys: pytest.CaptureFixture[str], patches: str, named: str
) -> None:
    home.patches(patches)
    status = main(["check"], project=home.folder)
    assert (status, named in capsys.readouterr().err) == (1, True)


def test_missing_patches_are_refused_by_name(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    (home.folder / "codegen" / "patches.toml").unlink()
    assert "patches.toml: cannot be read" in line_of(home, capsys)


def test_log_lines_in_front_of_the_document_are_passed_over(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    home.spec("INFO starting {}\nWARNING x\n" + json.dumps(good(), indent=1))
    assert main(["check"], project=home.folder) == 0


def test_a_folder_that_cannot_be_written_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = project(tmp_path / "project", good())
    (folder / "generated").write_text("a file", encoding="utf-8")
    assert main(["build"], project=folder) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_an_async_source_that_cannot_be_turned_leaves_everything(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = Home(tmp_path / "project")
    (home.folder / "aion" / "client.py").write_text("def (", encoding="utf-8")
    assert main(["build"], project=home.folder) == 1
    assert "aion/client.py:1" in capsys.readouterr().err
    (home.folder / "aion" / "client.py").write_bytes(home.before["aion/client.py"])
    assert home.snapshot() == home.before


def test_the_command_line_itself_ends_with_status_one_and_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codegen", "build", "--spec", str(tmp_path / "none.json")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
