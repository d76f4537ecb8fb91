"""Upload real images to the embedded sandbox, and print the results. Run it with `make demo`.

It draws one picture each as JPEG, PNG, WebP and GIF, starts the sandbox on a free port, and uploads
the pictures twice: with the async client, all at once, and with the sync client, one by one.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from aion import AionVision, SyncAionVision, UploadResult
from aion.testing import Sandbox

CONSOLE = Console()


def draw(folder: Path) -> list[Path]:
    """Draw four small pictures, one for each format."""
    scenes = {
        "harbor.jpg": ("#1b3a5c", "#e8c477", (640, 480)),
        "meadow.png": ("#4f8a3b", "#f4f1de", (480, 640)),
        "brick.webp": ("#a23b2a", "#2b2b2b", (512, 512)),
        "beacon.gif": ("#101418", "#f2b705", (320, 240)),
    }
    for name, (ground, figure, size) in scenes.items():
        image = Image.new("RGB", size, ground)
        pen = ImageDraw.Draw(image)
        width, height = size
        pen.ellipse((width // 3, height // 4, width * 2 // 3, height * 3 // 4), fill=figure)
        pen.rectangle((0, height * 4 // 5, width, height), fill=figure)
        image.save(folder / name)
    return [folder / name for name in scenes]


def bar(console: Console) -> Progress:
    """Return a progress display: bars on a terminal, plain lines elsewhere."""
    return Progress(
        TextColumn("{task.description:24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


async def describe_all(client: AionVision, images: list[Path]) -> list[UploadResult]:
    """Upload all images at once, with the async client."""
    with bar(CONSOLE) as progress:
        task = progress.add_task("async, all at once", total=len(images))

        async def one(image: Path) -> UploadResult:
            result = await client.upload_one(image)
            progress.advance(task)
            return result

        return list(await asyncio.gather(*(one(image) for image in images)))


def describe_each(client: SyncAionVision, images: list[Path]) -> list[UploadResult]:
    """Upload one image after the other, with the sync client."""
    with bar(CONSOLE) as progress:
        return [
            client.upload_one(image)
            for image in progress.track(images, description="sync, one by one")
        ]


def show(title: str, results: list[UploadResult]) -> None:
    """Print a table with one row for each image."""
    table = Table(title=title, title_justify="left")
    for column in ("file", "status", "tags", "description"):
        table.add_column(column, overflow="fold")
    for result in results:
        tags = ", ".join(result.tags or ())
        table.add_row(
            result.filename, result.description_status.value, tags, escape(result.description or "")
        )
    CONSOLE.print(table)


async def with_async_client(sandbox: Sandbox, images: list[Path]) -> list[UploadResult]:
    """Run the async half of the demo."""
    async with AionVision(
        sandbox.api_key, base_url=sandbox.base_url, polling_interval=0.1
    ) as client:
        return await describe_all(client, images)


def main() -> None:
    """Run both halves against one sandbox."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        images = draw(Path(folder))
        CONSOLE.print(f"The sandbox listens at {sandbox.base_url}\n")
        show("Async client", asyncio.run(with_async_client(sandbox, images)))
        with SyncAionVision(
            sandbox.api_key, base_url=sandbox.base_url, polling_interval=0.1
        ) as client:
            show("Sync client", describe_each(client, images))
            page = client.files.list(limit=100)
        CONSOLE.print(
            f"\n{page.total_count} files in the library,"
            f" {time.monotonic() - began:.1f} s altogether."
        )


if __name__ == "__main__":
    main()
