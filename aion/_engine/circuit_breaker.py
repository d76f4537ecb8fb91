"""Circuit breakers: pause calls to an endpoint that keeps failing.

There is one circuit for each group of operations on one host. A closed circuit counts failures in
a row. At the threshold it opens and refuses all calls. After a pause it lets one probe at a time
through, and enough successes close it. Failures are missing responses and 5xx: a response with any
other status shows that the service is available.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aion.exceptions import CircuitBreakerError


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    """Failures in a row, while closed."""
    opened_at: float | None = None
    successes: int = 0
    """Successes since the pause ended."""
    probe_at: float | None = None
    """When the current probe began."""


class Breakers:
    """The circuits of one client.

    Args:
        failures: Failures in a row that open a circuit.
        successes: Successes after the pause that close it.
        pause: Seconds that it stays open; also the time after which a probe counts as lost.
        now: A monotonic clock, in seconds.
    """

    def __init__(
        self, *, failures: int, successes: int, pause: float, now: Callable[[], float]
    ) -> None:
        self._failures = failures
        self._successes = successes
        self._pause = pause
        self._now = now
        # Only circuits with failures are stored, so that a healthy client reads an empty dict.
        self._circuits: dict[str, _Circuit] = {}

    def enter(self, endpoint: str) -> None:
        """Request permission for an attempt.

        Raises:
            CircuitBreakerError: The circuit is open, or another call is the probe.
        """
        circuit = self._circuits.get(endpoint)
        if circuit is None or circuit.opened_at is None:
            return
        now = self._now()
        left = circuit.opened_at + self._pause - now
        if left > 0:
            raise CircuitBreakerError(endpoint, left)
        if circuit.probe_at is not None and circuit.probe_at + self._pause > now:
            raise CircuitBreakerError(endpoint, circuit.probe_at + self._pause - now)
        circuit.probe_at = now

    def is_open(self, endpoint: str) -> bool:
        """Return whether attempts are refused now."""
        circuit = self._circuits.get(endpoint)
        return bool(
            circuit
            and circuit.opened_at is not None
            and circuit.opened_at + self._pause > self._now()
        )

    def succeeded(self, endpoint: str) -> None:
        """Record a response that shows that the service is available."""
        if not self._circuits:
            return
        circuit = self._circuits.get(endpoint)
        if circuit is None:
            return
        circuit.probe_at = None
        circuit.successes += 1
        if circuit.opened_at is None or circuit.successes >= self._successes:
            self._circuits.pop(endpoint, None)

    def failed(self, endpoint: str) -> None:
        """Record a failed attempt."""
        circuit = self._circuits.setdefault(endpoint, _Circuit())
        circuit.failures += 1
        circuit.successes = 0
        circuit.probe_at = None
        if circuit.opened_at is not None or circuit.failures >= self._failures:
            circuit.opened_at = self._now()
