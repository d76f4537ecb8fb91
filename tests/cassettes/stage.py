"""What scenarios are made of: a call of one method, and what has to be there before it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aion import SyncAionVision
from aion.testing import Sandbox
from tests.behaviour.calls import Calls, Client

T = TypeVar("T")
Given = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Where a scenario is prepared.

    Attributes:
        api: A client whose calls are not recorded.
        sandbox: The sandbox that it calls; None for the real service.
        folder: An empty folder.
    """

    api: SyncAionVision
    sandbox: Sandbox | None
    folder: Path

    def settle(self) -> None:
        """Let the sandbox's background work end."""
        if self.sandbox is not None:
            self.sandbox.step_clock(600)

    def told(self) -> Sandbox:
        """The sandbox, for scenarios that need one."""
        assert self.sandbox is not None
        return self.sandbox


@dataclass(frozen=True)
class Stage:
    """The environment of a scenario.

    Attributes:
        calls: Runs the calls of either client.
        api: The client.
        given: The prepared ids.
        folder: An empty folder.
    """

    calls: Calls
    api: Client
    given: Given
    folder: Path

    def __call__(self, outcome: Coroutine[Any, Any, T] | T) -> T:
        """Return the result of a call."""
        return self.calls(outcome)

    def __getitem__(self, name: str) -> Any:
        """Something that was there before."""
        return self.given[name]

    @property
    def interval(self) -> float:
        """Seconds between two polls, for methods that do not use the setting of the client."""
        return self.api.config.polling_interval

    def items(self, found: AsyncIterable[T] | Iterable[T]) -> list[T]:
        """Return all items of an iterator."""
        return self.calls.items(found)


def nothing(world: World) -> Given:
    """A scenario that needs nothing."""
    del world
    return {}


@dataclass(frozen=True)
class Scenario:
    """The recording of one method.

    Attributes:
        play: Calls the method, on either client; its result is compared.
        given: Prepares the call, and returns the ids that `play` needs.
        sandbox_only: Whether only the sandbox can be prepared for it.
    """

    play: Callable[[Stage], Any]
    given: Callable[[World], Given] = nothing
    sandbox_only: bool = False


Scenarios = dict[str, Scenario]
