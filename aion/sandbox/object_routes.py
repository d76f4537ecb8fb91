"""Serves stored objects behind signed URLs, as a bucket of a cloud would.

A bucket has its own host and its own credentials: a request that carries the API key has leaked
it, and is refused with words that say so. Ranges are served (206).
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote

from starlette.responses import FileResponse

from .call import Answer
from .exchange import Exchange
from .objects import CONTENT_TYPES
from .signing import OBJECTS_PREFIX, BadSignature
from .state import State


async def serve_object(state: State, exchange: Exchange) -> None:
    """Answer one request for an object."""
    refusal, path, filename = _resolve(state, exchange)
    if path is None:
        await exchange.drain()
        await exchange.answer(refusal)
        return
    response = FileResponse(
        path, media_type=CONTENT_TYPES[path.suffix[1:]], filename=filename, stat_result=path.stat()
    )
    await response(exchange.scope, exchange.receive, exchange.send)


def _resolve(state: State, exchange: Exchange) -> tuple[Answer, Path | None, str | None]:
    exchange.template = f"{OBJECTS_PREFIX}{{key}}"
    if exchange.method not in {"GET", "HEAD"}:
        return _refuse(405, "objects can only be read"), None, None
    if exchange.header(b"authorization") is not None:
        text = (
            "A signed URL takes no Authorization header: the signature is the permission. "
            "Send nothing of the API's credentials to the host of an object."
        )
        return _refuse(400, text), None, None
    key = unquote(exchange.raw_path[len(OBJECTS_PREFIX) :])
    try:
        filename = state.signer.check(key, parse_qs(exchange.query, keep_blank_values=True))
        path = state.objects.path(key)
    except (BadSignature, ValueError) as error:
        return _refuse(403, str(error)), None, None
    if not path.is_file():
        return _refuse(404, "no such object"), None, None
    return Answer(), path, filename


def _refuse(status: int, text: str) -> Answer:
    return Answer(
        status=status,
        raw=f"{text}\n".encode(),
        headers={"content-type": "text/plain; charset=utf-8"},
    )
