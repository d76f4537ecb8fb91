"""API keys of a sandbox that may do less than its own one."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from aion.testing import Sandbox


def make_key(sandbox: Sandbox, *scopes: str) -> str:
    """A new key with these scopes."""
    body: dict[str, Any] = {"name": "narrow", "scopes": list(scopes)}
    request = Request(
        f"{sandbox.base_url}/api-keys",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {sandbox.api_key}",
            "Content-Type": "application/json",
        },
    )
    with urlopen(request) as answer:
        return str(json.load(answer)["api_key"])
