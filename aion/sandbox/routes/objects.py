"""Serves and stores objects behind signed URLs, as a cloud bucket would.

A bucket has its own host and its own credentials: a request with the API key has leaked it, and
is refused with a message that says so. Ranges are served (206).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote

from starlette.responses import FileResponse

from aion.sandbox.asgi.exchange import ClientDisconnected, Exchange
from aion.sandbox.contract.errors import ApiError, InvalidRequest
from aion.sandbox.faults.kinds import ExpireUrls
from aion.sandbox.images.variants import SIZES, make_variants
from aion.sandbox.runtime.call import Response
from aion.sandbox.runtime.state import State
from aion.sandbox.store.multipart import FormReceiver
from aion.sandbox.store.objects import content_type_of
from aion.sandbox.store.partial_file import PartialFile
from aion.sandbox.store.signing import EXPIRED, OBJECTS_PREFIX, BadSignature, UploadTerms

_NAMES: Final = {"GET": "objects.get", "HEAD": "objects.get", "PUT": "objects.put"}
_VARIANT: Final = re.compile(rf"images/([^/]+)/({'|'.join(SIZES)})\.(jpg|png)\Z")
_FIELDS: Final = ("key", "Content-Type", "expires", "content_type", "max_bytes", "signature")
_LEAK: Final = (
    "A signed URL takes no Authorization header: the signature is the permission. "
    "Do not send the API's credentials to the host of an object."
)


class _Refused(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.answer = plain_text(status, text)


def object_operation(method: str) -> str:
    """Return the name of a request for an object in faults and in the request log."""
    return _NAMES.get(method, "objects.post")


def plain_text(status: int, text: str) -> Response:
    """Return a response as a bucket sends it: not in an envelope of the API."""
    return Response(
        status=status,
        raw=f"{text}\n".encode(),
        headers={"content-type": "text/plain; charset=utf-8"},
    )


async def serve_object(state: State, exchange: Exchange) -> Response | None:
    """Serve one request for an object; returns None when the response was already sent."""
    exchange.template = f"{OBJECTS_PREFIX}{{key}}"
    try:
        if exchange.header(b"authorization") is not None:
            raise _Refused(400, _LEAK)
        key = unquote(exchange.raw_path[len(OBJECTS_PREFIX) :])
        if exchange.method in {"GET", "HEAD"}:
            await _send(state, exchange, key)
            return None
        if exchange.method == "PUT":
            return await _put(state, exchange, key)
        if exchange.method == "POST":
            return await _post(state, exchange, key)
        raise _Refused(405, "objects take GET, HEAD, PUT and POST")
    except _Refused as refused:
        return refused.answer


async def _send(state: State, exchange: Exchange, key: str) -> None:
    try:
        _refuse_expired(state)
        filename = state.signer.check(key, parse_qs(exchange.query, keep_blank_values=True))
        path = state.objects.path(key)
    except (BadSignature, ValueError) as error:
        raise _Refused(403, str(error)) from None
    if not path.is_file() and not await _made_now(state, key, path):
        raise _Refused(404, "no such object")
    response = FileResponse(
        path, media_type=content_type_of(key), filename=filename, stat_result=path.stat()
    )
    await response(exchange.scope, exchange.receive, exchange.send)


async def _made_now(state: State, key: str, path: Path) -> bool:
    """Make the variants of a seeded image on the first request for one."""
    found = _VARIANT.match(key)
    file = state.files.get(found[1]) if found is not None else None
    if file is None or file.variant_suffix is None:
        return False
    await state.in_thread(make_variants, state.objects.path(file.object_key), file.format)
    return path.is_file()


async def _put(state: State, exchange: Exchange, key: str) -> Response:
    query = parse_qs(exchange.query, keep_blank_values=True)
    terms = _terms(state, "PUT", key, {name: values[0] for name, values in query.items()})
    _refuse_other_type(exchange.header(b"content-type"), terms)
    announced = exchange.header(b"content-length") or "0"
    if announced.isdecimal() and int(announced) > terms.max_bytes:
        raise _too_large(terms)
    incoming = PartialFile(state.objects.incoming())
    try:
        async for piece in exchange.pieces():
            if incoming.size + len(piece) > terms.max_bytes:
                raise _too_large(terms)
            incoming.write(piece)
        incoming.close()
        state.objects.adopt(incoming.path, key)
    except (ClientDisconnected, _Refused):
        incoming.discard()
        raise
    state.objects.remember(key, incoming.md5, incoming.sha256, terms.content_type)
    return Response(status=200, raw=b"", headers={"etag": f'"{incoming.md5}"'})


async def _post(state: State, exchange: Exchange, key: str) -> Response:
    receiver = FormReceiver(
        state.objects,
        {**dict.fromkeys(_FIELDS, str), "file": str},
        {"file": False},
        state.options.limits.max_object_bytes,
    )
    try:
        form = await receiver.receive(exchange.header(b"content-type") or "", exchange.pieces())
        terms = _terms(state, "POST", key, form.fields)
        if form.fields.get("key", key) != key:
            raise _Refused(403, "the key in the form differs from the key in the URL")
        _refuse_other_type(form.fields.get("Content-Type"), terms)
        if not form.files:
            raise _Refused(400, "the form has no file")
        file = form.files[0]
        if file.too_large or file.size > terms.max_bytes:
            raise _too_large(terms)
        state.objects.adopt(file.path, key)
    except (InvalidRequest, ApiError) as error:
        raise _Refused(400, str(error)) from None
    finally:
        receiver.form.discard()
    info = state.objects.info(key)
    return Response(status=204, headers={"etag": f'"{info.etag}"'} if info is not None else {})


def _terms(state: State, method: str, key: str, fields: Mapping[str, str]) -> UploadTerms:
    try:
        _refuse_expired(state)
        state.objects.path(key)
        terms = state.signer.check_upload(method, key, fields)
    except (BadSignature, ValueError) as error:
        raise _Refused(403, str(error)) from None
    return replace(terms, max_bytes=min(terms.max_bytes, state.options.limits.max_object_bytes))


def _refuse_expired(state: State) -> None:
    if state.faults and state.faults.take(ExpireUrls, lambda fault: True) is not None:
        raise BadSignature(EXPIRED)


def _refuse_other_type(given: str | None, terms: UploadTerms) -> None:
    if given != terms.content_type:
        text = f"the URL was signed for Content-Type {terms.content_type}, not for {given}"
        raise _Refused(403, text)


def _too_large(terms: UploadTerms) -> _Refused:
    return _Refused(413, f"this URL accepts at most {terms.max_bytes} bytes")
