"""Validates URLs, filters and states for `client.links`. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from aion import _checks as check
from aion._requests.library import listing
from aion._waiting.errors import Awaited
from aion.types.links import LinkCrawlStatus, LinkDetails, LinkItem, LinkList
from aion_api import Request

MAX_URL_LENGTH = 2048
_SORTS = ("created_at", "title")
_STATES = tuple(status.value for status in LinkCrawlStatus)


def address(url: str) -> str:
    """Validate the URL of a web page.

    Raises:
        ValidationError: It is not a URL, or too long.
    """
    plain = check.text("url", url, 1, MAX_URL_LENGTH).strip()
    try:
        parts = urlsplit(plain)
        is_web = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or any(char.isspace() or not char.isprintable() for char in plain):
        check.refuse("url", url, "a URL that begins with http:// or https://")
    return plain


def links(
    search: str | None,
    tags: Sequence[str] | None,
    folder_id: str | None,
    date_from: datetime | None,
    date_to: datetime | None,
    sort_by: str,
    sort_order: str,
) -> Callable[[int, int], Request[LinkList]]:
    """Return a function that makes the request for a page of links, from its limit and offset.

    Raises:
        ValidationError: A filter is out of range.
    """
    page = listing(
        search=search,
        tags=tags,
        date_from=date_from,
        date_to=date_to,
        folder_id=folder_id,
        media_types=["link"],
        sort_by=sort_by,
        sort_order=sort_order,
        sorts=_SORTS,
    )
    return lambda limit, offset: page(limit, offset).decoding(LinkList.from_api_response)


def in_state(crawl_status: str | None) -> Callable[[LinkItem], bool] | None:
    """Return a filter for links in this state, which the service has no parameter for.

    Returns None for no filter.
    """
    if crawl_status is None:
        return None
    status = check.choice("crawl_status", crawl_status, _STATES)
    return lambda link: link.crawl_status == status


def crawl(link_id: str, prefix: str) -> Awaited[LinkDetails]:
    """Describe the crawl of a link as an awaited operation.

    Args:
        link_id: The link.
        prefix: What stands before a call in messages: ``"await "`` or nothing.
    """
    return Awaited(
        f"the crawl of link {link_id}",
        f"The link is saved: resume with {prefix}client.links.wait_for_crawl({link_id!r}), do not"
        " save it again",
        {"link_id": link_id},
        lambda last: {"status": last.crawl_status},
    )
