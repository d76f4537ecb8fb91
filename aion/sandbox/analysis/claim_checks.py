"""Verifies a text against the measured facts of an image, sentence by sentence.

Only words about measurable facts count: colors, the shape of the picture, its format, its size in
pixels, whether it is animated. A sentence without such words is neither confirmed nor refuted, and
the verdict says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aion.sandbox.analysis.rule_checks import Outcome
from aion.sandbox.images.color_names import NAMED

PROVIDERS: Final = {"quick": 2, "standard": 3, "thorough": 4, "critical": 5}
"""Number of providers of each level."""

_SENTENCE: Final = re.compile(r"[^.!?;\n]+")
_SIZE: Final = re.compile(r"\b(\d{1,6}) ?x ?(\d{1,6})\b")
_WORD: Final = re.compile(r"[a-z]+")
_SHAPES: Final = frozenset({"landscape", "portrait", "square"})
_FORMATS: Final = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
_SPELLED: Final[dict[str, str]] = {"grey": "gray"}


def providers(body: Mapping[str, Any]) -> list[str]:
    """Return the providers of a request: the named ones, or as many as its level has."""
    named = body.get("providers")
    if named:
        return [str(one) for one in named]
    level = str(body.get("verification_level") or "standard")
    return [f"sandbox-{number}" for number in range(1, PROVIDERS[level] + 1)]


def verdict(content: str, facts: Mapping[str, Any], rules: Sequence[Outcome]) -> dict[str, Any]:
    """Return the verdict on a text, with the names of the wire."""
    verified: list[str] = []
    issues: list[dict[str, Any]] = []
    open_claims = 0
    claims = [one.strip() for one in _SENTENCE.findall(content) if one.strip()] or [content]
    for claim in claims:
        right, wrong = _judge(claim.lower(), facts)
        issues += [
            {
                "type": "contradiction",
                "description": f"[sandbox] {text}",
                "severity": "high",
                "claim": claim,
                "confidence": 1.0,
            }
            for text in wrong
        ]
        if right and not wrong:
            verified.append(claim)
        elif not wrong:
            open_claims += 1
    refuted = len(claims) - len(verified) - open_claims
    broken = [one for one in rules if not one.passed]
    issues += [
        {
            "type": "rule_violation",
            "description": f"[sandbox] {one.message}",
            "severity": one.severity,
            "claim": None,
            "confidence": 1.0,
        }
        for one in broken
    ]
    risk = round((refuted + open_claims / 2) / len(claims), 4)
    return {
        "is_verified": not refuted and not broken and bool(verified),
        "confidence_score": round(1 - open_claims / len(claims), 4),
        "risk_level": _level(risk, broken=bool(broken)),
        "risk_score": risk,
        "explanation": (
            f"[sandbox] of {len(claims)} claims {len(verified)} fit what was measured,"
            f" {refuted} do not, {open_claims} say nothing that can be measured"
        ),
        "verified_claims": verified,
        "detected_issues": issues,
    }


def _judge(claim: str, facts: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Return whether a part of a claim is right, and which parts are wrong."""
    right, wrong = False, list[str]()
    found: list[str] = _WORD.findall(claim)
    spelled = " ".join(_SPELLED.get(word, word) for word in found)
    words = set(spelled.split())
    shown: list[str] = facts["colors"]
    for color in _named_colors(spelled):
        if any(color in one.split() or color == one for one in shown):
            right = True
        else:
            wrong.append(f"it names {color}; the image is mostly {' and '.join(shown)}")
    shape = _shape(facts)
    for word in sorted(words & _SHAPES):
        right |= word == shape
        if word != shape:
            wrong.append(f"it says {word}; the image is {shape}")
    for word in sorted(words & _FORMATS.keys()):
        right |= _FORMATS[word] == facts["format"]
        if _FORMATS[word] != facts["format"]:
            wrong.append(f"it says {word}; the image is {facts['format']}")
    for width, height in _SIZE.findall(claim):
        fits = (int(width), int(height)) == (facts["width"], facts["height"])
        right |= fits
        if not fits:
            size = f"{facts['width']}x{facts['height']}"
            wrong.append(f"it says {width}x{height}; the image is {size}")
    return right, wrong


def _named_colors(text: str) -> list[str]:
    """Return the colors that a text names, the longest names first and each word once."""
    found: list[str] = []
    for name in sorted(NAMED, key=lambda one: (-len(one), one)):
        pattern = re.compile(rf"\b{name}\b")
        if pattern.search(text):
            found.append(name)
            text = pattern.sub(" ", text)
    return found


def _shape(facts: Mapping[str, Any]) -> str:
    if facts["width"] == facts["height"]:
        return "square"
    return "landscape" if facts["width"] > facts["height"] else "portrait"


def _level(risk: float, *, broken: bool) -> str:
    if risk == 1:
        return "critical"
    if risk > 0.5 or broken:
        return "high"
    return "medium" if risk >= 0.25 else "low"
