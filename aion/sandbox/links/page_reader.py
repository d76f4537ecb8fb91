"""Reads the facts of a web page: its title, its preview data, its images, its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

_MAX_IMAGES: Final = 50
_MAX_TEXT: Final = 4_000
_MAX_VALUE: Final = 2_000
_MAX_REST: Final = 8_000
_SILENT: Final = frozenset({"script", "style", "title", "noscript", "template"})


@dataclass(slots=True)
class PageFacts:
    """The facts of a page."""

    title: str | None = None
    preview: dict[str, str] = field(default_factory=dict[str, str])
    """Open Graph properties without their prefix."""
    favicon: str | None = None
    images: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    text: str = ""


def read_page(html: str, url: str) -> PageFacts:
    """Read a page, and make its addresses absolute. Any text is a page, as in a browser."""
    reader = _Reader(url)
    reader.feed(html)
    # The rest is not a whole tag. Its end is searched again from every "<" in it, which takes
    # minutes for a hostile page.
    reader.rawdata = reader.rawdata[:_MAX_REST]
    reader.close()
    found = reader.found
    found.title = _tidy("".join(reader.title)) or None
    found.text = _tidy(" ".join(reader.words))[:_MAX_TEXT]
    if reader.summary is not None:
        found.preview.setdefault("description", reader.summary)
    return found


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found = PageFacts()
        self.title: list[str] = []
        self.words: list[str] = []
        self.summary: str | None = None
        self._url = url
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: (value or "")[:_MAX_VALUE] for name, value in attrs}
        if tag in _SILENT:
            self._within.append(tag)
        elif tag == "meta":
            self._meta(values)
        elif tag == "link" and "icon" in values.get("rel", "").lower().split():
            self.found.favicon = self.found.favicon or self._absolute(values.get("href"))
        elif tag == "img" and len(self.found.images) < _MAX_IMAGES:
            source = self._absolute(values.get("src"))
            if source is not None:
                self.found.images.append({"url": source, "alt": _tidy(values.get("alt", ""))})

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            del self._within[self._within.index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.words.append(data)
        elif self._within == ["title"] and not self.title:
            self.title.append(data[:_MAX_VALUE])

    def _meta(self, values: dict[str, str]) -> None:
        content = _tidy(values.get("content", ""))
        name = values.get("property", values.get("name", "")).lower()
        if not content:
            return
        if name == "description":
            self.summary = self.summary or content
        elif name.startswith("og:"):
            key = name.removeprefix("og:")
            value = self._absolute(content) if key == "image" else content
            if value is not None:
                self.found.preview.setdefault(key, value)

    def _absolute(self, address: str | None) -> str | None:
        try:
            joined = urljoin(self._url, (address or "").strip())
            fits = bool(address) and urlsplit(joined).scheme in ("http", "https")
        except ValueError:
            return None
        return joined if fits else None


def _tidy(text: str) -> str:
    return " ".join(text.split())
