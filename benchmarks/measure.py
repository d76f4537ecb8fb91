"""Defines samples, and computes medians, ratios of paired repeats, and their spread."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

AION, FLOOR = "aion", "floor"
FASTER = "aion+msgspec"
Figure = Literal["cpu", "wall", "rate", "p50", "p99", "tail", "rss"]


@dataclass(slots=True)
class Sample:
    """One repeat of one contender.

    Attributes:
        operations: The number of operations.
        cpu: Seconds of processor time, of this process and its threads.
        wall: Seconds on the clock.
        rss: Bytes of memory added at the peak, where that was looked at (by `memory`).
        p50: Median seconds of one operation, where each was timed.
        p99: The same of the slowest hundredth.
    """

    operations: int
    cpu: float
    wall: float
    rss: int | None = None
    p50: float | None = None
    p99: float | None = None

    def figure(self, name: Figure) -> float:
        """Return one figure of the sample, per operation."""
        match name:
            case "cpu":
                return self.cpu / self.operations
            case "wall":
                return self.wall / self.operations
            case "rate":
                return self.operations / self.wall
            case "p50":
                return self.p50 or 0.0
            case "p99":
                return (self.p99 or 0.0) / (self.p50 or 1.0)
            case "tail":
                return self.p99 or 0.0
            case "rss":
                return float(self.rss or 0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit for a row.

    Attributes:
        figure: The figure that is limited.
        limit: The limit.
        least: Whether the figure has to be at least the limit, instead of at most.
        over: The contender that the figure is relative to; None for the absolute figure.
        of: The contender that has to meet the limit.
        unit: The unit of the absolute figure.
    """

    figure: Figure
    limit: float
    least: bool = False
    over: str | None = FLOOR
    of: str = AION
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for a bar: the median over the repeats, and their range."""

    bar: Bar
    value: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the bar holds."""
        return self.value >= self.bar.limit if self.bar.least else self.value <= self.bar.limit


@dataclass(slots=True)
class Result:
    """The result of a row.

    Attributes:
        samples: By contender, in the order of the repeats; an index is one round.
        bars: The limits.
        missing: Peers that are not installed, or cannot do this work -> the reason.
        main: The figure that the table and the picture show.
        notes: Further remarks on a contender.
    """

    samples: dict[str, list[Sample]]
    bars: Sequence[Bar]
    missing: dict[str, str] = field(default_factory=dict[str, str])
    main: Figure = "cpu"
    notes: dict[str, str] = field(default_factory=dict[str, str])

    def values(self, contender: str, figure: Figure | None = None) -> list[float]:
        """Return a figure of every repeat."""
        return [one.figure(figure or self.main) for one in self.samples[contender]]

    def ratios(self, contender: str, over: str, figure: Figure | None = None) -> list[float]:
        """Return a figure relative to another contender; what slowed both in a repeat cancels."""
        pairs = zip(self.values(contender, figure), self.values(over, figure), strict=True)
        return [one / other if other else 0.0 for one, other in pairs]

    def verdicts(self) -> list[Verdict]:
        """Return the verdict on each bar, except for contenders that did not run."""
        return [
            self._verdict(bar)
            for bar in self.bars
            if bar.of in self.samples and (bar.over is None or bar.over in self.samples)
            if bar.figure != "rss" or all(one.rss is not None for one in self.samples[bar.of])
        ]

    def _verdict(self, bar: Bar) -> Verdict:
        values = (
            self.values(bar.of, bar.figure)
            if bar.over is None
            else self.ratios(bar.of, bar.over, bar.figure)
        )
        return Verdict(bar, statistics.median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Plan:
    """The amount of work.

    Attributes:
        repeats: Rounds of all contenders.
        scale: Multiplies the counts of the rows; the smoke test uses a tiny one.
        url: The URL of the server.
    """

    repeats: int
    scale: float
    url: str

    def count(self, full: int, least: int = 1) -> int:
        """Scale a count."""
        return max(least, round(full * self.scale))

    @property
    def is_full(self) -> bool:
        """Whether the figures have a meaning."""
        return self.scale >= 1


@contextmanager
def quiet() -> Generator[None]:
    """Exclude present objects from garbage collection, as in a long-running program."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def timed(work: Callable[[], int]) -> Sample:
    """Measure `work`, which returns the number of its operations."""
    wall, cpu = time.perf_counter(), time.process_time()
    operations = work()
    return Sample(operations, time.process_time() - cpu, time.perf_counter() - wall)


def in_turns(
    contenders: Mapping[str, Callable[[], Sample]], repeats: int
) -> dict[str, list[Sample]]:
    """Run every contender once a round; each round starts with a different one."""
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(repeats):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            samples[name].append(contenders[name]())
    return samples


def merged(samples: Mapping[str, list[Sample]], turns: int) -> dict[str, list[Sample]]:
    """Merge each group of `turns` consecutive samples into one.

    The speed of the machine varies for seconds at a time. With many short turns, every contender
    gets its share of slow and fast periods.
    """
    return {
        name: [_sum(found[start : start + turns]) for start in range(0, len(found), turns)]
        for name, found in samples.items()
    }


def _sum(parts: Sequence[Sample]) -> Sample:
    return Sample(
        sum(one.operations for one in parts),
        sum(one.cpu for one in parts),
        sum(one.wall for one in parts),
    )


def percentiles(seconds: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


class Memory:
    """Measures the peak of this process's memory from now on (Linux only)."""

    def __init__(self) -> None:
        self._before = 0
        if os.path.exists("/proc/self/clear_refs"):  # noqa: PTH110 - no object needed
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            self._before = _status("VmRSS")

    def added(self) -> int | None:
        """Return the bytes added between the start and the peak."""
        return max(0, _status("VmHWM") - self._before) if self._before else None


def _status(key: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    return 0
