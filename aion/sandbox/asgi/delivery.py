"""Sends a response: whole, in drips, cut short, or event by event.

Works on ASGI messages, so it is independent of what made the response.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Final

from starlette.types import Message, Send

from aion.sandbox.asgi.exchange import ClientDisconnected, ConnectionCut, Exchange
from aion.sandbox.faults.kinds import CallFault, CutCall, CutStream, DelayEvents, DripCall
from aion.sandbox.faults.registry import Faults
from aion.sandbox.runtime.call import Response

_FLUSH: Final = 0.01
"""Seconds before the connection is cut, in which sent bytes reach the socket."""

Wait = Callable[[float], Awaitable[None]]
"""Waits real seconds; raises `ConnectionCut` when the sandbox stops."""


def apply_response_faults(exchange: Exchange, faults: Faults, operation: str, wait: Wait) -> None:
    """Apply the faults that drip or cut the response of this exchange."""

    def fits(fault: CallFault) -> bool:
        return fault.strikes(operation)

    drip = faults.take(DripCall, fits)
    if drip is not None:
        exchange.shape(lambda send: _dripping(send, drip, wait))
    cut = faults.take(CutCall, fits)
    if cut is not None:
        exchange.shape(lambda send: _cutting(send, cut))


def _dripping(send: Send, fault: DripCall, wait: Wait) -> Send:
    async def dripped(message: Message) -> None:
        body: bytes = message.get("body", b"")
        if message["type"] != "http.response.body" or not body:
            await send(message)
            return
        pieces = [body[at : at + fault.piece] for at in range(0, len(body), fault.piece)]
        for piece in pieces[:-1]:
            await send({**message, "body": piece, "more_body": True})
            await wait(fault.seconds)
        await send({**message, "body": pieces[-1]})

    return dripped


def _cutting(send: Send, fault: CutCall) -> Send:
    async def cut(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        body: bytes = message.get("body", b"")
        if fault.where == "body":
            await send({**message, "body": body[: len(body) // 2], "more_body": True})
        else:
            await send(message)
            if message.get("more_body", False):
                return
        await asyncio.sleep(_FLUSH)
        raise ConnectionCut

    return cut


async def send_stream(
    exchange: Exchange, answer: Response, faults: Faults, operation: str, wait: Wait
) -> None:
    """Send a response piece by piece, until its end, a fault, or a disconnect."""
    if answer.stream is None:
        raise TypeError("the response is not a stream")

    def fits(fault: CallFault) -> bool:
        return fault.strikes(operation)

    cut = faults.take(CutStream, fits)
    delay = faults.take(DelayEvents, fits)
    headers = [(name.encode(), text.encode("latin-1")) for name, text in answer.headers.items()]
    await exchange.send(
        {"type": "http.response.start", "status": answer.status, "headers": headers}
    )  # fmt: skip
    sent = 0
    async with aclosing(_while_connected(exchange, answer.stream)) as pieces:
        async for piece in pieces:
            if cut is not None and sent >= cut.after:
                if cut.how == "end":
                    break
                if cut.how == "middle":
                    await _send_piece(exchange, piece[: max(1, len(piece) // 2)])
                await asyncio.sleep(_FLUSH)
                raise ConnectionCut
            if delay is not None and sent >= delay.after:
                await wait(delay.seconds)
            await _send_piece(exchange, piece)
            sent += 1
    await exchange.send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_piece(exchange: Exchange, piece: bytes) -> None:
    await exchange.send({"type": "http.response.body", "body": piece, "more_body": True})


async def _while_connected(
    exchange: Exchange, stream: AsyncIterator[bytes]
) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a stream; raises `ClientDisconnected` as soon as the client is gone."""
    gone = asyncio.ensure_future(_disconnected(exchange))
    following: asyncio.Future[bytes] | None = None
    try:
        while True:
            following = asyncio.ensure_future(anext(stream))
            await asyncio.wait({gone, following}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise ClientDisconnected
            try:
                piece = following.result()
            except StopAsyncIteration:
                return
            yield piece
    finally:
        gone.cancel()
        if following is not None:
            following.cancel()
        await asyncio.gather(gone, *([following] if following else []), return_exceptions=True)
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def _disconnected(exchange: Exchange) -> None:
    while (await exchange.receive())["type"] != "http.disconnect":
        pass
