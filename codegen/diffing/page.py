"""Makes the page that a maintainer reads first: what to fix, what to build, what to check.

The sections stand in the order of the work: curated methods that lose something, what else breaks,
new operations, patches, words, and what has to be checked by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from codegen import sections
from codegen.diffing.changes import Change, Difference
from codegen.diffing.losses import Loss, losses, said
from codegen.sections import Item, Section, merged

ROWS = 70
"""The most lines of the page as text: a screen and a half."""

NOTHING = "Nothing differs."
_FIRST = 10
_WHOLE = ("operation added", "schema added")
_REMOVED = "the operation is removed"
_CHANGED = "the operation is there, but a part is gone or changed"


def page(difference: Difference) -> list[Section]:
    """Return the sections, cut to a page; a loss that several methods share is said once."""
    found = losses(difference)
    items = (
        *merged(
            ((loss.method, ", ".join(loss.removed)) for loss in found if loss.removed), _REMOVED
        ),
        *merged(((loss.method, r.short) for loss in found for r in loss.reasons), _CHANGED),
    )
    modules = _modules(difference)
    counted = Item(tuple(f"{module} {len(names)}" for module, names in modules.items()))
    full = _sections(difference, items, (counted,) if modules else ())
    return sections.cut(full, ROWS - len(head(difference)))


def whole(difference: Difference) -> list[Section]:
    """Return the same sections with all that they have, each method with all its reasons."""
    found = losses(difference)
    ordered = [loss for loss in found if loss.removed] + [loss for loss in found if loss.reasons]
    modules = _modules(difference).items()
    alone = tuple(Item((module,), (", ".join(names),)) for module, names in modules)
    return list(_sections(difference, tuple(map(_item, ordered)), alone))


def head(difference: Difference) -> list[str]:
    """Return the counts, as lines of text."""
    if not difference.changes:
        return [NOTHING]
    rows = [["", "added", "removed", "changed"]]
    rows += [[name, *map(str, numbers.values())] for name, numbers in counts(difference).items()]
    table = [f"{name:<12}" + "".join(f"{cell:>9}" for cell in cells) for name, *cells in rows]
    return [*table, "", summary(difference)]


def counts(difference: Difference) -> dict[str, dict[str, int]]:
    """Return how many operations and schemas are added, removed and changed."""
    found: dict[str, dict[str, int]] = {}
    for name, scope in (("operations", "operation"), ("schemas", "schema")):
        subjects = {c.subject for c in difference.changes if c.scope == scope}
        added, removed = (
            {c.subject for c in difference.of(f"{scope} {what}")} for what in ("added", "removed")
        )
        rest = subjects - added - removed
        found[name] = {"added": len(added), "removed": len(removed), "changed": len(rest)}
    return found


def summary(difference: Difference) -> str:
    """Return the difference in one line."""
    if not difference.changes:
        return NOTHING
    found = breaking(difference)
    return (
        f"{_count(len(difference.changes), 'change')}: {found['callers']} breaking for the caller,"
        f" {found['readers']} for the reader; {_count(found['curated'], 'curated method')} broken."
    )


def breaking(difference: Difference) -> dict[str, int]:
    """Return how many changes break callers and readers, and how many curated methods."""
    return {
        "callers": sum(change.caller == "breaking" for change in difference.changes),
        "readers": sum(change.reader == "breaking" for change in difference.changes),
        "curated": len(losses(difference)),
    }


def uncurated(difference: Difference) -> list[str]:
    """Return the functions of broken operations that no curated method calls."""
    return sorted({name for c in difference.changes if c.is_breaking for name in c.uncurated})


def _modules(difference: Difference) -> dict[str, list[str]]:
    """Return the functions of `uncurated` by their modules, which are the tags."""
    names = (name.partition(".") for name in uncurated(difference))
    return {
        module: [name for _, _, name in group] for module, group in groupby(names, lambda n: n[0])
    }


def _sections(
    difference: Difference, losing: tuple[Item, ...], alone: tuple[Item, ...]
) -> Iterator[Section]:
    """Yield the sections. What is reserved for them, taken together, leaves rows of a page free."""
    found = losses(difference)
    gone = sum(bool(loss.removed) for loss in found)
    title = f"Curated methods that lose their operation ({gone}) or a part ({len(found) - gone})"
    yield Section(title, losing, least=13)
    others = len(uncurated(difference))
    title = f"Other operations that break, for users of `client.call` and `aion_api` ({others})"
    yield Section(title, alone, least=2)
    new = sorted(difference.of("operation added"), key=lambda change: change.tag)
    yield Section(f"New operations ({len(new)})", tuple(map(_new, new)), least=7)
    parts = tuple(Item((), (line,)) for line in _parts(difference))
    title = f"New parts of operations and schemas that curated methods use ({len(parts)})"
    yield Section(title, parts, least=2)
    for title, lines in (("Patches left out", difference.left_out), ("Words", difference.words)):
        items = tuple(Item((), (line,)) for line in lines)
        yield Section(f"{title} ({len(lines)})", items, least=_FIRST + 1, most=_FIRST)
    documents = [c for c in difference.changes if c.scope == "document"]
    by_hand = [f"{change.title}: {change.kind}: {change.reason}" for change in documents]
    checks = tuple(Item((), (line,)) for line in (*by_hand, *difference.notes))
    yield Section(f"To check ({len(checks)})", checks, least=4)


def _item(loss: Loss) -> Item:
    lines = tuple(map(str, loss.reasons))
    return Item((loss.method,), loss.removed or lines, _REMOVED if loss.removed else _CHANGED)


def _new(change: Change) -> Item:
    words = (change.summary,) if change.summary else ()
    return Item((change.title,), words, change.tag, is_short=True)


def _parts(difference: Difference) -> Iterator[str]:
    """Yield what is added to an operation or schema that curated methods use."""
    places: dict[tuple[str, str], list[str]] = {}
    for change in difference.changes:
        is_part = change.kind.endswith(" added") and change.kind not in _WHOLE
        if is_part and change.methods and not change.is_breaking:
            places.setdefault((change.name, change.kind), []).append(change.place)
    for (subject, kind), found in places.items():
        yield said(subject, kind, found)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
