"""Says what to do about text that is not a path: a URL, base64, or a path with ~.

Only text that names no file gets here, so a file with such a name can still be uploaded.
"""

from __future__ import annotations

import base64
import re

from aion._hints import Hint, hint
from aion.uploads._media_types import sniff

_SHOWN = 60
"""Most characters of such text in a message."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(?=[^/])")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{32,}")
_HEAD = 64


def advice(path: str) -> tuple[str, str] | None:
    """Return how to show text that is not a path, and what it is and what to do about it.

    Args:
        path: The text; the slashes after the scheme of a URL may have become one.

    Returns:
        None for text that may be a path.
    """
    for read in (_data_url, _url, _home, _base64):
        if found := read(path):
            return found
    return None


def is_base64(text: str | bytes) -> bool:
    """Return whether text begins as the base64 of a file of a known type does."""
    begin = text[:_HEAD]
    plain = begin.decode("latin-1") if isinstance(begin, bytes) else begin
    letters = _BASE64.match(plain)
    if letters is None:
        return False
    bare = "".join(letters[0].split())
    kind = sniff(base64.b64decode(bare[: len(bare) // 4 * 4]))
    return kind is not None and kind != "text/plain"


def _data_url(path: str) -> tuple[str, str] | None:
    if path[:5].lower() != "data:":
        return None
    shown = path.partition(",")[0][:_SHOWN]
    return f"{shown},...", f"is a data URL, not a path: {hint(Hint.DECODE_URL)}"


def _url(path: str) -> tuple[str, str] | None:
    scheme = _SCHEME.match(path)
    if scheme is None:
        return None
    # The query of a presigned URL is a credential, and so is what comes before an @.
    place = re.split(r"[?#]", path[scheme.end() :])[0].rpartition("@")[2]
    kind = scheme[1].lower()
    shown = f"{kind}://{place[:_SHOWN]}{'...' if len(place) > _SHOWN else ''}"
    if kind == "file":
        return shown, f"is a URL, not a path: {hint(Hint.PATH_OF_URL)}"
    name = re.sub(r"[^\w.-]", "", place.rstrip("/").rpartition("/")[2])
    if kind not in ("http", "https"):
        return shown, "is a URL, not a path: download the object, and pass the path of the copy"
    return shown, f"is a URL, not a path: {hint(Hint.DOWNLOAD_URL, name=name or 'file')}"


def _home(path: str) -> tuple[str, str] | None:
    if not path.startswith("~"):
        return None
    return path, f"does not exist: ~ is not expanded; {hint(Hint.EXPAND_HOME, path=path)}"


def _base64(path: str) -> tuple[str, str] | None:
    if not is_base64(path):
        return None
    shown = f"{path[:12]}... ({len(path):,} characters)"
    return shown, f"is base64, not a path: {hint(Hint.DECODE_TEXT)}"


__all__ = ["advice", "is_base64"]
