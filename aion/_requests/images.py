"""Validates images for the routes that describe or check without storing, as JSON bodies."""

from __future__ import annotations

import base64
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from aion import _checks as check
from aion._http.embedded_text import Embedded, EncodedImage, PlainText, is_plain
from aion._plain_values import by_value
from aion.config import InsecureTransportWarning
from aion.types.batch import BatchImageInput, BatchVerifyInput
from aion.uploads import _local_file

MOST_ITEMS = 10_000
"""Most images in one batch."""

MOST_PROVIDERS = 100
LONGEST_TEXT = 10_000

LEVELS = ("quick", "standard", "thorough", "critical")
"""Verification levels, which mean two, three, four or all AI providers."""

_STEP = 1024 * 1024
"""Characters of base64 that are checked at a time: a multiple of four."""

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def picture(field: str, image: Any) -> BatchImageInput:
    """Read an image of the caller: a path, bytes, a URL, or a data URL.

    Raises:
        ValidationError: It is none of these, or not an image that the service accepts.
    """
    if isinstance(image, str):
        image = by_value(image)
        kind = image[:8].lower()
        if kind.startswith(("http://", "https://")):
            return BatchImageInput(image_url=_address(field, image))
        if kind.startswith("data:"):
            return _embedded(_data_url(field, image))
    if not isinstance(image, (str, bytes, bytearray, memoryview, Path)):
        check.unopened(field, image, "pass its path, or the bytes that .read() returns")
        check.refuse(field, image, "a path, bytes, an http(s) URL or a data URL")
    if isinstance(image, (str, Path)):
        check.filled(field, image)
        path = _local_file.tidy(str(image))
        data, name = _local_file.whole(path, "images"), os.path.basename(path)  # noqa: PTH119
    else:
        data, name = bytes(cast("bytes", image)), field
    kind = _local_file.image(data, name).content_type
    return _embedded(EncodedImage(data, kind))


def _embedded(content: Embedded) -> BatchImageInput:
    # Readers of the body see a text; it is encoded when it is sent.
    return BatchImageInput(image_base64=cast("str", content))


def stored(field: str, key: Any) -> BatchImageInput:
    """Refer to a stored image by its key."""
    return BatchImageInput(object_key=check.identifier(field, key))


def chosen(**arguments: Any) -> tuple[str, Any]:
    """Return the one argument of several that was passed, and its name.

    Raises:
        ValidationError: All are None, or more than one is not.
    """
    passed = [(name, value) for name, value in arguments.items() if value is not None]
    if not passed:
        check.missing(*arguments)
    if len(passed) > 1:
        name, value = passed[-1]
        check.refuse(name, value, f"left out if {passed[0][0]} is passed")
    return passed[0]


def pictures(name: str, value: Any) -> tuple[list[BatchImageInput], bool]:
    """Read the images of one argument, and return whether it was a list.

    Args:
        name: The argument; names that begin with `object_key` hold storage keys.
        value: Its value.
    """
    read = stored if name.startswith("object_key") else picture
    plural = name.endswith("s")
    one = isinstance(value, (str, bytes, bytearray, memoryview))
    if not plural and (one or not isinstance(value, Sequence)):
        return [read(name, value)], False
    entries = check.entries(name, value, most=MOST_ITEMS)
    return [read(f"{name}[{number}]", one) for number, one in enumerate(entries)], True


def inputs(images: Any) -> list[BatchImageInput]:
    """Validate the images of a batch: `BatchImageInput`, or dictionaries of its fields."""
    entries = check.entries("images", images, most=MOST_ITEMS)
    return [_input(f"images[{number}]", one) for number, one in enumerate(entries)]


def pairs(values: Any) -> list[BatchVerifyInput]:
    """Validate the pairs of a batch: `BatchVerifyInput`, or dictionaries of its fields."""
    entries = check.entries("pairs", values, most=MOST_ITEMS)
    return [_pair(f"pairs[{number}]", one) for number, one in enumerate(entries)]


def paired(images: Sequence[BatchImageInput], contents: Any) -> list[BatchVerifyInput]:
    """Pair each image with its text."""
    texts = check.entries("contents", contents, most=MOST_ITEMS)
    if len(texts) != len(images):
        check.refuse("contents", f"{len(texts)} texts", f"one for each of {len(images)} images")
    return [
        BatchVerifyInput(image, check.text(f"contents[{number}]", text, 1, LONGEST_TEXT))
        for number, (image, text) in enumerate(zip(images, texts, strict=True))
    ]


def _rules(rules: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Validate the rules of a request: a list of dictionaries, or None."""
    if rules is None:
        return None
    entries = check.entries("rules", rules, most=MOST_ITEMS)
    for number, one in enumerate(entries):
        if not isinstance(one, dict):
            check.refuse(f"rules[{number}]", one, "a dictionary")
    return entries


def settings(
    *,
    providers: Sequence[str] | None,
    rule_set_id: str | None,
    rules: Sequence[dict[str, Any]] | None,
    verification_level: str | None = None,
    prompt: str | None = None,
    consensus_threshold: float | None = None,
    webhook_url: str | None = None,
) -> dict[str, Any]:
    """Validate the optional fields that all such requests share; return those to send."""
    fields: dict[str, Any] = {
        "providers": check.texts("providers", providers, most=MOST_PROVIDERS),
        "rules": _rules(rules),
    }
    if rule_set_id is not None:
        fields["rule_set_id"] = check.identifier("rule_set_id", rule_set_id)
    if verification_level is not None:
        fields["verification_level"] = level(verification_level)
    if prompt is not None:
        fields["prompt"] = check.text("prompt", prompt, 1, LONGEST_TEXT)
    if consensus_threshold is not None:
        fields["consensus_threshold"] = check.number(
            "consensus_threshold", consensus_threshold, 0, 1
        )
    if webhook_url is not None:
        fields["webhook_url"] = _address("webhook_url", webhook_url)
    return {name: value for name, value in fields.items() if value is not None}


def level(value: Any) -> str:
    """Validate a verification level."""
    return check.choice("verification_level", value, LEVELS)


def pace(max_parallel: int, timeout_per_item: int) -> dict[str, Any]:
    """Validate how fast a batch is processed."""
    return {
        "max_parallel": check.whole_number("max_parallel", max_parallel, 1, 20),
        "timeout_per_item": check.whole_number("timeout_per_item", timeout_per_item, 5, 300),
    }


def _input(field: str, value: Any) -> BatchImageInput:
    facts = check.facts(field, value, BatchImageInput)
    sources = [name for name in ("image_url", "image_base64", "object_key") if facts.get(name)]
    if len(sources) != 1:
        rule = "an image with exactly one of image_url, image_base64 and object_key"
        check.refuse(field, sources or None, rule)
    if sources == ["image_url"]:
        _address(f"{field}.image_url", facts["image_url"])
    text = facts.get("image_base64")
    if isinstance(text, str) and is_plain(text):
        facts["image_base64"] = PlainText(text)
    return BatchImageInput(**facts)


def _pair(field: str, value: Any) -> BatchVerifyInput:
    image: Any
    content: Any
    if isinstance(value, BatchVerifyInput):
        image, content = value.image, value.content
    elif isinstance(value, dict):
        facts = cast("dict[str, Any]", value)
        image, content = facts.get("image"), facts.get("content", facts.get("text"))
    else:
        check.refuse(field, value, "a BatchVerifyInput or a dictionary of its fields")
    text = check.text(f"{field}.content", content, 1, LONGEST_TEXT)
    return BatchVerifyInput(_input(f"{field}.image", image), text)


def _address(field: str, url: Any) -> str:
    plain = check.text(field, url, 1, 2083)
    parts = urlsplit(plain)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        check.refuse(field, url, "a URL that begins with http:// or https://")
    if parts.scheme.lower() == "http" and parts.hostname not in _HERE:
        warnings.warn(
            f"{field} is not encrypted in transit: {parts.hostname} is requested over plain http",
            InsecureTransportWarning,
            stacklevel=2,
        )
    return plain


def _data_url(field: str, text: str) -> PlainText:
    start = text.find(",") + 1
    head = text[: start - 1].lower() if start else ""
    if not head.startswith("data:image/") or not head.endswith(";base64") or not is_plain(head):
        check.refuse(field, text, "a data URL of an image in base64")
    if not _is_base64(text, start):
        check.refuse(field, text, "a data URL with valid base64")
    return PlainText(text)


def _is_base64(text: str, start: int) -> bool:
    """Return whether text is base64 from `start` on, without decoding it as a whole."""
    # In steps of four characters, up to the last few, which may be padded in any way.
    last = start + max(0, len(text) - start - 8) // 4 * 4
    try:
        for begin in range(start, last, _STEP):
            piece = text[begin : min(begin + _STEP, last)]
            if "=" in piece:
                return False
            base64.b64decode(piece, validate=True)
        base64.b64decode(text[last:], validate=True)
    except ValueError:
        return False
    return True
