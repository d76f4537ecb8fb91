"""Ways into a running sandbox that only tests of its core need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

from aion.sandbox.auth.identity import Role
from aion.sandbox.handlers.registry import ACCESS, HANDLERS, Access
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.runtime.state import State
from aion.testing import Sandbox

T = TypeVar("T")
Handler = Callable[[Call], Awaitable[Response]]


def state_of(sandbox: Sandbox) -> State:
    """The state; to be used on the sandbox's own loop."""
    return sandbox._server.state  # pyright: ignore[reportPrivateUsage]


def on_loop(sandbox: Sandbox, function: Callable[[State], T]) -> T:
    """Run a plain function of the state on the sandbox's loop."""

    async def run() -> T:
        return function(state_of(sandbox))

    return sandbox._server.run(run)  # pyright: ignore[reportPrivateUsage]


@contextmanager
def served(
    operation: str, handler: Handler, *, role: Role = "viewer", scope: str | None = None
) -> Generator[None]:
    """Serve an operation, by its full id, with a handler of the test's own."""
    handlers, access = dict(HANDLERS), dict(ACCESS)
    HANDLERS[operation], ACCESS[operation] = handler, Access(False, role, scope)
    try:
        yield
    finally:
        HANDLERS.clear()
        HANDLERS.update(handlers)
        ACCESS.clear()
        ACCESS.update(access)
