"""What a comparison of two contracts finds, as data.

A `Finding` is made where two pieces of a document are compared, and says what it would do to each
side. A `Change` is a finding at its place in the contract, where it is known which sides there are:
what is only sent cannot break a reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Effect = Literal["breaking", "compatible"]


@dataclass(frozen=True)
class Finding:
    """One difference, not yet at its place.

    Attributes:
        kind: What happened, such as ``property removed``.
        place: Where inside the subject; empty for the subject itself.
        caller: Why it breaks who sends this; empty where it does not.
        reader: Why it breaks who reads this; empty where it does not.
        harmless: Why it breaks nobody, for the sides that it does not break.
        old: What was there, in short.
        new: What is there now, in short.
    """

    kind: str
    place: str
    caller: str = ""
    reader: str = ""
    harmless: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Change:
    """One difference between two contracts.

    Attributes:
        scope: Whether `subject` is an operation, a schema or the document.
        subject: An operation id, the name of a schema, or ``document``.
        title: The subject as people know it: method and path, or class name.
        caller: What it means for what is sent.
        reader: What it means for what comes back.
        reason: Why, in one phrase.
        operations: Generated functions that it concerns, as ``module.function``.
        schemas: Schemas of the old contract that it concerns, by their names there.
        methods: Curated methods that it touches.
        types: Public result types that it touches.
    """

    scope: Literal["operation", "schema", "document"]
    subject: str
    title: str
    kind: str
    place: str
    old: str
    new: str
    caller: Effect
    reader: Effect
    reason: str
    operations: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    @property
    def is_breaking(self) -> bool:
        """Whether it breaks either side."""
        return "breaking" in (self.caller, self.reader)

    @property
    def breaks_curated(self) -> bool:
        """Whether it breaks a method of `aion`."""
        return self.is_breaking and bool(self.methods)


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two contracts.

    Attributes:
        changes: In the order of the report: operations, then schemas, then the document.
        notes: What a maintainer has to look after, such as patches that no longer apply.
    """

    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def of(self, *kinds: str) -> list[Change]:
        """The changes of these kinds."""
        return [change for change in self.changes if change.kind in kinds]

    @property
    def breaks_curated(self) -> bool:
        """Whether a change breaks a method of `aion`."""
        return any(change.breaks_curated for change in self.changes)


@dataclass(frozen=True)
class Place:
    """Where findings become changes: the subject, and which sides there are."""

    scope: Literal["operation", "schema", "document"]
    subject: str
    title: str
    sent: bool
    received: bool
    operations: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()

    def change(self, found: Finding) -> Change:
        """The finding at this place."""
        caller = found.caller if self.sent else ""
        reader = found.reader if self.received else ""
        reasons = [reason for reason in dict.fromkeys((caller, reader)) if reason]
        if not reasons:
            used = self.sent or self.received
            reasons = [found.harmless or "the other side alone sees it"] if used else [UNUSED]
        return Change(
            scope=self.scope,
            subject=self.subject,
            title=self.title,
            kind=found.kind,
            place=found.place,
            old=found.old,
            new=found.new,
            caller="breaking" if caller else "compatible",
            reader="breaking" if reader else "compatible",
            reason="; ".join(reasons),
            operations=self.operations,
            schemas=self.schemas,
        )

    def only(self, *, sent: bool) -> Place:
        """The place with the side alone that sends, or that reads."""
        return replace(self, sent=sent, received=not sent)


UNUSED = "no operation leads to it"
