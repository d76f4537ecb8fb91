"""Finds what each curated method loses, as a maintainer has to know it.

A method whose operation is removed needs no other reason. Changes of one subject and kind are one
reason that lists their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codegen.diffing.changes import Change, Difference

REMOVED = "operation removed"
_MOST_PLACES = 4


@dataclass(frozen=True)
class Reason:
    """Why a method loses something.

    Attributes:
        subject: The operation or schema, in short.
        kind: What happened to it.
        places: Where inside the subject; empty for the subject itself.
        reason: Why that breaks, in one phrase.
    """

    subject: str
    kind: str
    places: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{said(self.subject, self.kind, self.places)}; {self.reason}"

    @property
    def short(self) -> str:
        """The same; of more than a few places, the others are counted."""
        return f"{said(self.subject, self.kind, few(self.places))}; {self.reason}"


@dataclass(frozen=True)
class Loss:
    """A curated method that loses something.

    Attributes:
        method: Its name, such as ``client.files.list``.
        removed: The removed operations that it calls, as method and path.
        reasons: What else breaks it; empty if an operation is removed.
    """

    method: str
    removed: tuple[str, ...]
    reasons: tuple[Reason, ...]


def losses(difference: Difference) -> list[Loss]:
    """Return the methods that lose something, by their names."""
    touched: dict[str, list[Change]] = {}
    for change in difference.changes:
        if change.breaks_curated:
            for method in change.methods:
                touched.setdefault(method, []).append(change)
    found: list[Loss] = []
    for method in sorted(touched):
        changes = touched[method]
        removed = tuple(dict.fromkeys(c.title for c in changes if c.kind == REMOVED))
        found.append(Loss(method, removed, () if removed else tuple(_reasons(changes))))
    return found


def _reasons(changes: list[Change]) -> Iterator[Reason]:
    """Yield the reasons that changes are, those of one subject and kind together."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for change in changes:
        key = change.name, change.kind, change.reason
        # A maintainer does not need the type of what is gone.
        is_gone = change.kind.endswith(" removed")
        places.setdefault(key, []).append(change.place if is_gone else change.where)
    for (subject, kind, reason), found in places.items():
        yield Reason(subject, kind, tuple(dict.fromkeys(filter(None, found))), reason)


def said(subject: str, kind: str, places: Sequence[str]) -> str:
    """Return changes of one subject and kind as one phrase."""
    return ": ".join(filter(None, (subject, kind, ", ".join(places))))


def few(places: Sequence[str]) -> list[str]:
    """Return the first places, and how many more there are."""
    rest = len(places) - _MOST_PLACES
    return [*places] if rest <= 1 else [*places[:_MOST_PLACES], f"{rest} more"]
