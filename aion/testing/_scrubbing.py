"""Removes secrets from recordings, and values that would change with every run.

Pure functions over text, JSON, headers and bodies. They are idempotent, so that a recording that is
loaded and saved does not change.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, Final, cast

REDACTED: Final = "REDACTED"
"""Replaces a secret."""
NORMALIZED: Final = "NORMALIZED"
"""Replaces a value that differs in each run."""
API_KEY: Final = "aion_redacted"
"""Replaces an API key."""
EMAIL: Final = "someone@example.com"
"""Replaces an e-mail address."""
ORIGIN: Final = "https://api.aionvision.tech"
"""Replaces the address of a sandbox, whose port differs in each run."""
BOUNDARY: Final = "boundary"
"""The boundary of recorded forms."""

_FORM: Final = "multipart/form-data"
_FIELDS: Final = frozenset(
    {
        "access_key_id",
        "access_token",
        "api_key",
        "apikey",
        "authorization",
        "client_secret",
        "current_password",
        "developer_key",
        "id_token",
        "invitation_code",
        "key-pair-id",
        "new_password",
        "password",
        "policy",
        "refresh_token",
        "secret",
        "secret_access_key",
        "session_token",
        "share_token",
        "sig",
        "signature",
        "token",
    }
)
"""Names of fields and query parameters whose value grants access."""
_SIGNED: Final = ("x-amz-", "x-goog-")
"""Prefixes of the names that object stores use for the parts of a signature."""
_IN_QUERIES: Final = _FIELDS | {"awsaccesskeyid", "code", "expires", "googleaccessid", "state"}
_CHURNING_FIELDS: Final = frozenset({"idempotency_key", "request_id"})
_MEASURED: Final = re.compile(
    r"(?:^|_)(?:elapsed|execution|processing|response|search)_(?:time|duration)(?:_ms|_seconds)?\Z"
)
"""Names of fields with durations that the service measured; its estimates are not among them."""
_SECRET_HEADERS: Final = frozenset(
    {"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"}
)
_CHURNING_HEADERS: Final = frozenset(
    {
        "cf-ray",
        "date",
        "idempotency-key",
        "traceparent",
        "tracestate",
        "user-agent",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-request-id",
    }
)
_SENT_HEADERS: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-type",
        "host",
        "if-range",
        "range",
        "x-correlation-id",
        "x-tenant-id",
    }
)
"""Headers that the client sends by itself; the program added any other header."""
_LENGTHS: Final = frozenset({"content-length", "transfer-encoding"})
"""Headers about the transferred form of a body, which differs from the recorded form."""

_PASSES: Final = 8
"""Most passes over a text: adjacent secrets take more than one, real texts never this many."""
_HERE: Final = re.compile(
    r"https?(?P<after>://|%3A%2F%2F)(?:127\.0\.0\.1|localhost|\[::1\])(?:(?::|%3A)\d{1,5})?(?![\w.:-])",
    re.IGNORECASE,
)
_HERE_AS_HOST: Final = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?")
_LOGIN: Final = re.compile(r"(?<=://)[^/?#\s\"'<>]+@")
_KEY: Final = re.compile(
    r"\baion_(?!redacted\b)[A-Za-z0-9_-]{16,}"
    # A key may begin with any word. Other texts that do, such as the id of an operation, have no
    # long part with a capital or a digit.
    r"|(?<![\w-])[a-z]++_"
    r"(?=[A-Za-z0-9_-]*?(?=[a-z]{0,15}[A-Z0-9])[A-Za-z0-9]{16})[A-Za-z0-9_-]{20,}"
)
_BEARER: Final = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/-]{8,}+=*+(?!@|%40)")
# It begins only at the start of a word: otherwise a megabyte without spaces would take hours.
_ADDRESS: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]++(@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
)
_PARAMETER: Final = re.compile(r"([?&]|&amp;|\\u0026)([\w.-]+)=([^&#\s\"'<>\\]*)")
_PART: Final = re.compile(r"\r?\n\r?\n")
_NAMED: Final = re.compile(r'\bname="([^"]*)"', re.IGNORECASE)


def scrub_text(text: str) -> str:
    """Remove keys, tokens, e-mail addresses, signatures and the sandbox's address from text."""
    for _ in range(_PASSES):
        before, text = text, _scrubbed_once(text)
        if text == before:
            break
    return text


def _scrubbed_once(text: str) -> str:
    text = _HERE.sub(_origin, text)
    text = _LOGIN.sub("", text)
    text = _PARAMETER.sub(_parameter, text)
    text = _BEARER.sub(rf"\1 {REDACTED}", text)
    text = _KEY.sub(API_KEY, text)
    return _ADDRESS.sub(_address, text)


def scrub_json(value: Any) -> Any:
    """Return a copy of decoded JSON with scrubbed texts and secret fields."""
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, list):
        return [scrub_json(one) for one in cast("Any", value)]
    if not isinstance(value, dict):
        return value
    record = cast("dict[str, Any]", value)
    # `code` and `state` are ordinary names except in the two steps of an OAuth consent.
    consent = "state" in record and not record.keys().isdisjoint({"code", "authorization_url"})
    return {scrub_text(name): _field(name, one, consent) for name, one in record.items()}


def _field(name: str, value: Any, consent: bool) -> Any:
    if isinstance(value, list):
        return [_field(name, one, consent) for one in cast("Any", value)]
    if isinstance(value, str):
        if _is_secret(name, _FIELDS) or (consent and name in ("code", "state")):
            return REDACTED
        return NORMALIZED if name in _CHURNING_FIELDS else scrub_text(value)
    if isinstance(value, int | float) and _MEASURED.search(name):
        # A number of the same type, so that it fits the same schema.
        return type(value)(0)
    return scrub_json(value)


def scrub_headers(headers: Iterable[tuple[str, Any]], *, sent: bool = False) -> dict[str, Any]:
    """Return scrubbed headers by names in lower case; values stay texts, or lists of texts.

    Headers that the program added to a request (`sent`) are treated as secrets.
    """
    by_name = {name.lower(): value for name, value in headers}
    churning = _CHURNING_HEADERS
    if "last-modified" in by_name:
        # The ETag of a downloaded file may contain its date. The ETag of an uploaded file
        # stays: the client sends it later.
        churning |= {"etag", "last-modified"}
    if sent:
        known = _SENT_HEADERS | _SECRET_HEADERS | churning
        by_name = {
            name: value if name in known or name in _LENGTHS else REDACTED
            for name, value in by_name.items()
        }
    return {
        name: [_header(name, str(one), churning) for one in cast("Any", value)]
        if isinstance(value, list)
        else _header(name, _text(value), churning)
        for name, value in by_name.items()
        if name not in _LENGTHS
    }


def scrub_body(body: bytes, content_type: str, *, sent: bool) -> bytes:
    """Return a body without secrets, in a readable layout.

    JSON is indented. The binary body of a response is unchanged, because a replay must return it.
    If it was `sent`, its length and hash replace it, which are enough to recognize it.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM:
        return _scrub_form(body, content_type).encode()
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _fingerprint(body).encode() if sent else body
    if kind == "application/json" or kind.endswith("+json"):
        return _scrub_document(text, indent=2).encode()
    if kind == "text/event-stream":
        return "\n".join(map(_event_line, text.split("\n"))).encode()
    if kind == "application/x-www-form-urlencoded":
        return scrub_text(f"&{text}")[1:].encode()
    return scrub_text(text).encode()


def parts_of(body: bytes, content_type: str) -> list[tuple[str, bytes]]:
    """Return head and content of each part of a form, recorded or as sent.

    Raises:
        ValueError: The content type has no boundary.
    """
    _, separator, boundary = content_type.partition("boundary=")
    if not separator:
        raise ValueError(f"no boundary in {content_type!r}")
    mark = b"--" + boundary.partition(";")[0].strip().strip('"').encode()
    pieces = re.split(rb"(?:\A|\r?\n)" + re.escape(mark) + rb"(?:--)?(?:\r?\n|\Z)", body)
    parts: list[tuple[str, bytes]] = []
    for piece in pieces:
        head, gap, content = _split(piece)
        if gap:
            parts.append((head, content))
    return parts


def _split(piece: bytes) -> tuple[str, bool, bytes]:
    text = piece.decode("latin-1")
    gap = _PART.search(text)
    if gap is None:
        return "", False, b""
    head = text[: gap.start()].encode("latin-1").decode("utf-8", "replace")
    return head.replace("\r\n", "\n"), True, piece[gap.end() :]


def _scrub_form(body: bytes, content_type: str) -> str:
    lines: list[str] = []
    for head, content in parts_of(body, content_type):
        named = _NAMED.search(head)
        try:
            text = content.decode()
        except UnicodeDecodeError:
            text = _fingerprint(content)
        if named is not None and _is_secret(named[1], _FIELDS):
            text = REDACTED
        elif named is not None and named[1].lower() in _CHURNING_FIELDS:
            text = NORMALIZED
        else:
            text = _scrub_document(text) if text[:1] in ("{", "[") else scrub_text(text)
        lines += [f"--{BOUNDARY}", scrub_text(head), "", text]
    return "\n".join([*lines, f"--{BOUNDARY}--", ""])


def _scrub_document(text: str, indent: int | None = None) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return scrub_text(text)
    return json.dumps(scrub_json(value), indent=indent)


def _event_line(line: str) -> str:
    name, colon, value = line.partition(":")
    if name != "data" or not colon:
        return scrub_text(line)
    return f"data: {_scrub_document(value.strip())}" if value.strip() else line


def _fingerprint(body: bytes) -> str:
    return f"({len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()})"


def _header(name: str, value: str, churning: frozenset[str]) -> str:
    if name in churning:
        return NORMALIZED
    if name in _SECRET_HEADERS or name.startswith(_SIGNED):
        scheme, _, rest = value.partition(" ")
        # Shows reviewers that a key was sent, and how.
        return f"{scheme} {REDACTED}" if rest and scheme in ("Bearer", "Basic") else REDACTED
    if name == "host":
        return _HERE_AS_HOST.sub(ORIGIN.partition("://")[2], value)
    if name == "content-type" and value.startswith(_FORM):
        return f"{_FORM}; boundary={BOUNDARY}"
    return scrub_text(value)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _is_secret(name: str, names: frozenset[str]) -> bool:
    lowered = name.lower()
    return lowered in names or lowered.startswith(_SIGNED)


def _origin(match: re.Match[str]) -> str:
    return ORIGIN.replace("://", match["after"])


def _parameter(match: re.Match[str]) -> str:
    before, name, value = match.groups()
    return f"{before}{name}={REDACTED if _is_secret(name, _IN_QUERIES) else value}"


def _address(match: re.Match[str]) -> str:
    return EMAIL.replace("@", match[1])
