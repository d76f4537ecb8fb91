"""Reports a finished `generate`: files changed, work left in `aion`, and the commands to run next.

What a new contract changes comes first, as `codegen.diffing.report` shows it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen import contract, revisions, sections
from codegen.diffing import Difference, report
from codegen.output import Changed
from codegen.sections import Item, Section, merged

_MOST_OF_A_FOLDER = 8
_MOST_ROWS = 24


@dataclass(frozen=True)
class Finished:
    """What a run did.

    Attributes:
        project: The folder of the project.
        difference: What a new contract changes; None if the contract is the one that was there.
        files: The files that were written or removed.
        left: What is left to do: a method or page in front of a colon, and what it needs.
    """

    project: Path
    difference: Difference | None
    files: list[Changed]
    left: list[str]


def rendered(done: Finished, form: str, *, verbose: bool = False) -> str:
    """Return the report of a run in one of `report.FORMATS`; `verbose` cuts nothing."""
    if form == "json":
        return json.dumps(_facts(done), indent=2, ensure_ascii=False) + "\n"
    found = [section for section in _sections(done) if section.items]
    if not verbose:
        found = sections.cut(found, 2 * (_MOST_ROWS + 2))
    first = ""
    if done.difference is not None:
        first = report.rendered(done.difference, form, verbose=verbose)
    steps = _shell(done)
    if form == "markdown":
        lines = sections.markdown(found, is_page=not verbose)
        lines += ["", "## Next", "", "```sh", *steps, "```"] if steps else []
    else:
        lines = sections.text(found, is_page=not verbose)
        lines += ["", "Next:", *(f"  {line}" for line in steps)] if steps else []
    return (first + "\n".join(lines) + "\n").lstrip("\n")


def _facts(done: Finished) -> dict[str, Any]:
    return {
        "report": None if done.difference is None else report.facts(done.difference),
        "files": [{"name": file.name, "how": file.how} for file in done.files],
        "work": [{"method": name, "needs": needs} for name, needs in _work(done.left)],
        "next": [{"command": command, "purpose": purpose} for command, purpose in _next(done)],
    }


def _sections(done: Finished) -> Iterator[Section]:
    files = tuple(_grouped(done.files))
    yield Section(f"Files changed ({len(done.files)})", files, least=_MOST_ROWS)
    work = merged((name, _short(needs)) for name, needs in _work(done.left))
    names = {name for item in work for name in item.names}
    title = f"Work left in `aion` ({len(names)}); fix it, then run `make generate` again"
    yield Section(title, work, least=_MOST_ROWS, more="make reach")


def _work(left: list[str]) -> Iterator[tuple[str, str]]:
    for line in left:
        name, _, needs = line.partition(": ")
        yield name, needs


def _short(needs: str) -> str:
    """Return a need with the operation behind it, where a page may cut."""
    operation, _, what = needs.rpartition(": ")
    is_part = what.split(" ")[0] in ("field", "parameter", "enum")
    return f"{what} ({operation})" if operation and is_part else needs


# Files


def _grouped(files: list[Changed]) -> Iterator[Item]:
    """Yield the files by their folders; those of a folder as a count if they are many."""
    folders: dict[str, list[Changed]] = {}
    for file in files:
        folders.setdefault(file.name.rpartition("/")[0], []).append(file)
    rows = sum(min(len(held), _MOST_OF_A_FOLDER) for held in folders.values())
    most = _MOST_OF_A_FOLDER if rows < _MOST_ROWS else 1
    for folder, held in sorted(folders.items()):
        # The files beside README.md have no folder to be counted under.
        if len(held) > most and folder:
            yield Item((folder,), (_counted(held),), count=len(held))
        else:
            yield from (Item((file.name,), (file.how,)) for file in held)


def _counted(files: list[Changed]) -> str:
    counts = Counter(file.how for file in files)
    return ", ".join(f"{counts[how]} {how}" for how in ("changed", "new", "removed") if counts[how])


# The next commands


def _shell(done: Finished) -> list[str]:
    steps = _next(done)
    width = max((len(command) for command, _ in steps), default=0)
    return [f"{command:<{width}}  # {purpose}" for command, purpose in steps]


def _next(done: Finished) -> list[tuple[str, str]]:
    """Return three commands, each with its purpose; none if nothing changed."""
    if not done.files:
        return []
    if done.left:
        return [
            ("make reach", "the work left, in full"),
            ("make generate", "afterwards: twins, surface, docs"),
            _review(done.project),
        ]
    return [
        _review(done.project),
        ("make check", "code, surface, types, lint"),
        ("make test", "every test"),
    ]


def _review(project: Path) -> tuple[str, str]:
    """Return the command that shows what changed: the contract, or else the code."""
    differ = f"{_python(project)} -m codegen diff"
    match revisions.is_committed(project):
        case True:
            return "git diff --stat", "what changed since the last commit"
        case False:
            return f"{differ} --since HEAD --changelog", "a draft for CHANGELOG.md"
        case None:
            purpose = "a draft; OLD is the old contract"
            return f"{differ} OLD {contract.NAME} --changelog", purpose


def _python(project: Path) -> str:
    """Return the interpreter as it is typed in the folder of the project."""
    running = Path(sys.executable)
    return running.relative_to(project).as_posix() if running.is_relative_to(project) else "python"
