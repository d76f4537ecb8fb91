"""Images for the routes that describe or check without storing: how they go into a JSON body."""

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
"""Images of one batch at most."""

MOST_PROVIDERS = 100
LONGEST_TEXT = 10_000

LEVELS = ("quick", "standard", "thorough", "critical")
"""How many AI providers take part: two, three, four, all."""

_STEP = 1024 * 1024
"""Letters of base64 that are checked at a time: a multiple of four."""

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def picture(field: str, image: Any) -> BatchImageInput:
    """An image that a caller gave: a path, bytes, an address, or a data URL.

    Raises:
        ValidationError: It is none of these, or no image that the service accepts.
    """
    if isinstance(image, str):
        image = by_value(image)
        kind = image[:8].lower()
        if kind.startswith(("http://", "https://")):
            return BatchImageInput(image_url=_address(field, image))
        if kind.startswith("data:"):
            return _embedded(_data_url(field, image))
    if not isinstance(image, (str, bytes, bytearray, memoryview, Path)):
        check.unopened(field, image, "pass its path, or what .read() gives")
        check.refuse(field, image, "a path, bytes, an http(s) address or a data URL")
    if isinstance(image, (str, Path)):
        check.filled(field, image)
        path = _local_file.tidy(str(image))
        data, name = _local_file.whole(path, "images"), os.path.basename(path)  # noqa: PTH119
    else:
        data, name = bytes(cast("bytes", image)), field
    kind = _local_file.image(data, name).content_type
    return _embedded(EncodedImage(data, kind))


def _embedded(content: Embedded) -> BatchImageInput:
    # A text to those who read the body, which is made when it is sent.
    return BatchImageInput(image_base64=cast("str", content))


def stored(field: str, key: Any) -> BatchImageInput:
    """An image that is stored already, by its key."""
    return BatchImageInput(object_key=check.identifier(field, key))


def chosen(**given: Any) -> tuple[str, Any]:
    """The one argument of several that was given, and its name.

    Raises:
        ValidationError: None was given, or more than one.
    """
    found = [(name, value) for name, value in given.items() if value is not None]
    if not found:
        check.missing(*given)
    if len(found) > 1:
        name, value = found[-1]
        check.refuse(name, value, f"left out where {found[0][0]} is given")
    return found[0]


def pictures(name: str, value: Any) -> tuple[list[BatchImageInput], bool]:
    """The images behind one of the arguments that name some, and whether it was a list.

    Args:
        name: The argument; those whose name begins with `object_key` hold storage keys.
        value: What was given for it.
    """
    read = stored if name.startswith("object_key") else picture
    plural = name.endswith("s")
    one = isinstance(value, (str, bytes, bytearray, memoryview))
    if not plural and (one or not isinstance(value, Sequence)):
        return [read(name, value)], False
    entries = check.entries(name, value, most=MOST_ITEMS)
    return [read(f"{name}[{number}]", one) for number, one in enumerate(entries)], True


def inputs(images: Any) -> list[BatchImageInput]:
    """The images of a batch, as `BatchImageInput` or as dictionaries of its fields."""
    entries = check.entries("images", images, most=MOST_ITEMS)
    return [_input(f"images[{number}]", one) for number, one in enumerate(entries)]


def pairs(given: Any) -> list[BatchVerifyInput]:
    """The pairs of a batch, as `BatchVerifyInput` or as dictionaries of its fields."""
    entries = check.entries("pairs", given, most=MOST_ITEMS)
    return [_pair(f"pairs[{number}]", one) for number, one in enumerate(entries)]


def paired(images: Sequence[BatchImageInput], contents: Any) -> list[BatchVerifyInput]:
    """Images and their texts, one for each."""
    texts = check.entries("contents", contents, most=MOST_ITEMS)
    if len(texts) != len(images):
        check.refuse("contents", f"{len(texts)} texts", f"one for each of {len(images)} images")
    return [
        BatchVerifyInput(image, check.text(f"contents[{number}]", text, 1, LONGEST_TEXT))
        for number, (image, text) in enumerate(zip(images, texts, strict=True))
    ]


def _rules(given: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Rules that go along with a request, each an object."""
    if given is None:
        return None
    found = check.entries("rules", given, most=MOST_ITEMS)
    for number, one in enumerate(found):
        if not isinstance(one, dict):
            check.refuse(f"rules[{number}]", one, "a dictionary")
    return found


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
    """What may go along with every such request, checked; what was left out is not sent."""
    given: dict[str, Any] = {
        "providers": check.texts("providers", providers, most=MOST_PROVIDERS),
        "rules": _rules(rules),
    }
    if rule_set_id is not None:
        given["rule_set_id"] = check.identifier("rule_set_id", rule_set_id)
    if verification_level is not None:
        given["verification_level"] = level(verification_level)
    if prompt is not None:
        given["prompt"] = check.text("prompt", prompt, 1, LONGEST_TEXT)
    if consensus_threshold is not None:
        given["consensus_threshold"] = check.number(
            "consensus_threshold", consensus_threshold, 0, 1
        )
    if webhook_url is not None:
        given["webhook_url"] = _address("webhook_url", webhook_url)
    return {name: value for name, value in given.items() if value is not None}


def level(value: Any) -> str:
    """How many AI providers take part."""
    return check.choice("verification_level", value, LEVELS)


def pace(max_parallel: int, timeout_per_item: int) -> dict[str, Any]:
    """How a batch is worked on, checked."""
    return {
        "max_parallel": check.whole_number("max_parallel", max_parallel, 1, 20),
        "timeout_per_item": check.whole_number("timeout_per_item", timeout_per_item, 5, 300),
    }


def _input(field: str, given: Any) -> BatchImageInput:
    facts = check.facts(field, given, BatchImageInput)
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


def _pair(field: str, given: Any) -> BatchVerifyInput:
    image: Any
    content: Any
    if isinstance(given, BatchVerifyInput):
        image, content = given.image, given.content
    elif isinstance(given, dict):
        known = cast("dict[str, Any]", given)
        image, content = known.get("image"), known.get("content", known.get("text"))
    else:
        check.refuse(field, given, "a BatchVerifyInput or a dictionary of its fields")
    text = check.text(f"{field}.content", content, 1, LONGEST_TEXT)
    return BatchVerifyInput(_input(f"{field}.image", image), text)


def _address(field: str, url: Any) -> str:
    plain = check.text(field, url, 1, 2083)
    parts = urlsplit(plain)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        check.refuse(field, url, "an address that begins with http:// or https://")
    if parts.scheme.lower() == "http" and parts.hostname not in _HERE:
        warnings.warn(
            f"{field} is not encrypted on its way: {parts.hostname} is asked over plain http",
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
        check.refuse(field, text, "a data URL whose base64 is whole")
    return PlainText(text)


def _is_base64(text: str, start: int) -> bool:
    """Whether text is base64 from `start` on, without decoding it as a whole."""
    # In steps of four letters, up to the last few, which may be padded in any way.
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
