"""How an answer leaves the sandbox: whole, in drips, cut short, or event by event.

Works on the messages of ASGI, so it does not matter what made the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Final

from starlette.types import Message, Send

from aion.sandbox.asgi.exchange import ClientGone, Dropped, Exchange
from aion.sandbox.faults.armed import Faults
from aion.sandbox.faults.kinds import CallFault, CutCall, CutStream, DelayEvents, DripCall
from aion.sandbox.runtime.call import Answer

_FLUSH: Final = 0.01
"""Seconds in which what was sent reaches the socket, before the connection is cut."""

Wait = Callable[[float], Awaitable[None]]
"""Real seconds of rest; raises Dropped when the sandbox stops."""


def shape_answer(exchange: Exchange, faults: Faults, operation: str, wait: Wait) -> None:
    """Arrange the faults that an answer meets on its way out."""

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
        raise Dropped

    return cut


async def send_stream(
    exchange: Exchange, answer: Answer, faults: Faults, operation: str, wait: Wait
) -> None:
    """Send an answer piece by piece, until its end, a fault, or the client's farewell."""
    if answer.stream is None:
        raise TypeError("the answer is not a stream")

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
                raise Dropped
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
    """The pieces of a stream; ClientGone as soon as nobody reads them."""
    gone = asyncio.ensure_future(_disconnected(exchange))
    following: asyncio.Future[bytes] | None = None
    try:
        while True:
            following = asyncio.ensure_future(anext(stream))
            await asyncio.wait({gone, following}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise ClientGone
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
