"""The sandbox for tests: a server in a thread, and its clients."""

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
        api_key: The key that it accepts.
        data: Folder for the state; None uses a temporary one, which is removed on exit.
        pace: Seconds that background work stays in each of its states.
        strict: Validate its own responses against the contract, too. A response that violates it
            becomes a 500 and an entry of `violations`.
        stepped: Freeze the clock, so that only `step_clock` moves it.
        limits: Sizes and counts that it enforces; `Limits.of_tier("free")` has those of a tier.
        rate_limits: Rates that it enforces; None for no limits.
        strict_auth: Accept only known keys. If false, any well-formed key acts as the owner.
        host: Address to bind.
        port: Port to bind; 0 uses a free one.
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
        """Start serving; `with` does it.

        Returns:
            This sandbox.

        Raises:
            OSError: The port is taken, or the folder cannot be used.
            ValueError: A rate limit names a route that the contract does not have.
            RuntimeError: It was started before, or the server failed while starting.
        """
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
        """Return scheme, host and port."""
        return self._server.url

    @property
    def base_url(self) -> str:
        """Return the base URL for a client.

        Raises:
            RuntimeError: The sandbox has not been started.
        """
        return self._server.base_url

    @property
    def api_key(self) -> str:
        """Return the key that the sandbox accepts."""
        return self._server.options.api_key

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables with which `from_env()` of either client reaches the sandbox.

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
        """Return the controls that inject faults."""
        return self._server.state.faults

    @property
    def requests(self) -> list[SeenRequest]:
        """Return the requests received since the start or the last reset, oldest first."""
        return self._server.state.request_log.list()

    @property
    def violations(self) -> list[str]:
        """Return its responses that violate the contract, and failed handlers; ideally empty."""
        return list(self._server.state.violations)

    def limit_rates(self, limits: RateLimits | None) -> None:
        """Enforce these rates from now on, or none. The counters of all callers are reset.

        A reset restores the rates that the sandbox was made with.

        Args:
            limits: The rates; None for none.

        Raises:
            ValueError: They name a route that the contract does not have.
        """

        async def use() -> None:
            self._server.state.rate_limiter.use(limits)

        self._server.run(use)

    def reset(self) -> None:
        """Delete files, sessions, faults, requests and rates, and reset the clock.

        A request without a response is aborted, and does not appear in `requests` later.
        """
        self._server.run(self._server.state.reset)

    def step_clock(self, seconds: float) -> None:
        """Move the sandbox's time forward, and wait until all work that became due is done.

        Args:
            seconds: How far.

        Raises:
            RuntimeError: The sandbox is not running.
        """
        self._server.run(lambda: self._server.state.step_clock(seconds))

    def seed(self, library: str = "photos", count: int = 100) -> list[str]:
        """Add the processed files of a prepared library, without requests.

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
        """Save the whole state: files, records, unfinished work, objects and clock.

        Returns:
            The name to pass to `restore`.
        """
        return self._server.run(self._server.state.snapshots.take)

    def restore(self, name: str) -> None:
        """Restore a snapshot, any number of times.

        Args:
            name: The return value of `snapshot`.

        Raises:
            ValueError: It does not exist.
        """
        self._server.run(lambda: self._server.state.snapshots.restore(name))

    def client(self, **overrides: Any) -> AionVision:
        """Return an asynchronous client of this sandbox.

        Args:
            overrides: Settings of `AionVision` that win over those for the sandbox, such as
                ``timeout`` in seconds. By default it polls every 0.02 seconds.

        Raises:
            ValueError: A setting is out of range.
        """
        from aion import AionVision

        return AionVision(**self._settings(overrides))

    def sync_client(self, **overrides: Any) -> SyncAionVision:
        """Return a blocking client of this sandbox.

        Args:
            overrides: Settings of `SyncAionVision` that win over those for the sandbox, such as
                ``timeout`` in seconds. By default it polls every 0.02 seconds.

        Raises:
            ValueError: A setting is out of range.
        """
        from aion import SyncAionVision

        return SyncAionVision(**self._settings(overrides))

    def _settings(self, overrides: dict[str, Any]) -> dict[str, Any]:
        return {
            "api_key": self.api_key,
            "base_url": self.base_url,
            "polling_interval": _POLLING_INTERVAL,
            # The environment has these for the real service.
            "tenant_id": "",
            "proxy_url": "",
            **overrides,
        }
