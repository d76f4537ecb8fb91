"""Checks the rules that the sandbox can evaluate: on a text, and on the facts of an image.

A rule of an unknown type passes, and the result says that it was not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.runtime.state import State
from aion.sandbox.store.records import Record

RULE_SET: Final = "rule_set"
"""Kind of the records of rule sets."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one rule."""

    name: str
    rule_type: str
    passed: bool
    checked: bool
    message: str
    severity: str

    def as_json(self) -> dict[str, Any]:
        """Return the result in its wire form."""
        return {
            "rule": self.name,
            "rule_type": self.rule_type,
            "passed": self.passed,
            "checked": self.checked,
            "message": self.message,
            "severity": self.severity,
        }


Check = Callable[[Mapping[str, Any], str, Mapping[str, Any]], str | None]
"""From the config, the text and the facts of an image to a problem, or None."""


def _words(config: Mapping[str, Any], field: str = "words") -> list[str]:
    given: Any = config.get(field)
    if not isinstance(given, list):
        return []
    return [str(one).lower() for one in cast("Sequence[object]", given)]


def _required(config: Mapping[str, Any], text: str, _: Mapping[str, Any]) -> str | None:
    missing = [word for word in _words(config) if word not in text.lower()]
    return f"the text lacks {', '.join(missing)}" if missing else None


def _forbidden(config: Mapping[str, Any], text: str, _: Mapping[str, Any]) -> str | None:
    found = [word for word in _words(config) if word in text.lower()]
    return f"the text has {', '.join(found)}" if found else None


def _length(config: Mapping[str, Any], text: str, _: Mapping[str, Any]) -> str | None:
    least, most = _whole(config, "min", 0), _whole(config, "max", 10_000)
    if least <= len(text) <= most:
        return None
    return f"the text has {len(text)} characters, not {least} to {most}"


def _size(config: Mapping[str, Any], _: str, facts: Mapping[str, Any]) -> str | None:
    wanted = (_whole(config, "min_width", 0), _whole(config, "min_height", 0))
    size = (int(facts.get("width") or 0), int(facts.get("height") or 0))
    if size[0] >= wanted[0] and size[1] >= wanted[1]:
        return None
    return f"the image is {size[0]}x{size[1]}, smaller than {wanted[0]}x{wanted[1]}"


def _colors(config: Mapping[str, Any], _: str, facts: Mapping[str, Any]) -> str | None:
    allowed = _words(config, "colors")
    others = [name for name in facts.get("colors", ()) if name not in allowed]
    return f"the image is mostly {' and '.join(others)}" if others else None


def _whole(config: Mapping[str, Any], name: str, default: int) -> int:
    value = config.get(name)
    return value if isinstance(value, int) else default


_LIST: Final = {"type": "array", "items": {"type": "string"}}
_NUMBER: Final = {"type": "integer", "minimum": 0}

CHECKS: Final[dict[str, Check]] = {
    "required_words": _required,
    "forbidden_words": _forbidden,
    "text_length": _length,
    "image_size": _size,
    "allowed_colors": _colors,
}

TEMPLATES: Final[list[dict[str, Any]]] = [
    {
        "id": "required-words",
        "name": "Required words",
        "description": "The text contains every one of the words.",
        "rule_type": "required_words",
        "default_config": {"words": ["image"]},
        "config_schema": {"type": "object", "properties": {"words": _LIST}},
        "category": "text",
    },
    {
        "id": "forbidden-words",
        "name": "Forbidden words",
        "description": "The text contains none of the words.",
        "rule_type": "forbidden_words",
        "default_config": {"words": ["maybe"]},
        "config_schema": {"type": "object", "properties": {"words": _LIST}},
        "category": "text",
    },
    {
        "id": "text-length",
        "name": "Text length",
        "description": "The text has so many characters.",
        "rule_type": "text_length",
        "default_config": {"min": 1, "max": 500},
        "config_schema": {"type": "object", "properties": {"min": _NUMBER, "max": _NUMBER}},
        "category": "text",
    },
    {
        "id": "image-size",
        "name": "Image size",
        "description": "The image has at least so many pixels on each side.",
        "rule_type": "image_size",
        "default_config": {"min_width": 640, "min_height": 480},
        "config_schema": {
            "type": "object",
            "properties": {"min_width": _NUMBER, "min_height": _NUMBER},
        },
        "category": "image",
    },
    {
        "id": "allowed-colors",
        "name": "Allowed colors",
        "description": "The image is mostly of these colors.",
        "rule_type": "allowed_colors",
        "default_config": {"colors": ["white", "gray", "black"]},
        "config_schema": {"type": "object", "properties": {"colors": _LIST}},
        "category": "image",
    },
]
"""Templates of rules, as the API lists them."""


def check(rule: Mapping[str, Any], text: str, facts: Mapping[str, Any]) -> Outcome:
    """Check one rule on a text and on the facts of an image."""
    rule_type = str(rule.get("rule_type", rule.get("type", "")))
    config = rule.get("config")
    known = CHECKS.get(rule_type)
    problem = None
    if known is not None:
        settings: Mapping[str, Any] = {}
        if isinstance(config, Mapping):
            settings = cast("Mapping[str, Any]", config)
        problem = known(settings, text, facts)
    message = str(rule.get("error_message") or problem) if problem else "passed"
    if known is None:
        message = f"[sandbox] rules of type {rule_type!r} are not checked here"
    return Outcome(
        name=str(rule.get("name") or rule_type or "rule"),
        rule_type=rule_type,
        passed=problem is None,
        checked=known is not None,
        message=message,
        severity=str(rule.get("severity") or "medium"),
    )


def check_all(
    rules: Sequence[Mapping[str, Any]], text: str, facts: Mapping[str, Any]
) -> list[Outcome]:
    """Check all active rules."""
    return [check(one, text, facts) for one in rules if one.get("enabled", True)]


def rules_of(state: State, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a request: those of a saved set, then its own.

    Raises:
        ApiError: Unknown rule set.
    """
    found: list[dict[str, Any]] = []
    set_id = body.get("rule_set_id")
    if set_id:
        rule_set = require_rule_set(state, str(set_id))
        if rule_set.body["enabled"]:
            found += rule_set.body["rules"]
    return found + list(body.get("rules") or [])


def require_rule_set(state: State, rule_set_id: str) -> Record:
    """Return a rule set.

    Raises:
        ApiError: Unknown rule set.
    """
    found = state.records.get(RULE_SET, rule_set_id.lower())
    if found is None:
        raise ApiError(404, f"no rule set {rule_set_id}")
    return found
