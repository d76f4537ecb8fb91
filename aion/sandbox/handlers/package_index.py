"""The package index: well formed and empty."""

from __future__ import annotations

from typing import Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response

_PAGE: Final = '<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version" content="1.0">'


@operation("simple_index", kind="minimal")
async def simple_index(call: Call) -> Response:
    """Serve the root page, with its only package."""
    del call
    link = '<a href="/api/v2/sdk/simple/aion/">aion</a>'
    return _html("Simple index", link)


@operation("package_index", kind="minimal")
async def package_index(call: Call) -> Response:
    """Serve the page of the package, without a wheel."""
    del call
    return _html("Links for aion", "")


@operation("download_wheel", kind="minimal")
async def download_wheel(call: Call) -> Response:
    """Respond with 404: the sandbox has no wheels."""
    raise ApiError(404, f"the sandbox has no wheels: {call.path['filename']} does not exist")


def _html(title: str, content: str) -> Response:
    page = f"{_PAGE}<title>{title}</title></head>\n<body>{content}</body></html>\n"
    return Response(raw=page.encode(), headers={"content-type": "text/html; charset=utf-8"})
