"""Who may change the library: a key that only reads is refused by every route that writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from aion.sandbox import Options, SandboxServer
from aion.sandbox.auth.identity import OWNER_ID, digest

KEY = "aion_reader_" + "7" * 20
FILE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def reader() -> Iterator[httpx.Client]:
    """A client whose key has the scope to read, and no other."""
    server = SandboxServer(Options(host="127.0.0.1", port=0, strict=True))
    server.start()

    async def add_key() -> None:
        body = {"user_id": OWNER_ID, "name": "Reader", "key_prefix": KEY[:12], "scopes": ["read"]}
        server.state.records.put("api_key", FILE, body, parent=digest(KEY))

    server.run(add_key)
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=server.base_url, headers=headers, verify=False) as client:
        yield client
    server.stop()
    assert server.state.violations == []


@pytest.mark.parametrize("path", ["/folders", "/user-files"])
def test_a_reader_may_read(path: str, reader: httpx.Client) -> None:
    assert reader.get(path).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/folders", {"name": "x"}),
        ("PATCH", f"/folders/{FILE}", {"name": "x"}),
        ("POST", f"/folders/{FILE}/move", {}),
        ("DELETE", f"/folders/{FILE}", None),
        ("POST", "/folders/move-files", {"file_ids": [FILE]}),
        ("POST", "/user-files/links", {"url": "https://pages.aion.test/harbor"}),
        ("POST", f"/user-files/{FILE}/recrawl", None),
        ("PATCH", f"/user-files/{FILE}", {"title": "x"}),
        ("DELETE", f"/user-files/{FILE}", None),
        ("POST", "/user-files/batch-delete", {"file_ids": [FILE]}),
        ("POST", f"/user-files/{FILE}/trigger-variants", None),
    ],
)
def test_a_reader_may_not_write(method: str, path: str, body: Any, reader: httpx.Client) -> None:
    answer = reader.request(method, path, json=body)
    assert answer.status_code == 403
    assert "editor" in answer.text
