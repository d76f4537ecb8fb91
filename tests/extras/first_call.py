"""What every script of this folder does first: one call with each client, to a real server."""

from __future__ import annotations

import asyncio
import struct
import zlib
from importlib.util import find_spec

from aion import AionVision, SyncAionVision


def first_call() -> None:
    """Ask for the quota with both clients, as the environment says where and with which key."""

    async def call() -> int:
        async with AionVision.from_env() as client:
            return (await client.uploads.check_quota()).available

    with SyncAionVision.from_env() as client:
        assert client.uploads.check_quota().available == asyncio.run(call()) > 0


def only(*packages: str) -> None:
    """Check that of all the optional packages none but these is installed."""
    optional = {"dotenv", "rich", "socksio", "msgspec", "opentelemetry", "starlette", "pytest"}
    assert {one for one in optional if find_spec(one) is not None} == set(packages)


def picture() -> bytes:
    """Make a small navy PNG without a library."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes((0, 0, 96)) * 64) * 64
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
