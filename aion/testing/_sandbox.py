"""The sandbox as a test uses it: a server in a thread, and clients of it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from aion.sandbox import DEFAULT_API_KEY, Limits, Options, Rate, RateLimits, SandboxServer
from aion.sandbox.faults.registry import Faults
from aion.sandbox.seeds.libraries import seed
from aion.sandbox.store.request_log import SeenRequest

if TYPE_CHECKING:
    from aion import AionVision, SyncAionVision

__all__ = ["Faults", "Limits", "Rate", "RateLimits", "Sandbox", "SeenRequest"]

_POLLING_INTERVAL = 0.02


class Sandbox:
    """A sandbox server in a thread of this process; every method may be called from any thread.

    Args:
        api_key: The key that it takes.
        data: Folder that keeps the state; a temporary one, removed on exit, when None.
        pace: Seconds that background work rests in each of its states.
        strict: Check its own answers against the contract, too; one that is off becomes a 500
            and an entry of `violations`.
        stepped: Freeze the clock, so that only `step_clock` moves it.
        limits: Sizes and counts that it enforces; `Limits.of_tier("free")` has those of a tier.
        rate_limits: Rates that it enforces; None enforces none.
        strict_auth: Take only keys that it knows; if not, any well-formed key acts as the owner.
        host: Address to bind.
        port: Port to bind; 0 finds a free one.
    """

    def __init__(
        self,
        *,
        api_key: str = DEFAULT_API_KEY,
        data: Path | str | None = None,
        pace: float = 0.05,
        strict: bool = True,
        stepped: bool = False,
        limits: Limits | None = None,
        rate_limits: RateLimits | None = None,
        strict_auth: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._server = SandboxServer(
            Options(
                host=host,
                port=port,
                data=Path(data) if data is not None else None,
                api_key=api_key,
                pace=pace,
                strict=strict,
                stepped=stepped,
                limits=limits or Limits(),
                rate_limits=rate_limits,
                strict_auth=strict_auth,
            )
        )

    def start(self) -> Self:
        """Start serving; `with` does it. Raises OSError for a taken port or unusable folder."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving and remove temporary state; `with` does it."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self._server.url or 'that is not started'}>"

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return self._server.url

    @property
    def base_url(self) -> str:
        """What a client is given as its base URL.

        Raises:
            RuntimeError: The sandbox has not been started.
        """
        return self._server.base_url

    @property
    def api_key(self) -> str:
        """The key that the sandbox takes."""
        return self._server.options.api_key

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which `from_env()` of either client reaches the sandbox.

        Raises:
            RuntimeError: The sandbox has not been started.
        """
        return {
            "AIONVISION_API_KEY": self.api_key,
            "AIONVISION_BASE_URL": self.base_url,
            "AIONVISION_POLLING_INTERVAL": str(_POLLING_INTERVAL),
        }

    @property
    def faults(self) -> Faults:
        """What shall go wrong."""
        return self._server.state.faults

    @property
    def requests(self) -> list[SeenRequest]:
        """The requests seen since the start or the last reset, oldest first."""
        return self._server.state.request_log.list()

    @property
    def violations(self) -> list[str]:
        """Own answers that were off contract, and handlers that broke; empty when all is well."""
        return list(self._server.state.violations)

    def limit_rates(self, limits: RateLimits | None) -> None:
        """Enforce these rates from now on, or none; every caller begins anew.

        A reset goes back to those that the sandbox was made with. Raises ValueError for a route
        that the contract does not have.
        """

        async def use() -> None:
            self._server.state.rate_limiter.use(limits)

        self._server.run(use)

    def reset(self) -> None:
        """Forget files, sessions, faults, requests, rates and steps of the clock.

        A request that has not been answered yet is cut off, and not among `requests` later.
        """
        self._server.run(self._server.state.reset)

    def step_clock(self, seconds: float) -> None:
        """Move the sandbox's time forward, and wait until all that became due is done."""
        self._server.run(lambda: self._server.state.step_clock(seconds))

    def seed(self, library: str = "photos", count: int = 100) -> list[str]:
        """Add the finished files of a ready-made library, without requests.

        The files are the same in every run.

        Args:
            library: `photos`, with descriptions and colors, or `documents`, with text and passages.
            count: Files to add, from 1 to 100,000.

        Raises:
            ValueError: an unknown library, or a number out of range.

        Returns:
            The ids of the new files.
        """
        return self._server.run(lambda: seed(self._server.state, library, count))

    def snapshot(self) -> str:
        """Remember the whole state: files, records, unfinished work, objects and clock.

        Returns:
            The name to give to `restore`.
        """
        return self._server.run(self._server.state.snapshots.take)

    def restore(self, name: str) -> None:
        """Go back to a snapshot, as often as wanted. Raises ValueError when there is none."""
        self._server.run(lambda: self._server.state.snapshots.restore(name))

    def client(self, **overrides: Any) -> AionVision:
        """An asynchronous client of this sandbox; arguments override what it is made with."""
        from aion import AionVision

        return AionVision(**self._settings(overrides))

    def sync_client(self, **overrides: Any) -> SyncAionVision:
        """A blocking client of this sandbox; arguments override what it is made with."""
        from aion import SyncAionVision

        return SyncAionVision(**self._settings(overrides))

    def _settings(self, overrides: dict[str, Any]) -> dict[str, Any]:
        return {
            "api_key": self.api_key,
            "base_url": self.base_url,
            "polling_interval": _POLLING_INTERVAL,
            # What the environment says of these is meant for the service.
            "tenant_id": "",
            "proxy_url": "",
            **overrides,
        }
