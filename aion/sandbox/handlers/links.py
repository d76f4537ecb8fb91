"""Links: save one, and recrawl it. All else is as for any file."""

from __future__ import annotations

import hashlib
import math
from urllib.parse import urlsplit

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.library.editing import check_tags
from aion.sandbox.library.folders import Folders
from aion.sandbox.links.crawl_job import CRAWL, seconds_until_recrawl
from aion.sandbox.runtime.call import Call, Response


@operation("create_link")
async def create_link(call: Call) -> Response:
    """Save an address, and queue its crawl on request."""
    body, state = call.body, call.state
    url: str = body["url"]
    domain = _domain(url)
    tags: list[str] = list(dict.fromkeys(body.get("tags") or ()))
    check_tags(tags)
    crawled: bool = body.get("auto_crawl", True)
    # The hash is indexed, and differs from that of any uploaded file.
    digest = hashlib.sha256(f"link:{url}".encode()).hexdigest()
    with state.database.transaction():
        folder_id = body.get("folder_id")
        known = state.files.with_hash(digest) is not None
        stored = state.files.add(
            id=state.files.new_id(),
            media_type="link",
            filename=domain,
            content_type="text/html",
            format="link",
            sha256=digest,
            title=body.get("title") or None,
            tags=tags,
            folder_id=Folders(state).require(folder_id).id if folder_id is not None else None,
            upload_method="POST",
            extra={
                "source_url": url,
                "domain": domain,
                "crawl_status": "queued" if crawled else "pending",
            },
        )
        if crawled:
            state.jobs.schedule(CRAWL, stored.id, name=url)
    answer = {
        "id": stored.id,
        "source_url": url,
        "title": stored.title,
        "domain": domain,
        "crawl_status": stored.extras()["crawl_status"],
        "is_duplicate": known,
        "created_at": stored.created_at,
    }
    return Response(answer, status=201)


@operation("recrawl_link")
async def recrawl_link(call: Call) -> Response:
    """Queue another crawl: once an hour for each link, and not while one is running."""
    state = call.state
    file = state.files.get(call.path["link_id"])
    if file is None:
        raise ApiError(404, f"no link {call.path['link_id']}")
    if file.media_type != "link":
        raise ApiError(400, f"file {file.id} is a {file.media_type}, not a link")
    if file.busy:
        raise ApiError(400, f"the crawl of link {file.id} has not ended", code="CRAWL_RUNNING")
    rest = math.ceil(seconds_until_recrawl(file, state.clock))
    if rest > 0:
        raise ApiError(
            429,
            f"link {file.id} was recrawled within the last hour",
            details={"retry_after": rest},
            headers={"retry-after": str(rest)},
        )
    with state.database.transaction():
        state.files.update_extra(
            file.n, crawl_status="queued", crawl_error=None, recrawled_at=state.clock.now()
        )
        state.jobs.schedule(CRAWL, file.id, name=file.extras()["source_url"])
    return Response({"status": "queued", "link_id": file.id})


def _domain(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        host = None
    if not host:
        raise ApiError(400, "url must begin with http:// or https://", details={"field": "url"})
    return host
