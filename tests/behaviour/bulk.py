"""What the tests of bulk uploads share: folders of images, and what a sandbox holds of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

STREAM = "stream_batch_upload"
CHUNK = 8
"""Files that the sandbox `small` takes in one request."""


def folder(path: Path, count: int) -> Path:
    """Make a directory with `count` different images, called 000.png and so on."""
    path.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (path / f"{number:03}.png").write_bytes(draw("PNG", (10 + number % 90, 10 + number // 90)))
    return path


def names(count: int) -> list[str]:
    return [f"{number:03}.png" for number in range(count)]


def requests_of(sandbox: Sandbox, operation: str) -> int:
    return sum((one.operation or "").startswith(operation) for one in sandbox.requests)


def held(calls: Calls, sandbox: Sandbox) -> Counter[str | None]:
    """How many stored files have a name."""
    client = calls.client(sandbox)
    found: Counter[str | None] = Counter()
    more = True
    while more:
        page = calls(client.files.list(limit=100, offset=found.total()))
        found.update(one.filename for one in page.files)
        more = page.has_more
    return found
