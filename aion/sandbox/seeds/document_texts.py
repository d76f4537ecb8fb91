"""Composes the invented papers of a library: the n-th is the same in every run.

All are about one small port and its people, so that a question can be answered from several of
them: a pump that is described in a manual fails in a log and is paid for in a contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_FIRST_DAY: Final = date(2025, 1, 6)
_PEOPLE: Final = (
    "Ines Varga", "Tomas Lindqvist", "Mara Okafor", "Jonah Petersen", "Aiko Brandt",
    "Rui Castellan", "Greta Solheim",
)  # fmt: skip
_FIRMS: Final = ("Halvorsen Marine", "Brightwater Supply", "Norring & Daughters", "Tidewell Works")
_PLACES: Final = (
    "the east quay", "the fish hall", "the ferry landing", "the dry dock", "the old lighthouse",
)  # fmt: skip
_MACHINES: Final = (
    "bilge pump", "slipway crane", "ice machine", "harbor radio", "fuel station", "mooring winch",
)  # fmt: skip
_FAULTS: Final = (
    "a worn seal", "salt in the contacts", "a cracked housing", "a blocked filter", "a loose belt",
)  # fmt: skip
# Written out because the month names of the calendar module depend on the locale.
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the paragraphs under it."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One document before it has a format; in formats with pages each section begins one."""

    kind: str
    """Extension of its file: `pdf`, `docx`, `md` or `txt`."""
    filename: str
    title: str
    tags: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of paper: templates with placeholders for names, dates and numbers."""

    name: str
    kind: str
    title: str
    tags: tuple[str, ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]


def paper(number: int) -> Paper:
    """Return the paper of a number, from 1."""
    form = _FORMS[(number - 1) % len(_FORMS)]
    facts = _facts(number)
    return Paper(
        kind=form.kind,
        filename=f"{form.name}-{number:04}.{form.kind}",
        title=form.title.format_map(facts),
        tags=("harbor", *form.tags),
        sections=tuple(
            Section(
                heading.format_map(facts),
                tuple(one.format_map(facts) for one in paragraphs),
            )
            for heading, paragraphs in form.sections
        ),
    )


def _facts(number: int) -> dict[str, str]:
    day = _FIRST_DAY + timedelta(days=number * 9 % 3650)
    # The steps and the lengths are coprime, so neighbors differ in everything.
    return {
        "number": str(number),
        "person": _PEOPLE[number % len(_PEOPLE)],
        "other": _PEOPLE[(number + 3) % len(_PEOPLE)],
        "firm": _FIRMS[number * 3 % len(_FIRMS)],
        "place": _PLACES[number * 2 % len(_PLACES)],
        "machine": _MACHINES[number * 5 % len(_MACHINES)],
        "fault": _FAULTS[number * 3 % len(_FAULTS)],
        "day": _long(day),
        "later": _long(day + timedelta(days=14)),
        "year": str(day.year),
        "price": f"{1200 + number * 370 % 48_000:,}",
        "hours": str(40 + number * 17 % 400),
        "bars": str(2 + number % 7),
        "meters": str(3 + number * 5 % 90),
        "boats": str(4 + number * 3 % 30),
    }


def _long(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_FORMS: Final = (
    _Form(
        "manual",
        "pdf",
        "Manual of the {machine}, issue {number}",
        ("manual", "machines"),
        (
            (
                "Purpose",
                (
                    "The {machine} stands at {place} and serves up to {boats} boats a day.",
                    "It was delivered by {firm} on {day}. {person} answers for it.",
                ),
            ),
            (
                "Operation",
                (
                    "Open the main valve before starting. The gauge must show {bars} bar.",
                    "Stop at once when the gauge falls below one bar, and call {other}.",
                    "Never leave the {machine} running over night.",
                ),
            ),
            (
                "Maintenance",
                (
                    "Change the oil every {hours} hours of work and note it in the log.",
                    "After a storm look for {fault}. Spare parts lie in store room {number}.",
                ),
            ),
        ),
    ),
    _Form(
        "contract",
        "docx",
        "Contract {number} with {firm}",
        ("contract", "money"),
        (
            (
                "Parties",
                ("The Port of Lunde, for which {person} signs, and {firm}, agree on {day}.",),
            ),
            (
                "Work and price",
                (
                    "{firm} overhauls the {machine} at {place} by {later}.",
                    "The price is {price} crowns, to be paid within thirty days.",
                ),
            ),
            (
                "Warranty",
                (
                    "Defects are repaired free of charge for {hours} days after the handover.",
                    "Damage by {fault} is not covered. Disputes go to the court in Lunde.",
                ),
            ),
        ),
    ),
    _Form(
        "minutes",
        "md",
        "Minutes of the port council, meeting {number}",
        ("minutes", "council"),
        (
            ("Present", ("{person} (chair), {other}, and a guest of {firm}. Held on {day}.",)),
            (
                "Decisions",
                (
                    "The council lets {firm} repair the {machine} for {price} crowns.",
                    "Night work at {place} ends on {later}.",
                ),
            ),
            (
                "Open questions",
                (
                    "{other} asks who pays for {fault} once the warranty is over.",
                    "A berth for {boats} more boats is wanted; {person} draws a plan.",
                ),
            ),
        ),
    ),
    _Form(
        "inspection",
        "pdf",
        "Inspection {number}: {place}",
        ("inspection", "safety"),
        (
            (
                "Summary",
                (
                    "{person} inspected {place} on {day}. {boats} boats lay there.",
                    "One defect was found: {fault} at the {machine}.",
                ),
            ),
            (
                "Measurements",
                (
                    "Depth at low tide: {meters} meters. Pressure of the line: {bars} bar.",
                    "The {machine} has worked {hours} hours since its last service.",
                ),
            ),
            (
                "Recommendation",
                (
                    "Have {firm} repair the {machine} before {later}.",
                    "Until then {other} closes {place} in winds above force seven.",
                ),
            ),
        ),
    ),
    _Form(
        "log",
        "txt",
        "Log of the harbor watch, week {number}",
        ("log", "watch"),
        (
            (
                "Monday",
                (
                    "Watch: {person}. Calm. {boats} boats came in, none left.",
                    "The {machine} at {place} stopped at noon because of {fault}.",
                ),
            ),
            (
                "Wednesday",
                (
                    "Watch: {other}. Storm from the west, waves of {bars} meters.",
                    "A mechanic of {firm} came on the evening ferry.",
                ),
            ),
            (
                "Friday",
                ("The {machine} runs again after {hours} hours. Entered on {day}.",),
            ),
        ),
    ),
    _Form(
        "proposal",
        "docx",
        "Proposal {number}: a new {machine}",
        ("proposal", "planning"),
        (
            (
                "Why",
                (
                    "The {machine} at {place} fails every winter, most often by {fault}.",
                    "Last year this cost the port {price} crowns and {hours} hours of work.",
                ),
            ),
            (
                "What",
                (
                    "{person} proposes a new one from {firm}, {meters} meters further inland.",
                    "It would serve {boats} boats at {bars} bar.",
                ),
            ),
            ("When", ("The council decides on {later}. Written by {other} on {day}.",)),
        ),
    ),
)
