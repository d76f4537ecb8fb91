"""Lists the rows; a row is a function from a `Plan` to a `Result`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.measure import Plan, Result
from benchmarks.rows import (
    bulk,
    calls,
    concurrency,
    generating,
    listing,
    markup,
    sandbox,
    starting,
    streams,
    uploads,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: The name on the command line.
        title: The title in the table.
        measure: The function that measures it.
    """

    name: str
    title: str
    measure: Callable[[Plan], Result]


ROWS = (
    Row("import", "import, fresh process", starting.imported),
    Row("first-call", "import, client, first call", starting.first_call),
    Row("get-sync", "GET of 2 KB, sync", calls.get_sync),
    Row("get-async", "GET of 2 KB, async", calls.get_async),
    Row("page-sync", "page of 100 files, sync", calls.page_sync),
    Row("page-async", "page of 100 files, async", calls.page_async),
    Row("stream-sync", "20,000 chat tokens, sync", streams.sync),
    Row("stream-async", "20,000 chat tokens, async", streams.coroutines),
    Row("tasks", "2,000 GETs, 50 tasks, calls/s", concurrency.tasks),
    Row("threads", "2,000 GETs, 50 threads, calls/s", concurrency.threads),
    Row("list-all", "10,000 files, 5 ms latency, async", listing.coroutines),
    Row("list-all-sync", "10,000 files, 5 ms latency, sync", listing.sync),
    Row("markup", "markup: 100 KB with 1,000 references", markup.parse),
    Row("upload-many-sync", "200 x 1 MiB at concurrency 8, sync", uploads.many_sync),
    Row("upload-many", "200 x 1 MiB at concurrency 8, async", uploads.many_async),
    Row("upload-bulk-sync", "10,000 x 100 KB in requests of 100, sync", bulk.sync),
    Row("upload-bulk", "10,000 x 100 KB in requests of 100, async", bulk.coroutines),
    Row("upload-large-sync", "one file of 512 MiB, sync", uploads.large_sync),
    Row("upload-large", "one file of 512 MiB, async", uploads.large_async),
    Row("upload-video-sync", "one video of 2 GiB in chunks, sync", uploads.video_sync),
    Row("upload-video", "one video of 2 GiB in chunks, async", uploads.video_async),
    Row("sandbox-upload", "sandbox: 100 x 100 KB JPEG in one request, MB/s", sandbox.upload),
    Row("sandbox-get", "sandbox: GET of a file, calls/s", sandbox.get),
    Row("sandbox-details", "sandbox: details among 10,000 files", sandbox.details),
    Row("sandbox-list", "sandbox: page of 50 of 10,000 files", sandbox.listing),
    Row("sandbox-search", "sandbox: search in 10,000 files", sandbox.search),
    Row("sandbox-colors", "sandbox: search by color in 10,000 files", sandbox.colors),
    Row("generate", "generate from 237 operations", generating.generate),
    Row("type-check", "mypy of the generated code, cold", generating.type_check),
)

__all__ = ["ROWS", "Row"]
