"""Saved links, as `client.links` returns them.

A link is a file of the kind ``link``: `source_url` of the API is `url` here, and fields that only
other kinds of file have are in `additional_properties`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self, cast
from urllib.parse import urlsplit

from attrs import frozen

from aion_api import Model, OpenEnum, field_names
from aion_api import _model as md
from aion_api.models.shared import UpdateFileResult
from aion_api.models.user_files import DeleteFileResult


class LinkCrawlStatus(OpenEnum):
    """The status of the crawl of a link."""

    PENDING = "pending"
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Return whether it is final. An unknown status counts as running."""
        return self in (self.COMPLETED, self.FAILED)


@frozen(slots=False)
class LinkOGMetadata(Model):
    """The preview data of a page (Open Graph).

    Attributes:
        title: Its title.
        description: A sentence about it.
        image_url: An image to show with it.
        site_name: The site that it belongs to.
        type: Its type, such as ``article``.
        locale: Its language, such as ``en_US``.
    """

    title: str | None = None
    description: str | None = None
    image_url: str | None = None
    site_name: str | None = None
    type: str | None = None
    locale: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the data of a page. The image is under ``image`` or ``image_url``."""
        return cls(
            title=data.get("title"),
            description=data.get("description"),
            image_url=data.get("image_url") or data.get("image"),
            site_name=data.get("site_name"),
            type=data.get("type"),
            locale=data.get("locale"),
            additional_properties=md.unknown(data, _PREVIEW_KEYS),
        )


@frozen(slots=False)
class CreateLinkResult(Model):
    """A link that was just saved.

    Attributes:
        id: The id of the link.
        url: The saved URL.
        domain: Its host.
        crawl_status: The status of the crawl: a value of `LinkCrawlStatus`, as text.
        title: Its title, once one is known.
        tags: Its tags.
        folder_id: Its folder.
        og_metadata: The preview data of the page, if it is known already.
        created_at: When it was saved.
        is_duplicate: Whether the same URL had already been saved. There are two links then.
    """

    id: str
    url: str
    domain: str
    crawl_status: str
    title: str | None = None
    tags: list[str] | None = None
    folder_id: str | None = None
    og_metadata: LinkOGMetadata | None = None
    created_at: datetime | None = None
    is_duplicate: bool = False

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to saving a link."""
        extra = md.unknown(data, _CREATED_KEYS)
        url = _url(data)
        return cls(
            id=data["id"],
            url=url,
            domain=data.get("domain") or _host(url),
            crawl_status=data.get("crawl_status") or LinkCrawlStatus.PENDING.value,
            title=data.get("title"),
            tags=data.get("tags"),
            folder_id=data.get("folder_id"),
            og_metadata=_preview(data.get("og_metadata")),
            created_at=md.date(data, "created_at", extra),
            is_duplicate=bool(data.get("is_duplicate")),
            additional_properties=extra,
        )


@frozen(slots=False)
class RecrawlLinkResult(Model):
    """A repeated crawl.

    Attributes:
        id: The id of the link.
        status: ``queued`` when the crawl will begin.
        message: The message of the service, if any.
        og_metadata: The preview data so far, if the service reports it.
        next_allowed_recrawl: When the link may be crawled again, if the service reports it.
    """

    id: str
    status: str
    message: str = ""
    og_metadata: LinkOGMetadata | None = None
    next_allowed_recrawl: datetime | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response. The id is under ``link_id`` or ``id``."""
        extra = md.unknown(data, _RECRAWL_KEYS)
        return cls(
            id=data["link_id"] if data.get("id") is None else data["id"],
            status=data["status"],
            message=data.get("message") or "",
            og_metadata=_preview(data.get("og_metadata")),
            next_allowed_recrawl=md.date(data, "next_allowed_recrawl", extra),
            additional_properties=extra,
        )


@frozen(slots=False)
class LinkItem(Model):
    """A link in a listing.

    Attributes:
        id: The id of the link.
        url: The saved URL.
        domain: Its host.
        title: Its own title, or that of the page.
        tags: Its tags.
        folder_id: Its folder, if the list is that of a folder.
        crawl_status: The status of the crawl: a value of `LinkCrawlStatus`, as text.
        og_metadata: The preview data of the page, once it is crawled.
        favicon_url: The icon of the site.
        created_at: When it was saved.
    """

    id: str
    url: str
    domain: str
    title: str | None = None
    tags: list[str] | None = None
    folder_id: str | None = None
    crawl_status: str | None = None
    og_metadata: LinkOGMetadata | None = None
    favicon_url: str | None = None
    created_at: datetime | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a file item of a listing."""
        extra = md.unknown(data, _ITEM_KEYS)
        url = _url(data)
        preview = _preview(data.get("og_metadata"))
        return cls(
            id=data["id"],
            url=url,
            domain=data.get("domain") or _host(url),
            title=_title(data, preview),
            tags=data.get("tags"),
            folder_id=data.get("folder_id"),
            crawl_status=data.get("crawl_status"),
            og_metadata=preview,
            favicon_url=data.get("favicon_url"),
            created_at=md.date(data, "created_at", extra),
            additional_properties=extra,
        )


@frozen(slots=False)
class LinkDetails(Model):
    """The details of one link.

    Attributes:
        id: The id of the link.
        url: The saved URL.
        domain: Its host.
        title: Its own title, or that of the page.
        tags: Its tags.
        folder_id: Its folder, if the service reports it.
        crawl_status: The status of the crawl: a value of `LinkCrawlStatus`, as text.
        crawl_error: Why the crawl failed, if it did.
        crawled_at: When the page was crawled last.
        og_metadata: The preview data of the page, once it is crawled.
        favicon_url: The icon of the site.
        extracted_images: The images found on the page, each as the service describes it.
        extracted_images_count: How many there are.
        created_at: When the link was saved.
        updated_at: When it was changed last.
    """

    id: str
    url: str
    domain: str
    title: str | None = None
    tags: list[str] | None = None
    folder_id: str | None = None
    crawl_status: str | None = None
    crawl_error: str | None = None
    crawled_at: datetime | None = None
    og_metadata: LinkOGMetadata | None = None
    favicon_url: str | None = None
    extracted_images: list[dict[str, Any]] | None = None
    extracted_images_count: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_crawl_complete(self) -> bool:
        """Return whether the page was crawled with success."""
        return self.crawl_status == LinkCrawlStatus.COMPLETED.value

    @property
    def is_crawl_failed(self) -> bool:
        """Return whether the crawl failed; `crawl_error` says why."""
        return self.crawl_status == LinkCrawlStatus.FAILED.value

    @property
    def is_crawling(self) -> bool:
        """Return whether the crawl runs. An unknown or missing status counts as running."""
        return not self.is_crawl_complete and not self.is_crawl_failed

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the details of a file."""
        extra = md.unknown(data, _DETAILS_KEYS)
        url = _url(data)
        preview = _preview(data.get("og_metadata"))
        return cls(
            id=data["id"],
            url=url,
            domain=data.get("domain") or _host(url),
            title=_title(data, preview),
            tags=data.get("tags"),
            folder_id=data.get("folder_id"),
            crawl_status=data.get("crawl_status"),
            crawl_error=data.get("crawl_error"),
            crawled_at=md.date(data, "crawled_at", extra),
            og_metadata=preview,
            favicon_url=data.get("favicon_url"),
            extracted_images=_images(data.get("extracted_images")),
            extracted_images_count=data.get("extracted_images_count"),
            created_at=md.date(data, "created_at", extra),
            updated_at=md.date(data, "updated_at", extra),
            additional_properties=extra,
        )


@frozen(slots=False)
class LinkList(Model):
    """One page of links.

    Attributes:
        links: The links.
        total_count: How many match altogether.
        has_more: Whether more follow this page.
    """

    links: list[LinkItem]
    total_count: int
    has_more: bool

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a page of files, all of which are links."""
        items = data["links"] if "links" in data else data["files"]
        return cls(
            links=[LinkItem.from_api_response(item) for item in items or ()],
            total_count=data["total_count"],
            has_more=data["has_more"],
            additional_properties=md.unknown(data, _LIST_KEYS),
        )


@frozen(slots=False)
class LinkUpdateResult(UpdateFileResult):
    """A link after an update.

    Attributes:
        id: The id of the link.
        updated_at: When it was changed.
        title: Its title now.
        tags: Its tags now.
    """


@frozen(slots=False)
class LinkDeleteResult(DeleteFileResult):
    """A deleted link.

    Attributes:
        id: The id of the link.
        deleted_at: When it was deleted.
        message: The message of the service.
    """


def _keys(cls: type[Model], *wire_names: str) -> frozenset[str]:
    return frozenset([*field_names(cls), *wire_names])


_PREVIEW_KEYS = _keys(LinkOGMetadata, "image")
_CREATED_KEYS = _keys(CreateLinkResult, "source_url")
_RECRAWL_KEYS = _keys(RecrawlLinkResult, "link_id")
_ITEM_KEYS = _keys(LinkItem, "source_url")
_DETAILS_KEYS = _keys(LinkDetails, "source_url")
_LIST_KEYS = _keys(LinkList, "files")


def _url(data: Mapping[str, Any]) -> str:
    """Return the address of a link. Other kinds of file have none."""
    return data.get("source_url") or data.get("url") or ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _title(data: Mapping[str, Any], preview: LinkOGMetadata | None) -> str | None:
    return data.get("title") or (preview and preview.title) or data.get("page_title")


def _preview(data: object) -> LinkOGMetadata | None:
    if not isinstance(data, Mapping):
        return None
    return LinkOGMetadata.from_api_response(cast("Mapping[str, Any]", data))


def _images(found: object) -> list[dict[str, Any]] | None:
    """Read the images of a page: a list, an object with a list, or a single object."""
    if found is None:
        return None
    items: object = found
    if isinstance(found, Mapping):
        box = cast("Mapping[str, Any]", found)
        items = box.get("images", [box] if box else [])
    if not isinstance(items, (list, tuple)):
        return []
    return [
        dict(cast("Mapping[str, Any]", item)) if isinstance(item, Mapping) else {"url": item}
        for item in cast("list[object]", items)
    ]


__all__ = [
    "CreateLinkResult",
    "LinkCrawlStatus",
    "LinkDeleteResult",
    "LinkDetails",
    "LinkItem",
    "LinkList",
    "LinkOGMetadata",
    "LinkUpdateResult",
    "RecrawlLinkResult",
]
