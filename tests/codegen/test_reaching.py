"""Code that needs what the contract no longer has: method, operation and field are named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen import reaching
from codegen.__main__ import endpoints, main
from codegen.errors import CodegenError
from codegen.taking import take
from tests.codegen.building import body, document, operation, parameter, project, ref
from tests.codegen.workflow import written

Json = dict[str, Any]
TEXT: Json = {"type": "string"}

RESOURCE = '''"""Shelves."""

from collections.abc import Sequence
from typing import Any

from aion._labels import labels
from aion.types.shelves import Plan
from aion_api.api import shelves
from aion_api.models import shelves as wire
from aion_api.models.shelves import Shelf, ShelfDraft


class ShelvesResource:
    """Shelves."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    async def labels(self) -> list[str]:
        """The labels of all shelves."""
        found = await self._engine.call(shelves.list_shelves(limit=5))
        return labels(found.shelves)

    async def room(self, shelf_id: str) -> int:
        """How much room is left."""
        shelf: Shelf = await self._engine.call(shelves.get_shelf(shelf_id))
        return 0 if shelf.state is wire.ShelfState.FULL else shelf.room

    async def make(self, name: str) -> str:
        """Make one."""
        made = await self._engine.call(shelves.make_shelf(body=ShelfDraft(name=name)))
        return [one.label for one in (await self.all()) if one.label == made.label][0]

    async def all(self) -> Sequence[Shelf]:
        """All of them."""
        page = await self._engine.call(shelves.list_shelves())
        return page.shelves

    async def plan(self) -> Plan:
        """How they stand."""
        return await self._engine.call(shelves.get_plan().decoding(Plan.from_api_response))
'''
LABELS = '''"""Labels."""

from collections.abc import Iterable

from aion_api.models.shelves import Shelf


def labels(shelves: Iterable[Shelf]) -> list[str]:
    """The labels of shelves."""
    return [shelf.label for shelf in shelves]
'''
TYPES = '''"""Result types."""

from collections.abc import Mapping
from typing import Any, Self

from aion.types._reader import Reader


class Plan:
    """How shelves stand."""

    def __init__(self, rows: int, columns: int, note: str) -> None:
        self.rows = rows
        self.columns = columns
        self.note = note

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read an answer."""
        read = Reader(data)
        return cls(read.need("rows"), columns(read), read.get("note"))


def columns(read: Reader) -> int:
    """The columns, which several plans have."""
    return read.get("columns", "width")
'''
READER = '''"""Reads."""

from collections.abc import Mapping
from typing import Any


class Reader:
    """Reads."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def need(self, name: str) -> Any:
        """What has to be there."""
        return self._data[name]

    def get(self, *names: str) -> Any:
        """What may be there."""
        return next((self._data[name] for name in names if name in self._data), None)
'''
SOURCES = {
    "__init__.py": "",
    "resources/__init__.py": "",
    "resources/shelves.py": RESOURCE,
    "_labels.py": LABELS,
    "types/__init__.py": "",
    "types/shelves.py": TYPES,
    "types/_reader.py": READER,
}


def contract() -> Json:
    """Shelves can be listed, read and made; a plan has their arrangement."""
    state = {"type": "string", "enum": ["full", "free"]}
    shelf: Json = {
        "type": "object",
        "properties": {"label": TEXT, "room": {"type": "integer"}, "state": ref("ShelfState")},
        "required": ["label", "room", "state"],
    }
    page = {
        "type": "object",
        "properties": {"shelves": {"type": "array", "items": ref("Shelf")}},
        "required": ["shelves"],
    }
    draft = {"type": "object", "properties": {"name": TEXT}, "required": ["name"]}
    number = {"type": "integer"}
    plan = {"type": "object", "properties": {"rows": number, "columns": number}}
    here = {"tag": "shelves"}
    return document(
        {
            "/shelves": {
                "get": operation(
                    ref("ShelfPage"),
                    name="list_shelves",
                    parameters=[parameter("limit", "query", {"type": "integer"})],
                    **here,
                ),
                "post": operation(
                    ref("Shelf"),
                    name="make_shelf",
                    requestBody=body("application/json", ref("ShelfDraft")),
                    **here,
                ),
            },
            "/shelves/{shelf_id}": {
                "get": operation(
                    ref("Shelf"),
                    name="get_shelf",
                    parameters=[parameter("shelf_id", "path")],
                    **here,
                )
            },
            "/plan": {"get": operation(ref("ShelfPlan"), name="get_plan", **here)},
        },
        {
            "Shelf": shelf,
            "ShelfState": state,
            "ShelfPage": page,
            "ShelfDraft": draft,
            "ShelfPlan": plan,
        },
    )


def home(folder: Path, spec: Json) -> Path:
    """A project whose package was written for `contract`, with the code of `spec`."""
    made = project(folder, spec)
    for name, source in SOURCES.items():
        path = made / "aion" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    (made / "codegen/undescribed.toml").write_text(
        '"aion.types.shelves.Plan" = ["note"]\n', "utf-8"
    )
    for name, text in endpoints(take(made / "openapi.json", made).corrected, made).items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return made


def without_operation(spec: Json) -> None:
    del spec["paths"]["/shelves/{shelf_id}"]


def renamed_operation(spec: Json) -> None:
    spec["paths"]["/shelves"]["post"]["operationId"] = "create_shelf"


def renamed_parameter(spec: Json) -> None:
    spec["paths"]["/shelves"]["get"]["parameters"][0]["name"] = "page_size"


def needed_parameter(spec: Json) -> None:
    spec["paths"]["/shelves/{shelf_id}"]["get"]["parameters"].append(
        parameter("room", "query", TEXT) | {"required": True}
    )


def renamed_field(spec: Json) -> None:
    shelf = spec["components"]["schemas"]["Shelf"]
    shelf["properties"]["title"] = shelf["properties"].pop("label")
    shelf["required"] = ["title", "room", "state"]


def renamed_field_of_a_body(spec: Json) -> None:
    draft = spec["components"]["schemas"]["ShelfDraft"]
    draft["properties"] = {"title": TEXT}
    draft["required"] = ["title"]


def enum_value_gone(spec: Json) -> None:
    spec["components"]["schemas"]["ShelfState"]["enum"] = ["taken", "free"]


def renamed_model(spec: Json) -> None:
    schemas = spec["components"]["schemas"]
    schemas["NewShelf"] = schemas.pop("ShelfDraft")
    content = spec["paths"]["/shelves"]["post"]["requestBody"]["content"]
    content["application/json"]["schema"] = ref("NewShelf")


def field_read_by_name_gone(spec: Json) -> None:
    plan = spec["components"]["schemas"]["ShelfPlan"]["properties"]
    plan["lines"] = plan.pop("rows")


def field_read_by_a_shared_function_gone(spec: Json) -> None:
    plan = spec["components"]["schemas"]["ShelfPlan"]["properties"]
    plan["pillars"] = plan.pop("columns")


LIST = "GET /shelves (shelves.list_shelves)"
GET = "GET /shelves/{shelf_id} (shelves.get_shelf)"
MAKE = "POST /shelves (shelves.make_shelf)"
LABEL = "field Shelf.label is gone"
MUTATED: list[tuple[Callable[[Json], None], list[str]]] = [
    (without_operation, ["ShelvesResource.room: shelves.get_shelf: the operation is gone"]),
    (renamed_operation, ["ShelvesResource.make: shelves.make_shelf: the operation is gone"]),
    (renamed_parameter, [f"ShelvesResource.labels: {LIST}: parameter limit is gone"]),
    (
        needed_parameter,
        [f"ShelvesResource.room: {GET}: parameter room is required and not passed"],
    ),
    (
        renamed_field,
        [
            f"ShelvesResource.labels: {LIST}: {LABEL}",
            f"ShelvesResource.make: {LIST}: {LABEL}",
            f"ShelvesResource.make: {MAKE}: {LABEL}",
        ],
    ),
    (
        renamed_field_of_a_body,
        [f"ShelvesResource.make: {MAKE}: field ShelfDraft.name is gone"],
    ),
    (
        enum_value_gone,
        [f"ShelvesResource.room: {GET}: enum value ShelfState.FULL is gone"],
    ),
    (renamed_model, ["ShelvesResource.make: model ShelfDraft is gone"]),
]
BY_NAME = (
    "ShelvesResource.plan: GET /plan (shelves.get_plan):"
    " field ShelfPlan.rows, which Plan reads, is gone"
)


def test_a_package_that_fits_its_contract_needs_nothing(tmp_path: Path) -> None:
    assert reaching.lost(home(tmp_path / "project", contract())) == []


@pytest.mark.parametrize(
    ("mutate", "lines"),
    [
        *MUTATED,
        (field_read_by_name_gone, [BY_NAME]),
        (field_read_by_a_shared_function_gone, [BY_NAME.replace("rows", "columns")]),
    ],
)
def test_method_operation_and_field_are_named(
    mutate: Callable[[Json], None], lines: list[str], tmp_path: Path
) -> None:
    spec = contract()
    mutate(spec)
    assert reaching.lost(home(tmp_path / "project", spec)) == lines


def test_a_field_that_a_copy_sets_is_named(tmp_path: Path) -> None:
    spec = contract()
    renamed_field_of_a_body(spec)
    made = home(tmp_path / "project", spec)
    path = made / "aion/resources/shelves.py"
    text = path.read_text(encoding="utf-8").replace("body=ShelfDraft(name=name)", "body=draft")
    call = "made = await"
    copy = f"draft = ShelfDraft()\n        draft = evolve(draft, name=name)\n        {call}"
    text = text.replace(call, copy).replace("from typing", "from attrs import evolve\nfrom typing")
    path.write_text(text, encoding="utf-8")
    assert reaching.lost(made) == [f"ShelvesResource.make: {MAKE}: field ShelfDraft.name is gone"]


ENGINE = """from typing import TypeVar

from aion_api import Request

T = TypeVar("T")


class Engine:
    async def call(self, request: Request[T]) -> T:
        raise NotImplementedError
"""


def type_checked(made: Path, cache: Path) -> int:
    """mypy's status for a project, whose engine is typed as the real one is."""
    (made / "aion" / "_engine.py").write_text(ENGINE, encoding="utf-8")
    path = made / "aion/resources/shelves.py"
    text = path.read_text(encoding="utf-8").replace("engine: Any", "engine: Engine")
    text = text.replace("from typing import Any\n", "from aion._engine import Engine\n")
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file=", f"--cache-dir={cache}"]
    done = subprocess.run(
        [*command, "--follow-imports=silent", "aion/resources/shelves.py", "aion/_labels.py"],
        cwd=made,
        env={"MYPYPATH": "generated"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode


def test_type_checking_fails_too_where_code_names_a_part_that_is_gone(tmp_path: Path) -> None:
    found: dict[str, int] = {}
    fitting = home(tmp_path / "fitting", contract())
    found["fitting"] = type_checked(fitting, tmp_path / "cache")
    for mutate in (renamed_parameter, renamed_field, enum_value_gone):
        spec = contract()
        mutate(spec)
        made = home(tmp_path / mutate.__name__, spec)
        found[mutate.__name__] = type_checked(made, tmp_path / "cache")
    assert found == {
        "fitting": 0,
        "renamed_parameter": 1,
        "renamed_field": 1,
        "enum_value_gone": 1,
    }


def test_the_command_prints_the_lines_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = contract()
    field_read_by_name_gone(spec)
    made = home(tmp_path / "project", spec)
    assert main(["reach"], project=made) == 1
    assert capsys.readouterr().err.splitlines() == [BY_NAME]


def test_a_name_that_is_described_by_now_is_not_listed(tmp_path: Path) -> None:
    spec = contract()
    spec["components"]["schemas"]["ShelfPlan"]["properties"]["note"] = TEXT
    assert reaching.lost(home(tmp_path / "project", spec)) == [
        "undescribed.toml: aion.types.shelves.Plan.note is now described, or no longer read:"
        " remove it"
    ]


@pytest.mark.parametrize("text", ["a =", 'a = "b"', "a = [1]"])
def test_a_list_of_names_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    made = home(tmp_path / "project", contract())
    written(made / "openapi.json", contract())
    (made / "codegen/undescribed.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CodegenError, match=r"undescribed\.toml"):
        reaching.lost(made)
