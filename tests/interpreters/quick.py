"""The quick selection: what shows most of an interpreter or a version in two or three minutes."""

from __future__ import annotations

from typing import Final

_BEHAVIOUR: Final = [
    "agent_operations",
    "agent_search",
    "audit",
    "batch",
    "bulk_journal",
    "chat",
    "cloud_storage",
    "colors",
    "command",
    "describe",
    "documents",
    "files",
    "folders",
    "links",
    "pipeline",
    "settings",
    "tenant",
    "uploads",
    "uploads_batch",
    "verify",
    "video_analysis",
    "video_scenes",
    "video_uploads",
]
"""Each resource, the journal and the command."""

QUICK: Final = (
    "tests/unit",
    "tests/sandbox",
    *(f"tests/behaviour/test_{name}.py" for name in _BEHAVIOUR),
    # These take half a minute each.
    "--ignore=tests/sandbox/test_sandbox_contract.py",
    "--ignore=tests/sandbox/test_sandbox_life.py",
    "--ignore=tests/sandbox/test_sandbox_restarts.py",
    # The behaviour of a resource once: with the sync client.
    "-k=not async",
)
"""Arguments of pytest."""
