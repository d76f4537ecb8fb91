"""`python -m codegen generate | build | check | diff | reach | surface | changelog | release`.

These commands are the contract workflow: `generate` runs all of it, the others are its parts and
gates. The exit status is 0 on success; on failure it is 1, with a line on stderr for each finding.
 `diff` exits with 1 when a change breaks a curated method, and with 2 when the documents
cannot be compared.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from codegen import (
    blocking,
    contract,
    lock,
    output,
    pages,
    reaching,
    release,
    render,
    stubs,
    surface,
)
from codegen.diffing import command, report
from codegen.diffing.changelog import draft
from codegen.errors import CodegenError, UnsupportedError
from codegen.patches import Patches, StalePatches

_SHARES = 2
PROJECT = Path(__file__).resolve().parent.parent


def build(spec: Path, project: Path = PROJECT) -> dict[str, str]:
    """Generate all code from the contract at `spec` and the async source.

    Args:
        spec: The OpenAPI document.
        project: The folder that holds `codegen/patches.toml`, `templates` and `aion`.

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
        tree = endpoints(spec, project)
        for share in shares:
            tree |= share.result()
    return tree | stubs.build(tree, project)


def endpoints(spec: Path, project: Path) -> dict[str, str]:
    """Generate the package `aion_api`: the part of a build that depends on the contract only.

    Raises:
        CodegenError: Something cannot be built; the message names it in one line.
    """
    # This import takes a second; here, the other processes start meanwhile.
    from codegen import parse

    patches = Patches.load(project / "codegen" / "patches.toml")
    try:
        parsed = parse.parse(contract.load(spec, patches))
    except RecursionError as error:
        raise CodegenError(f"{spec}: nested too deeply to be a contract") from error
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
    except (blocking.BlockingError, StalePatches) as error:
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
            "--spec", type=Path, default=project / "openapi.json", metavar="PATH", help="contract"
        )
    differ = commands.add_parser("diff", help="show what a new contract changes")
    differ.add_argument("old", type=Path, metavar="OLD")
    differ.add_argument("new", type=Path, metavar="NEW")
    differ.add_argument("--format", choices=tuple(report.FORMATS), default="text")
    differ.add_argument("--changelog", action="store_true", help="draft the entry instead")
    commands.add_parser("reach", help="list methods that need what the contract no longer has")
    outside = commands.add_parser("surface", help="write the public surface of aion")
    outside.add_argument("--check", action="store_true", help="compare it with the last release")
    commands.add_parser("changelog", help="check CHANGELOG.md: its form, and entries for changes")
    commands.add_parser("release", help="record surface and digests as those of the last release")
    return parser


def _built(spec: Path, project: Path) -> tuple[dict[str, str], str]:
    """Return the code, its lock and the contract, and a report of what the contract changes."""
    present = project / "openapi.json"
    tree = build(spec, project)
    tree[lock.NAME] = lock.text(spec, project)
    changed = ""
    if spec.resolve() != present.resolve():
        tree["openapi.json"] = contract.text_of(spec)
        if present.exists():
            changed = report.text(command.difference(present, spec, project))
    return tree, changed


def _build(options: argparse.Namespace, project: Path) -> int:
    tree, changed = _built(options.spec, project)
    output.write(tree, project)
    print(changed, end="\n" if changed else "")
    print(f"{len(tree)} files, {sum(text.count(chr(10)) for text in tree.values())} lines")
    return 0


def _generate(options: argparse.Namespace, project: Path) -> int:
    tree, changed = _built(options.spec, project)
    if next(output.differences(tree, project), None) is None:
        print(f"{len(tree)} files, all current")
        return 0
    made, todo = pages.pages(tree, project, options.spec)
    output.write(tree | made, project)
    print(changed, end="\n" if changed else "")
    print(f"{len(tree)} files of code and contract, {len(made)} pages made from the package")
    if todo:
        print("Work left in `aion`; fix it, then run `make generate` again:", *todo, sep="\n  ")
    return 0


def _check(options: argparse.Namespace, project: Path) -> int:
    tree = build(options.spec, project)
    stale = [*output.differences(tree, project), *lock.differences(options.spec, project)]
    if stale:
        print(*stale, sep="\n", file=sys.stderr)
        print("the generated code is not current: run `make generate`", file=sys.stderr)
    return 1 if stale else 0


def _diff(options: argparse.Namespace, project: Path) -> int:
    found = command.difference(options.old, options.new, project)
    print(draft(found) if options.changelog else report.FORMATS[options.format](found), end="")
    return 1 if found.breaks_curated else 0


def _reach(options: argparse.Namespace, project: Path) -> int:
    return _reported(reaching.lost(project))


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
