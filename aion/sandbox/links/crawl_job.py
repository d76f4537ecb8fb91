"""The job that crawls a saved link: it ends with the facts of the page, or with a reason."""

from __future__ import annotations

from collections.abc import Awaitable
from email.message import Message
from typing import Any, Final

from aion.sandbox.links.fetch import CrawlFailed, fetch, loopback_address
from aion.sandbox.links.page_reader import PageFacts, read_page
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.clock import Clock
from aion.sandbox.store.files import StoredFile

CRAWL: Final = "crawl"
"""Kind of the job that crawls a link, by the id of the file; faults select it by its URL."""

RECRAWL_SECONDS: Final = 3600
"""Seconds between two recrawls of a link."""

_PREVIEW: Final = ("title", "description", "image", "site_name", "type", "locale")
_MAX_TITLE: Final = 500


@job(CRAWL)
def crawl(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    """Advance a crawl; the last stage fetches the page."""
    file = step.state.files.get(step.id)
    if file is None:
        return None
    if step.stage == "processing":
        return _crawl(step, file)
    step.state.files.update_extra(file.n, crawl_status="processing")
    return step.next("processing")


async def _crawl(step: Step[State], file: StoredFile) -> None:
    state = step.state
    failure = step.failure()
    found: PageFacts | None = None
    try:
        if failure is not None:
            raise CrawlFailed(failure)
        local = loopback_address(state.options.host) is not None
        page: PageFacts = await state.in_thread(_read, step.name, local)
    except CrawlFailed as error:
        values: dict[str, Any] = {"crawl_status": "failed", "crawl_error": str(error)}
    else:
        values, found = _values(page), page
    with state.database.transaction():
        current = state.files.get(file.id)
        if current is None:
            return
        if found is not None:
            preview = values["og_metadata"].get("title") or found.title
            title = preview[:_MAX_TITLE] if preview is not None else None
            state.files.update(
                file.n, title=current.title or title, visible_text=found.text or None
            )
        state.files.update_extra(file.n, crawled_at=step.stamp(), **values)


def _read(url: str, local: bool) -> PageFacts:
    final, page = fetch(url, local=local)
    if page.status >= 300:
        raise CrawlFailed(f"the page responded with {page.status}")
    header = Message()
    header["Content-Type"] = page.content_type
    if header.get_content_type() not in ("text/html", "application/xhtml+xml"):
        raise CrawlFailed(f"not a web page, but {header.get_content_type()}")
    charset = header.get_content_charset("utf-8")
    try:
        text = page.body.decode(charset, "replace")
    except LookupError:
        text = page.body.decode("utf-8", "replace")
    return read_page(text, final)


def _values(found: PageFacts) -> dict[str, Any]:
    return {
        "crawl_status": "completed",
        "crawl_error": None,
        "page_title": found.title,
        "og_metadata": {key: found.preview[key] for key in _PREVIEW if key in found.preview},
        "favicon_url": found.favicon,
        "extracted_images": {"images": found.images},
        "extracted_images_count": len(found.images),
    }


def seconds_until_recrawl(file: StoredFile, clock: Clock) -> float:
    """Return the seconds until a link may be crawled again; 0 or less when it may be now."""
    last = file.extras().get("recrawled_at")
    return float(last) + RECRAWL_SECONDS - clock.now() if last is not None else 0.0
