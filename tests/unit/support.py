"""Made-up keys, operations and responses for tests without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aion._http.wire import Reply
from aion_api import Operation

KEY = "aion_test_" + "0123456789abcdefABCDEF"
"""Well formed, and no real key."""


def open_descriptors() -> int:
    """How many files and sockets this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def operation(
    *,
    method: str = "GET",
    name: str = "user_files.get_user_file",
    template: str = "/api/v2/user-files/{image_id}",
    kind: Any = "json",
    repeatable: bool = True,
    decode: Any = dict,
) -> Operation[Any]:
    """An operation with just the traits that a test is about."""
    return Operation(
        "test_operation", name, method, template, kind=kind, decode=decode, repeatable=repeatable
    )


def reply(status: int, body: Any = b"", **headers: str) -> Reply:
    """Return a response; a body other than bytes is JSON, `retry_after=` sets ``Retry-After``."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    pairs = [
        (name.replace("_", "-").title().encode("ascii"), value.encode("latin-1"))
        for name, value in headers.items()
    ]
    return Reply(status, pairs, data)
