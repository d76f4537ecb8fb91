"""`python -m codegen generate | build | check | diff | reach | surface | changelog | release`.

These commands are the contract workflow: `generate` runs all of it, the others are its parts and
gates. The exit status is 0 on success; on failure it is 1, with a line on stderr for each finding.
`diff` exits with 1 when a change breaks a curated method, and with 2 when the documents cannot be
compared.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from codegen import (
    blocking,
    contract,
    finished,
    lock,
    output,
    pages,
    reaching,
    release,
    render,
    standins,
    stubs,
    surface,
)
from codegen.diffing import Difference, command, report
from codegen.diffing.changelog import draft
from codegen.document import Json
from codegen.errors import CodegenError, UnsupportedError
from codegen.patching import FILE, ConflictingPatches
from codegen.patching.dropping import without
from codegen.reaching import accepted
from codegen.taking import Taken, take

_SHARES = 2
PROJECT = Path(__file__).resolve().parent.parent


def build(taken: Taken, project: Path = PROJECT) -> dict[str, str]:
    """Generate all code from a contract and the async source.

    Args:
        taken: The contract.
        project: The folder that holds `templates` and `aion`.

    Returns:
        Path relative to the project -> text.

    Raises:
        CodegenError: Something cannot be built; the message names it.
    """
    # The parts are independent; the twins take about twice as long as the endpoints.
    with ProcessPoolExecutor(max_workers=_SHARES, initializer=gc.disable) as others:
        shares = [
            others.submit(blocking.build, project / "aion", (number, _SHARES))
            for number in range(_SHARES)
        ]
        tree = endpoints(taken.corrected, project)
        for share in shares:
            tree |= share.result()
    return tree | stubs.build(tree, project)


def endpoints(corrected: Json, project: Path) -> dict[str, str]:
    """Generate the package `aion_api`, with stand-ins for what `aion` needs and the contract lacks.

    Args:
        corrected: The document with the corrections.
        project: The folder that holds `templates`.

    Raises:
        CodegenError: Something cannot be built; the message names it in one line.
    """
    # This import takes a second; here, the other processes start meanwhile.
    from codegen import parse

    try:
        parsed = standins.completed(parse.parse(corrected), project / "aion")
    except RecursionError as error:
        raise CodegenError("the contract is nested too deeply") from error
    files = render.render(parsed, project / "templates")
    return output.formatted({f"generated/aion_api/{name}": text for name, text in files.items()})


def main(arguments: Sequence[str] | None = None, *, project: Path = PROJECT) -> int:
    """Run one command on the project in the folder `project`, and return the exit status."""
    options = _parser(project).parse_args(arguments)
    commands = {
        "generate": _generate,
        "build": _build,
        "check": _check,
        "diff": _diff,
        "reach": _reach,
        "surface": _surface,
        "changelog": _changelog,
        "release": _release,
    }
    try:
        return commands[options.command](options, project)
    except (blocking.BlockingError, ConflictingPatches) as error:
        print(error, file=sys.stderr)
    except UnsupportedError as error:
        print(error.report(), file=sys.stderr)
    except CodegenError as error:
        # Names in the contract may hold line breaks.
        print(f"codegen: {' '.join(str(error).split())}", file=sys.stderr)
    return 2 if options.command == "diff" else 1


def _parser(project: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in (
        ("generate", "take a contract: write code, surface and tables of the docs"),
        ("build", "regenerate the code"),
        ("check", "list files that are not current"),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument(
            "--spec", type=Path, default=project / contract.NAME, metavar="PATH", help="contract"
        )
        if name != "check":
            command.add_argument(
                "--drop-stale", action="store_true", help="remove corrections that are left out"
            )
        if name == "generate":
            _reporting(command)
    differ = commands.add_parser("diff", help="show what a new contract changes")
    differ.add_argument("documents", type=Path, nargs="*", metavar="OLD NEW")
    differ.add_argument(
        "--since",
        metavar="REVISION",
        help="OLD is the contract of this revision in git; NEW is openapi.json by default",
    )
    differ.add_argument("--changelog", action="store_true", help="draft the entry instead")
    _reporting(differ)
    needs = commands.add_parser(
        "reach", help="list methods that need what the contract no longer has"
    )
    needs.add_argument(
        "--accept", metavar="REASON", help=f"list all of it in {accepted.NAME} instead"
    )
    outside = commands.add_parser("surface", help="write the public surface of aion")
    outside.add_argument("--check", action="store_true", help="compare it with the last release")
    commands.add_parser("changelog", help="check CHANGELOG.md: its form, and entries for changes")
    commands.add_parser("release", help="record surface and digests as those of the last release")
    return parser


def _reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=report.FORMATS, default="text")
    parser.add_argument("--verbose", action="store_true", help="everything instead of one page")


def _built(options: argparse.Namespace, project: Path) -> tuple[dict[str, str], Difference | None]:
    """Return everything that a build writes, and what it changes for a maintainer."""
    taken = take(options.spec, project)
    tree = build(taken, project) | taken.files
    patches: str | None = None
    if options.drop_stale and taken.left_out:
        text = (project / FILE).read_text(encoding="utf-8")
        tree[FILE] = patches = without(text, taken.left_out)
    tree[lock.NAME] = lock.text(taken.document, project, patches)
    return tree, _changed(options.spec, taken, project)


def _changed(spec: Path, taken: Taken, project: Path) -> Difference | None:
    present = project / contract.NAME
    left_out = tuple(map(str, taken.left_out))
    if spec.resolve() == present.resolve() or not present.exists():
        return Difference(left_out=left_out) if left_out else None
    found = command.difference(present, spec, project)
    return replace(found, left_out=left_out, words=taken.words)


def _build(options: argparse.Namespace, project: Path) -> int:
    tree, changed = _built(options, project)
    output.write(tree, project)
    if changed is not None:
        print(report.text(changed))
    print(f"{len(tree)} files, {sum(text.count(chr(10)) for text in tree.values())} lines")
    return 0


def _generate(options: argparse.Namespace, project: Path) -> int:
    tree, changed = _built(options, project)
    files, left = list[output.Changed](), list[str]()
    if next(output.differences(tree, project), None) is not None:
        made, left = pages.pages(tree, project, options.spec)
        left = accepted.remaining(left, accepted.read(project / accepted.NAME))
        files = output.write(tree | made, project)
    elif options.format == "text" and changed is None:
        print(f"{len(tree)} files, all current")
        return 0
    done = finished.Finished(project, changed, files, left)
    print(finished.rendered(done, options.format, verbose=options.verbose), end="")
    return 0


def _check(options: argparse.Namespace, project: Path) -> int:
    taken = take(options.spec, project)
    tree = build(taken, project)
    stale = [*output.differences(tree, project), *lock.differences(taken.document, project)]
    if stale:
        print(*stale, sep="\n", file=sys.stderr)
        print("the generated code is not current: run `make generate`", file=sys.stderr)
    if taken.left_out:
        print(*(f"{FILE}: {one}" for one in taken.left_out), sep="\n", file=sys.stderr)
        advice = "run `python -m codegen generate --drop-stale`, or remove them"
        print(f"these corrections no longer apply: {advice}", file=sys.stderr)
    return 1 if stale or taken.left_out else 0


def _diff(options: argparse.Namespace, project: Path) -> int:
    found = command.requested(options.documents, options.since, project)
    if options.changelog:
        print(draft(found), end="")
    else:
        print(report.rendered(found, options.format, verbose=options.verbose), end="")
    return 1 if found.breaks_curated else 0


def _reach(options: argparse.Namespace, project: Path) -> int:
    lines = reaching.lost(project)
    path = project / accepted.NAME
    known = accepted.read(path)
    if options.accept is None:
        return _reported(accepted.remaining(lines, known))
    output.write({accepted.NAME: accepted.text(lines, known, options.accept)}, project)
    print(f"{accepted.NAME}: {len(accepted.gaps(lines))} gaps are accepted")
    return _reported(accepted.remaining(lines, accepted.read(path)))


def _surface(options: argparse.Namespace, project: Path) -> int:
    now = surface.collected(project)
    path = project / surface.NAME
    if not options.check:
        output.write({surface.NAME: surface.text(now)}, project)
        print(f"{surface.NAME}: {len(now['definitions'])} definitions of {now['version']}")
        return 0
    changelog = project / "CHANGELOG.md"
    news = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
    lines = surface.refused(surface.read(project / release.SURFACE), now, news)
    if not path.is_file() or path.read_text(encoding="utf-8") != surface.text(now):
        lines.append(f"{surface.NAME}: differs from the source: run `python -m codegen surface`")
    return _reported(lines)


def _changelog(options: argparse.Namespace, project: Path) -> int:
    return _reported(release.refused(project))


def _release(options: argparse.Namespace, project: Path) -> int:
    files = release.record(project)
    output.write(files, project)
    print(f"{', '.join(files)}: recorded {release.package_version(project)} as the last release")
    return 0


def _reported(lines: list[str]) -> int:
    print(*lines, sep="\n", end="\n" if lines else "", file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    # A run is short and its objects are small: collecting cycles would take a quarter of the time.
    gc.disable()
    raise SystemExit(main())
