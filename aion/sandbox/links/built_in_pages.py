"""Built-in pages under an invented host, so that links can be crawled offline.

The host ends in `.test`, which is reserved. A path without a page is a 404, as on any site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HOST: Final = "pages.aion.test"
"""Host of the built-in pages, over http and https."""


@dataclass(frozen=True, slots=True)
class Page:
    """The response of a web server."""

    status: int
    content_type: str
    body: bytes


_HARBOR: Final = """<!doctype html>
<html lang="en"><head>
<meta charset="utf-8">
<title>Harbor log</title>
<link rel="icon" href="/harbor.ico">
<meta property="og:title" content="Spring tides at Quillhaven harbor">
<meta property="og:description" content="Water levels, berths and the new pier, week by week.">
<meta property="og:image" content="/pictures/pier.jpg">
<meta property="og:site_name" content="Quillhaven Gazette">
<meta property="og:type" content="article">
<meta property="og:locale" content="en_US">
<script>document.title = "not read"</script>
</head><body>
<h1>Spring tides</h1>
<p>The pier was closed on Tuesday; two cutters moved to berth nine.</p>
<img src="/pictures/pier.jpg" alt="The pier at low tide">
<img src="/pictures/cutters.jpg" alt="Two cutters">
</body></html>
"""

_BAKERY: Final = """<!doctype html>
<html lang="en"><head>
<meta charset="utf-8">
<title>Rye loaf, step by step</title>
<meta name="description" content="A dense loaf for two days.">
</head><body>
<h1>Rye loaf</h1><p>Rye flour, water, salt, and a starter that is a week old.</p>
</body></html>
"""

_BARE: Final = "<p>A page without a head.</p>"

_PAGES: Final = {
    "/harbor": Page(200, "text/html; charset=utf-8", _HARBOR.encode()),
    "/bakery": Page(200, "text/html; charset=utf-8", _BAKERY.encode()),
    "/bare": Page(200, "text/html", _BARE.encode()),
    "/notes.txt": Page(200, "text/plain", b"Only text.\n"),
    "/broken": Page(500, "text/html", b"<title>Out of order</title>"),
}
_MISSING: Final = Page(404, "text/html", b"<title>Not here</title>")


def built_in(path: str) -> Page:
    """Return the page of a path."""
    return _PAGES.get(path.rstrip("/") or "/", _MISSING)
