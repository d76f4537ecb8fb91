"""An invented project with a curated package, for the tests of the contract workflow."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.codegen.building import body, document, operation, parameter, project, ref

Json = dict[str, Any]
TEXT: Json = {"type": "string"}

CLIENT = '''"""The client."""

from functools import cached_property

from aion.resources.boxes import BoxesResource


class Client:
    """The client."""

    @cached_property
    def boxes(self) -> BoxesResource:
        """Boxes."""
        return BoxesResource(self)

    async def first(self) -> object:
        """The first box."""
        return await self.boxes.get("1")

    async def nothing(self) -> None:
        """Needs no operation."""
'''
BOXES = '''"""Boxes."""

from typing import Any

from aion._boxes import draft
from aion.resources._listing import Listing
from aion.types.boxes import Box, Crate
from aion_api.api import boxes
from aion_api.models import boxes as wire


class BoxesResource(Listing):
    """Boxes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def get(self, box_id: str) -> Box:
        """One box."""
        return await self._client.call(boxes.get_box(box_id))

    async def make(self, name: str) -> Crate:
        """Make a box."""
        return Crate.of(await self._client.call(boxes.make_box(body=draft(name))))

    async def drop(self, box_id: str) -> None:
        """Drop a box."""
        await self._client.call(boxes.drop_box(box_id))
'''
LISTING = '''"""What is listed."""

from typing import Any

from aion_api.api.boxes import list_boxes


class Listing:
    """Lists."""

    _client: Any

    async def list(self) -> Any:
        """All of them."""
        return await self._client.call(list_boxes())
'''
DRAFTS = '''"""Bodies of requests."""

from aion_api.models.boxes import BoxDraft


def draft(name: str) -> BoxDraft:
    """A draft."""
    return BoxDraft(name=name)
'''
TYPES = '''"""Result types."""

from typing import Any, Self

from aion_api.models.boxes import Box


class Crate:
    """A box that was made."""

    def __init__(self, box: Box) -> None:
        self.box = box

    @classmethod
    def of(cls, box: Box) -> Self:
        """The crate of a box."""
        return cls(box)


__all__ = ["Box", "Crate"]
'''
SOURCES = {
    "client.py": CLIENT,
    "_boxes.py": DRAFTS,
    "resources/__init__.py": '"""Resources."""\n',
    "resources/boxes.py": BOXES,
    "resources/_listing.py": LISTING,
    "types/__init__.py": '"""Types."""\n',
    "types/boxes.py": TYPES,
}


def contract() -> Json:
    """Boxes can be listed, read, made and dropped; no method reads gauges."""
    box = {
        "type": "object",
        "properties": {"id": TEXT, "label": TEXT, "lid": ref("Lid")},
        "required": ["id", "label"],
    }
    draft = {"type": "object", "properties": {"name": TEXT}, "required": ["name"]}
    lid = {"type": "object", "properties": {"color": TEXT}}
    boxes = {"tag": "boxes"}
    one = [parameter("box_id", "path")]
    return document(
        {
            "/boxes": {
                "get": operation(
                    {"type": "array", "items": ref("Box")},
                    name="list_boxes",
                    parameters=[parameter("limit", "query", {"type": "integer"})],
                    **boxes,
                ),
                "post": operation(
                    ref("Box"),
                    name="make_box",
                    requestBody=body("application/json", ref("BoxDraft")),
                    **boxes,
                ),
            },
            "/boxes/{box_id}": {
                "get": operation(ref("Box"), name="get_box", parameters=one, **boxes),
                "delete": operation(TEXT, name="drop_box", parameters=one, **boxes),
            },
            "/gauges": {"get": operation(TEXT, name="read_gauge", tag="gauges")},
        },
        {"Box": box, "BoxDraft": draft, "Lid": lid},
    )


def next_contract() -> Json:
    """One operation removed, one field renamed, one value limited, three endpoints added."""
    changed = contract()
    del changed["paths"]["/boxes/{box_id}"]["delete"]
    box = changed["components"]["schemas"]["Box"]
    box["properties"] = {"id": TEXT, "title": TEXT, "lid": ref("Lid")}
    box["required"] = ["id", "title"]
    draft = changed["components"]["schemas"]["BoxDraft"]
    draft["properties"]["name"] = {"type": "string", "maxLength": 20}
    for name in ("open", "close", "paint"):
        made = operation(TEXT, name=f"{name}_box", tag="boxes")
        made["parameters"] = [parameter("box_id", "path")]
        changed["paths"][f"/boxes/{{box_id}}/{name}"] = {"post": made}
    return changed


def home(folder: Path, patches: str = "") -> Path:
    """A project of this contract, with its curated package."""
    made = project(folder, contract(), patches)
    for name, source in SOURCES.items():
        path = made / "aion" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return made


def written(path: Path, content: Json) -> Path:
    """A document as a file."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def committed(folder: Path) -> Path:
    """A folder with its files committed to a new repository, without settings of this machine."""
    who = ("-c", "user.name=Someone", "-c", "user.email=someone@example.org")
    for command in (["init"], ["add", "."], [*who, "commit", "-m", "Take the contract"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return folder
