"""Errors that callbacks raise pass every handler on their way to the caller."""

from __future__ import annotations

import asyncio
import gc
import traceback
from collections.abc import Callable
from contextlib import suppress

import pytest

from aion._callbacks import CallbackRaised
from aion._runtime import aio, blocking
from aion.exceptions import AionvisionError, ServerError


def raising(error: BaseException) -> Callable[[object], None]:
    def callback(event: object) -> None:
        raise error

    return callback


@blocking.opens_callbacks
def call(callback: Callable[[object], object]) -> str:
    try:
        blocking.notify(callback, "event")
    except Exception:  # noqa: BLE001 - what the test is about
        return "handled"
    return "done"


@aio.opens_callbacks
async def acall(callback: Callable[[object], object]) -> str:
    try:
        await aio.notify(callback, "event")
    except Exception:  # noqa: BLE001 - what the test is about
        return "handled"
    return "done"


def both(callback: Callable[[object], object]) -> list[BaseException]:
    """What the call raises in each of the clients."""
    with pytest.raises(BaseException) as first:
        call(callback)
    with pytest.raises(BaseException) as second:
        asyncio.run(acall(callback))
    return [first.value, second.value]


@pytest.mark.parametrize("error", [ServerError("ours"), ValueError("theirs")])
def test_an_error_of_a_callback_passes_handlers_and_is_raised_as_it_is(error: Exception) -> None:
    assert both(raising(error)) == [error, error]
    assert error.__context__ is None
    assert error.__cause__ is None


def test_its_traceback_shows_the_line_of_the_callback() -> None:
    (error, _) = both(raising(ServerError("ours")))
    assert traceback.extract_tb(error.__traceback__)[-1].name == "callback"


def test_its_own_context_stays() -> None:
    def callback(event: object) -> None:
        try:
            raise KeyError(event)
        except KeyError:
            raise ServerError("ours") from None

    for error in both(callback):
        assert isinstance(error.__context__, KeyError)


def test_a_cancellation_is_not_carried() -> None:
    for error in both(raising(KeyboardInterrupt())):
        assert type(error) is KeyboardInterrupt


def test_without_an_opener_the_error_is_not_carried() -> None:
    error = ServerError("ours")
    with pytest.raises(ServerError) as caught:
        blocking.notify(raising(error), "event")
    assert caught.value is error


def test_only_the_outermost_opener_opens() -> None:
    error = ServerError("ours")

    @blocking.opens_callbacks
    def outer() -> str:
        try:
            return call(raising(error))
        except AionvisionError:
            return "handled"

    with pytest.raises(ServerError) as caught:
        outer()
    assert caught.value is error


def test_a_callback_handles_the_errors_of_its_own_calls() -> None:
    def callback(event: object) -> None:
        with suppress(ServerError):
            blocking.notify(raising(ServerError("of a call of the callback")), event)

    assert call(callback) == "done"


def test_an_error_in_a_thread_is_carried_to_the_caller() -> None:
    error = ServerError("ours")

    def work(number: int) -> None:
        with suppress(AionvisionError):
            blocking.notify(raising(error), number)

    @blocking.opens_callbacks
    def several() -> None:
        blocking.every(work, range(2), at_once=2)

    with pytest.raises(ServerError) as caught:
        several()
    assert caught.value is error


def test_an_error_in_a_task_is_carried_to_the_caller() -> None:
    error = ServerError("ours")

    async def work(number: int) -> None:
        with suppress(AionvisionError):
            await aio.notify(raising(error), number)

    @aio.opens_callbacks
    async def several() -> None:
        await aio.every(work, range(2), at_once=2)

    with pytest.raises(ServerError) as caught:
        asyncio.run(several())
    assert caught.value is error


def test_the_carrier_is_forgotten_with_its_error() -> None:
    gc.collect()
    gc.disable()
    try:
        both(raising(ServerError("ours")))
        left = [one for one in gc.get_objects() if isinstance(one, CallbackRaised)]
    finally:
        gc.enable()
    assert left == []
