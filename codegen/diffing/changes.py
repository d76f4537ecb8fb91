"""Defines the result of a comparison of two contracts, as data.

A `Finding` comes from the comparison of two pieces of a document, and says how it affects each
side. A `Change` is a finding at its place in the contract, where the sides are known: a value that
is only sent cannot break a reader.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Effect = Literal["breaking", "compatible"]


@dataclass(frozen=True)
class Finding:
    """One difference, without its place in the contract.

    Attributes:
        kind: What happened, such as ``property removed``.
        place: Where inside the subject; empty for the subject itself.
        caller: Why it breaks callers, which send the value; empty if it does not.
        reader: Why it breaks readers of the value; empty if it does not.
        harmless: Why it is compatible, for the sides that it does not break.
        old: The old value, in short.
        new: The new value, in short.
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
        caller: The effect on callers, which send requests.
        reader: The effect on readers of responses.
        reason: The reason, in one phrase.
        tag: The first tag of an operation.
        summary: What the document says of an operation, in its words.
        operations: Generated functions that it affects, as ``module.function``.
        schemas: Schemas of the old contract that it affects, by their names there.
        methods: Curated methods that it touches.
        types: Public result types that it touches.
        uncurated: Those of `operations` that no curated method calls: `client.call` alone does.
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
    tag: str = ""
    summary: str = ""
    operations: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    uncurated: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The subject in short: method and path, or the class of a schema."""
        if self.scope != "schema" or self.title == self.subject:
            return self.title
        return self.title.removeprefix(f"{self.subject} (").removesuffix(")")

    @property
    def where(self) -> str:
        """The place and the values, in short, such as ``size (integer -> string)``."""
        values = " -> ".join(value or "none" for value in (self.old, self.new))
        shown = f"({values})" if self.old and self.new else ""
        if bool(self.old) != bool(self.new):
            shown = f"({self.old or self.new})"
        return f"{self.place} {shown}".strip()

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
        notes: What a maintainer has to check, such as a schema that needs a short name.
        left_out: The patches that were left out: a line with name and reason for each.
        words: The words that were kept, taken or are missing: a line for each finding.
    """

    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def of(self, *kinds: str) -> list[Change]:
        """Return the changes of these kinds."""
        return [change for change in self.changes if change.kind in kinds]

    @property
    def breaks_curated(self) -> bool:
        """Whether a change breaks a method of `aion`."""
        return any(change.breaks_curated for change in self.changes)


@dataclass(frozen=True)
class Place:
    """The subject of findings, and the sides that it affects; turns findings into changes."""

    scope: Literal["operation", "schema", "document"]
    subject: str
    title: str
    sent: bool
    received: bool
    tag: str = ""
    summary: str = ""
    operations: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()

    def change(self, found: Finding) -> Change:
        """Return the change that a finding is at this place."""
        caller = found.caller if self.sent else ""
        reader = found.reader if self.received else ""
        reasons = [reason for reason in dict.fromkeys((caller, reader)) if reason]
        if not reasons:
            used = self.sent or self.received
            reasons = [found.harmless or "it affects the other side only"] if used else [UNUSED]
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
            tag=self.tag,
            summary=self.summary,
            operations=self.operations,
            schemas=self.schemas,
        )

    def only(self, *, sent: bool) -> Place:
        """Return the place with one side: callers or readers."""
        return replace(self, sent=sent, received=not sent)


UNUSED = "no operation uses it"
