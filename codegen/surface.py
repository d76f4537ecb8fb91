"""`python -m codegen surface`: writes the public surface of `aion` as data, and checks it.

`surface.json` is the surface of the source, so that a review shows each change of it. The check
compares it with that of the last release, which `codegen.release` recorded. An incompatible change
needs a new major version and an entry in `CHANGELOG.md` that names it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codegen.document import is_object
from codegen.errors import CodegenError
from codegen.surface_diff import Breach, breaches

NAME = "surface.json"
_PROBE = Path(__file__).with_name("surface_probe.py")


def collected(project: Path, package: str = "aion") -> dict[str, Any]:
    """Read the surface of a package of `project`, in a separate process.

    Raises:
        CodegenError: The package cannot be imported.
    """
    folders = [str(project), str(project / "generated")]
    # Otherwise the probe's folder would be first on the path, and its modules would hide others.
    start = f"import runpy, sys; sys.path[:0] = {folders!r}; sys.argv = ['', {package!r}];"
    done = subprocess.run(
        [sys.executable, "-c", f"{start} runpy.run_path({str(_PROBE)!r}, run_name='__main__')"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message on stderr"])[-1]
        raise CodegenError(f"{package} cannot be imported: {reason}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def text(surface: dict[str, Any]) -> str:
    """Return the text of the file of a surface: one line for each export and each member."""
    parts = {
        "version": _line(surface["version"]),
        "modules": _block(surface["modules"], 1, _block_of_lines),
        "definitions": _block(surface["definitions"], 1, _definition),
    }
    return "{\n" + ",\n".join(f' "{name}": {part}' for name, part in parts.items()) + "\n}\n"


def _definition(data: dict[str, Any], depth: int) -> str:
    rest = {key: value for key, value in data.items() if key != "members"}
    if "members" not in data:
        return _line(rest)
    return f'{_line(rest)[:-1]}, "members": {_block_of_lines(data["members"], depth)}}}'


def _block_of_lines(data: dict[str, Any], depth: int) -> str:
    return _block(data, depth, lambda value, _: _line(value))


def _block(data: dict[str, Any], depth: int, write: Callable[[Any, int], str]) -> str:
    if not data:
        return "{}"
    pad = " " * (depth + 1)
    rows = [f"{pad}{json.dumps(key)}: {write(value, depth + 1)}" for key, value in data.items()]
    return "{\n" + ",\n".join(rows) + "\n" + " " * depth + "}"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def read(path: Path) -> dict[str, Any]:
    """Return the recorded surface of a release.

    Raises:
        CodegenError: The file is missing, or does not contain a surface.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CodegenError(f"{path}: missing: `python -m codegen release` writes it") from None
    except (OSError, ValueError) as error:
        raise CodegenError(f"{path}: cannot be read: {error}") from error
    if not is_object(found) or not {"version", "modules", "definitions"} <= found.keys():
        raise CodegenError(f"{path}: is not the surface of a release")
    return found


def refused(old: dict[str, Any], new: dict[str, Any], changelog: str) -> list[str]:
    """Return why a surface may not follow another one; an empty list if it may.

    Args:
        old: The surface of the last release.
        new: The surface now.
        changelog: The text of `CHANGELOG.md`.
    """
    found = breaches(old, new)
    if not found:
        return []
    if _major(new["version"]) <= _major(old["version"]):
        next_one = f"{_major(old['version']) + 1}.0.0"
        advice = (
            f"version {new['version']} after {old['version']}: this needs a new major version:"
            f" set {next_one} in pyproject.toml and aion/_version.py"
        )
        return [*map(str, found), advice]
    news = _news(changelog, old["version"])
    silent = [breach for breach in found if not _is_named(breach, news)]
    if not silent:
        return []
    return [
        *map(str, silent),
        "CHANGELOG.md does not name these changes: add them under `## [Unreleased]`, such as:",
        *_drafted(silent),
    ]


def _drafted(found: list[Breach]) -> list[str]:
    """Return a line of a changelog for each holder of what changed."""
    holders: dict[str, dict[str, str]] = {}
    for breach in found:
        holders.setdefault(breach.name.rpartition(".")[0], {})[breach.name] = breach.what
    return [
        f"- **Breaking:** {'; '.join(f'`{name}`: {what}' for name, what in changes.items())}."
        for changes in holders.values()
    ]


def _major(version: str) -> int:
    found = re.match(r"\d+", version)
    return int(found[0]) if found else 0


def _news(changelog: str, version: str) -> str:
    """Return the part of the changelog about everything after a version."""
    return re.split(rf"^## \[?{re.escape(version)}\b", changelog, flags=re.MULTILINE)[0]


def _is_named(breach: Breach, news: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(breach.name)}(?!\w)", news) is not None
