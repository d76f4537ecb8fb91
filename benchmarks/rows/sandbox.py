"""Rows: the sandbox on one core: bytes per second that it accepts, and the cost of reads.

The table shows wall-clock times, which callers wait for. The bars limit the processor time of the
server process, which does not depend on other work of the machine.
"""

from __future__ import annotations

import io
import json
import statistics
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Final

from PIL import Image

from benchmarks.measure import AION, Bar, Plan, Result, Sample, in_turns, percentiles, quiet
from benchmarks.sandboxes import Running, Wire, running

BATCH: Final = 100
PICTURE: Final = 100_000
"""Bytes of each picture of a batch."""
STORED: Final = 10_000
_MEGABYTE: Final = 1_000_000
_CALLS: Final = 200
_AT_ONCE: Final = 8
"""Clients that read a file concurrently."""
_FILES: Final = "/api/v2/user-files"
_BOUNDARY: Final = "benchmark-of-the-sandbox"
_END: Final = f"--{_BOUNDARY}--\r\n".encode()

Requests = Mapping[str, Sequence[bytes]]
"""Requests that are sent in turns, by what they measure."""


def upload(plan: Plan) -> Result:
    """Measure the acceptance of a batch of pictures, without the work on descriptions."""
    count = plan.count(BATCH)
    result = Result({AION: []}, (Bar("cpu", 1 / 30, over=None, unit="s a MB"),), main="rate")
    picture = _picture(PICTURE)
    with _sandbox(0) as (sandbox, wire):
        for turn in range(plan.repeats + 1):
            body = _form(picture, range(turn * count, (turn + 1) * count))
            request = wire.request(
                "POST",
                f"{_FILES}/upload/stream-batch",
                body,
                f"multipart/form-data; boundary={_BOUNDARY}",
            )
            wall, cpu = time.perf_counter(), sandbox.cpu()
            taken = json.loads(wire.ask(request))["accepted_files"]
            cpu, wall = sandbox.cpu() - cpu, time.perf_counter() - wall
            if taken != count:
                raise RuntimeError(f"{taken} of {count} pictures were taken")
            # The first batch imports and compiles everything.
            if turn:
                megabytes = max(1, count * PICTURE // _MEGABYTE)
                result.samples[AION].append(Sample(megabytes, cpu, wall))
    seconds = statistics.median(one.figure("cpu") for one in result.samples[AION])
    result.notes[AION] = f"CPU of the server {seconds * 1e3:.1f} ms a MB"
    return result


def get(plan: Plan) -> Result:
    """Measure reads of one file of a few, by several clients concurrently."""
    calls = plan.count(5 * _CALLS, _AT_ONCE)
    result = Result({AION: []}, (Bar("cpu", 1 / 1000, over=None),), main="rate")
    with _sandbox(plan.count(10)) as (sandbox, first), ExitStack() as stack:
        (requests,) = _one_file(first).values()
        wires = [first]
        wires += [stack.enter_context(closing(Wire(sandbox.port))) for _ in range(_AT_ONCE - 1)]
        for turn in range(plan.repeats + 1):
            wall, cpu = time.perf_counter(), sandbox.cpu()
            for _ in range(calls // _AT_ONCE):
                for number, wire in enumerate(wires):
                    wire.send(requests[number % len(requests)])
                for wire in wires:
                    wire.answer()
            cpu, wall = sandbox.cpu() - cpu, time.perf_counter() - wall
            if turn:
                result.samples[AION].append(Sample(calls, cpu, wall))
    seconds = statistics.median(one.figure("cpu") for one in result.samples[AION])
    result.notes[AION] = f"CPU of the server {seconds * 1e3:.2f} ms a call"
    return result


def details(plan: Plan) -> Result:
    """Measure the details of one file of many."""
    return _asked(plan, plan.count(STORED), _CALLS, _within(0.030), _one_file)


def listing(plan: Plan) -> Result:
    """Measure the first of many pages, and one from the middle."""
    middle = plan.count(STORED) // 2

    def pages(wire: Wire) -> Requests:
        return {
            AION: [wire.request("GET", f"{_FILES}?limit=50")],
            "from the middle": [wire.request("GET", f"{_FILES}?limit=50&offset={middle}")],
        }

    return _asked(plan, plan.count(STORED), _CALLS // 4, _within(0.030), pages)


def search(plan: Plan) -> Result:
    """Measure a search for a word of every file, the worst case, and for rarer words."""

    def searches(wire: Wire) -> Requests:
        def first(word: str) -> list[bytes]:
            return [wire.request("GET", f"{_FILES}?limit=50&search={word}")]

        last = plan.count(STORED) - 1
        return {AION: first("mostly"), "of an eighth": first("harbor"), "of one": first(str(last))}

    return _asked(plan, plan.count(STORED), _CALLS // 4, _within(0.030), searches)


def colors(plan: Plan) -> Result:
    """Measure a search for pictures with a color within a Delta E, and with one of a family."""

    def searches(wire: Wire) -> Requests:
        def page(**wanted: str) -> bytes:
            body = json.dumps({**wanted, "limit": 50}).encode()
            return wire.request("POST", "/api/v2/colors/search", body, "application/json")

        return {
            AION: [page(hex_code=code) for code in ("#0A145F", "#F5A030", "#808080")],
            "of a family": [page(color_family="cool")],
        }

    return _asked(plan, plan.count(STORED), _CALLS // 8, _within(0.060), searches)


def _within(seconds: float) -> Bar:
    return Bar("cpu", seconds, over=None, unit="s")


def _asked(
    plan: Plan,
    files: int,
    calls: int,
    bar: Bar,
    requests: Callable[[Wire], Requests],
) -> Result:
    """Time one call after the other; the bar applies to the first kind of call."""
    result = Result({}, (bar,), main="p50")
    with _sandbox(files) as (sandbox, wire):
        asked = requests(wire)
        slow: dict[str, list[float]] = {name: [] for name in asked}

        def turn(name: str) -> Sample:
            sample, slowest = _round(sandbox, wire, asked[name], plan.count(calls))
            slow[name].append(slowest)
            return sample

        for kind in asked.values():
            wire.ask(kind[0])
        result.samples = in_turns({name: partial(turn, name) for name in asked}, plan.repeats)
    for name, samples in result.samples.items():
        cpu = statistics.median(one.figure("cpu") for one in samples)
        p95 = statistics.median(slow[name])
        result.notes[name] = f"p95 {p95 * 1e3:.1f} ms, CPU of the server {cpu * 1e3:.2f} ms a call"
    return result


def _round(
    sandbox: Running, wire: Wire, requests: Sequence[bytes], calls: int
) -> tuple[Sample, float]:
    """Measure a number of calls, and the 95th percentile of their times."""
    seconds: list[float] = []
    wall, cpu = time.perf_counter(), sandbox.cpu()
    for number in range(calls):
        began = time.perf_counter()
        wire.ask(requests[number % len(requests)])
        seconds.append(time.perf_counter() - began)
    cpu, wall = sandbox.cpu() - cpu, time.perf_counter() - wall
    p50, p99 = percentiles(seconds)
    p95 = sorted(seconds)[len(seconds) * 95 // 100]
    return Sample(calls, cpu, wall, p50=p50, p99=p99), p95


@contextmanager
def _sandbox(files: int) -> Generator[tuple[Running, Wire]]:
    with running(files) as sandbox, closing(Wire(sandbox.port)) as wire, quiet():
        yield sandbox, wire


def _one_file(wire: Wire) -> Requests:
    page = json.loads(wire.ask(wire.request("GET", f"{_FILES}?limit=100")))
    return {AION: [wire.request("GET", f"{_FILES}/{file['id']}") for file in page["files"]]}


def _picture(size: int) -> bytes:
    """Make a JPEG of slightly fewer bytes, with the detail of a photograph."""
    side = 1024
    while True:
        noise = Image.effect_noise((side, side * 3 // 4), 24)
        target = io.BytesIO()
        noise.convert("RGB").save(target, "JPEG", quality=75)
        if target.tell() < size - 16:
            return target.getvalue()
        side = side * 9 // 10


def _form(picture: bytes, numbers: range) -> bytes:
    return b"".join([*(_part(picture, number) for number in numbers), _END])


def _part(picture: bytes, number: int) -> bytes:
    """Make a file of a form: the picture, made unique and padded by an unused segment."""
    filling = number.to_bytes(8, "big").ljust(PICTURE - len(picture) - 4, b"\0")[:65_000]
    segment = b"\xff\xef" + (len(filling) + 2).to_bytes(2, "big") + filling
    head = (
        f"--{_BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="files"; filename="photo-{number:06}.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return b"".join((head.encode(), picture[:2], segment, picture[2:], b"\r\n"))
