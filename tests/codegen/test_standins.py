"""A contract that lacks what the package uses: stand-ins keep every import working."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen import reaching
from codegen.__main__ import endpoints, main
from codegen.taking import take
from tests.codegen.building import document, operation, parameter, project, put, ref
from tests.codegen.fresh import findings_of_mypy, printed

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
RESOURCE = '''"""Boxes."""

from typing import Any

from aion.types.boxes import STATES, Label, Report
from aion_api import Request
from aion_api.api import boxes, lids
from aion_api.models import boxes as wire
from aion_api.models.lids import LidState


class BoxesResource:
    """Boxes."""

    def get(self, box_id: str) -> Request[Any]:
        """Get a box.

        Endpoint: ``GET /boxes/{box_id}``
        """
        return boxes.get_box(box_id)

    def drop(self, box_id: str) -> Request[Any]:
        """Drop a box.

        Endpoint: ``DELETE /boxes/{box_id}``
        """
        return boxes.drop_box(box_id)

    def seal(self, state: wire.BoxState = wire.BoxState.SEALED) -> wire.BoxState:
        """Seal a box."""
        return state

    def make(self, name: str) -> Request[Any]:
        """Make a box of a draft that the contract has renamed.

        Endpoint: ``POST /boxes``
        """
        return boxes.make_box(body=wire.BoxDraft("first", name=name))

    def open(self, state: LidState = LidState.OPEN) -> Request[Report]:
        """Open all lids, or close them.

        Endpoint: ``POST /lids/open``, then ``GET /boxes/{box_id}``
        """
        return lids.open_lids(state).decoding(Report.from_api_response)

    def show(self) -> tuple[tuple[str, ...], type[Label]]:
        """What the package reads while it is imported."""
        return STATES, Label
'''
TYPES = '''"""Result types."""

from attrs import frozen

from aion_api.models.lids import LidReport, LidState
from aion_api.models.shared import Stamp

STATES = tuple(one.value for one in LidState)


class Report(LidReport):
    """What became of the lids."""


@frozen(slots=False)
class Label(Stamp):
    """A stamp with a width."""

    width: int = 0
'''
SCRIPT = """
import json
from aion.resources.boxes import BoxesResource
from aion.types.boxes import Report
from aion_api.api import boxes, lids
from aion_api.models import LidReport
from aion_api.models import boxes as wire

one = BoxesResource()
drop, opened = one.drop("7"), one.open()
draft = wire.BoxDraft("first", name="Crate")
sent = one.make("Crate").body.value
print(json.dumps({
    "works": one.get("7").path,
    "kinds": [drop.operation.kind, opened.operation.kind],
    "endpoints": [[r.operation.method, r.operation.template] for r in (drop, opened)],
    "facts": [opened.operation.name, opened.operation.contract, opened.operation.needed_by],
    "operations": [o.name for o in (*boxes.OPERATIONS, *lids.OPERATIONS)],
    "argument": draft.name,
    "sent": [type(value).__name__ for value in sent.values()],
    "base": issubclass(Report, LidReport),
    "kept": Report.from_api_response({"count": 2}).to_dict(),
    "lost": [one.seal().is_known, [state.name for state in wire.BoxState]],
    "read": [one.show()[0], one.show()[1].__mro__[1].__module__],
}))
"""


def contract() -> Json:
    """Boxes and lids, and a stamp that both have."""
    stamp = {"type": "object", "properties": {"text": TEXT}}
    state: Json = {"type": "string", "enum": ["open", "sealed"]}
    box = {
        "type": "object",
        "properties": {"id": TEXT, "state": ref("BoxState"), "stamp": ref("Stamp")},
    }
    draft = {"type": "object", "properties": {"name": TEXT}, "required": ["name"]}
    report = {"type": "object", "properties": {"count": {"type": "integer"}, "stamp": ref("Stamp")}}
    one = [parameter("box_id", "path")]
    body = {"required": True, "content": {"application/json": {"schema": ref("BoxDraft")}}}
    here = {"tag": "boxes"}
    chosen = [parameter("state", "query", ref("LidState"))]
    return document(
        {
            "/api/v2/boxes": {
                "post": operation(ref("Box"), name="make_box", requestBody=body, **here)
            },
            "/api/v2/boxes/{box_id}": {
                "get": operation(ref("Box"), name="get_box", parameters=one, **here),
                "delete": operation(TEXT, name="drop_box", parameters=one, **here),
            },
            "/api/v2/lids/open": {
                "post": operation(ref("LidReport"), name="open_lids", tag="lids", parameters=chosen)
            },
        },
        {
            "Stamp": stamp,
            "Box": box,
            "BoxState": state,
            "BoxDraft": draft,
            "LidReport": report,
            "LidState": {"type": "string", "enum": ["open", "shut"]},
        },
    )


def partial() -> Json:
    """The same without an operation, a tag with its classes, a member; a class renamed."""
    lacking = contract()
    del lacking["paths"]["/api/v2/boxes/{box_id}"]["delete"]
    del lacking["paths"]["/api/v2/lids/open"]
    schemas = lacking["components"]["schemas"]
    del schemas["LidReport"], schemas["LidState"]
    schemas["BoxState"]["enum"].remove("sealed")
    schemas["NewBox"] = schemas.pop("BoxDraft")
    body = lacking["paths"]["/api/v2/boxes"]["post"]["requestBody"]
    body["content"]["application/json"]["schema"] = ref("NewBox")
    return lacking


def home(folder: Path, spec: Json) -> Path:
    """A project whose package was written for `contract`."""
    made = project(folder, spec)
    put(made / "aion/__init__.py", "")
    put(made / "aion/resources/__init__.py", "")
    put(made / "aion/resources/boxes.py", RESOURCE)
    put(made / "aion/types/__init__.py", "")
    put(made / "aion/types/boxes.py", TYPES)
    return made


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, built from the partial contract."""
    made = home(tmp_path_factory.mktemp("lacking") / "project", partial())
    assert main(["build"], project=made) == 0
    return made


@pytest.fixture(scope="module")
def facts(lacking: Path) -> Json:
    """What a fresh process finds in the package."""
    return printed(SCRIPT, lacking)


def test_a_method_that_lacks_nothing_works(facts: Json) -> None:
    assert facts["works"] == "/api/v2/boxes/7"


def test_an_operation_that_is_gone_is_marked_after_decoding_too(facts: Json) -> None:
    assert facts["kinds"] == ["missing", "missing"]


def test_a_stand_in_has_the_endpoint_that_its_method_documents(facts: Json) -> None:
    assert facts["endpoints"] == [["DELETE", "/boxes/{box_id}"], ["POST", "/lids/open"]]


def test_a_stand_in_names_the_operation_the_contract_and_the_methods(facts: Json) -> None:
    assert facts["facts"] == ["lids.open_lids", "1", ["BoxesResource.open"]]


def test_stand_ins_are_not_listed_as_operations(facts: Json) -> None:
    assert facts["operations"] == ["boxes.make_box", "boxes.get_box"]


def test_a_class_that_is_gone_takes_any_arguments(facts: Json) -> None:
    assert facts["argument"] == "Crate"


def test_an_object_of_a_class_that_is_gone_cannot_be_encoded(facts: Json) -> None:
    assert facts["sent"] == ["BoxDraft, which the contract lacks,"]


def test_a_class_that_is_gone_can_be_a_base(facts: Json) -> None:
    assert facts["base"]


def test_a_class_that_is_gone_keeps_what_it_decodes(facts: Json) -> None:
    assert facts["kept"] == {"count": 2}


def test_a_member_that_is_gone_is_an_unknown_value_and_not_listed(facts: Json) -> None:
    assert facts["lost"] == [False, ["OPEN"]]


def test_an_enum_that_is_gone_has_no_values_and_a_moved_class_is_the_real_one(
    facts: Json,
) -> None:
    assert facts["read"] == [[], "aion_api.models.boxes"]


def test_reach_names_each_method_with_what_it_lacks(lacking: Path) -> None:
    lines = reaching.lost(lacking)
    assert lines == [
        "BoxesResource.drop: boxes.drop_box: the operation is gone",
        "BoxesResource.make: model BoxDraft is gone",
        "BoxesResource.open: lids.open_lids: the operation is gone",
        "BoxesResource.open: model LidState is gone",
        "BoxesResource.seal: enum value BoxState.SEALED is gone",
        "BoxesResource.show: model LidState is gone",
        "aion.types.boxes: model LidReport is gone",
        "aion.types.boxes: model Stamp is now in aion_api.models.boxes",
    ]


def test_the_generated_package_passes_mypy_strict(lacking: Path, tmp_path: Path) -> None:
    assert findings_of_mypy(lacking, tmp_path) == ""


def test_stand_ins_are_the_same_on_each_run(lacking: Path) -> None:
    assert main(["check"], project=lacking) == 0


def test_a_contract_that_lacks_nothing_gets_no_stand_in(tmp_path: Path) -> None:
    made = home(tmp_path / "project", contract())
    files = endpoints(take(made / "openapi.json", made).corrected, made)
    texts = [text for name, text in files.items() if not name.rpartition("/")[2].startswith("_")]
    assert not any("_missing." in text for text in texts)


def test_an_endpoint_that_two_operations_may_have_is_not_guessed(tmp_path: Path) -> None:
    made = home(tmp_path / "project", partial())
    path = made / "aion/resources/boxes.py"
    text = path.read_text(encoding="utf-8")
    text = text.replace("boxes.drop_box(box_id)", "boxes.drop_box(lids.open_lids())")
    path.write_text(text.replace("``POST /lids/open``, then ", ""), encoding="utf-8")
    code = endpoints(take(made / "openapi.json", made).corrected, made)[
        "generated/aion_api/api/boxes.py"
    ]
    assert "method=" not in code.partition("def drop_box")[2]
