"""Records the last release (surface, number of changelog entries, digests) and checks against it.

`python -m codegen release` writes the record as part of a release. From then on the gate requires a
new entry in the changelog as soon as a shipped file differs from the record. It reads nothing from
git, because a clone in CI has no tags.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from codegen import changelog, contract, surface
from codegen.document import is_object
from codegen.errors import CodegenError
from codegen.lock import contract_digest, digest

NAME = "release/release.toml"
SURFACE = "release/surface.json"
_HEAD = "# Written by `python -m codegen release`, as part of a release. Do not edit."
_FOLDERS = {"aion": "aion", "generated": "generated/aion_api"}


def record(project: Path) -> dict[str, str]:
    """Return the files that record the present state as a release.

    Raises:
        CodegenError: The changelog does not describe the version as released, or something
            cannot be read.
    """
    version = package_version(project)
    text = _changelog(project)
    if faults := changelog.faults(text, version):
        raise CodegenError("; ".join(faults))
    if changelog.newest(text) != version:
        raise CodegenError(
            f"{changelog.NAME}: has no heading for {version}: add it before the release"
        )
    found = surface.collected(project)
    lines = [_HEAD, "", f'version = "{version}"', f"entries = {changelog.entries(text)}"]
    lines += ["", "[digests]"]
    lines += [f'{name} = "sha256:{value}"' for name, value in _digests(project).items()]
    return {NAME: "\n".join(lines) + "\n", SURFACE: surface.text(found)}


def refused(project: Path) -> list[str]:
    """Return why the changelog is refused, one line each; an empty list if it is accepted.

    Raises:
        CodegenError: A file is missing or cannot be read.
    """
    text = _changelog(project)
    lines = changelog.faults(text, package_version(project))
    last = _last(project / NAME)
    changed = [name for name, now in _digests(project).items() if last["digests"].get(name) != now]
    if changed and changelog.entries(text) <= last["entries"]:
        what = ", ".join(changed)
        lines.append(
            f"{changelog.NAME}: {what} changed since {last['version']}: describe it under"
            " `## [Unreleased]` (`python -m codegen diff OLD NEW --changelog` drafts it)"
        )
    return lines


def package_version(project: Path) -> str:
    """Return the version in `pyproject.toml`.

    Raises:
        CodegenError: The file has no version.
    """
    path = project / "pyproject.toml"
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CodegenError(f"{path}: its version cannot be read: {error}") from error


def _changelog(project: Path) -> str:
    try:
        return (project / changelog.NAME).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CodegenError(f"{changelog.NAME}: cannot be read: {error}") from error


def _last(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CodegenError(f"{NAME}: missing: `python -m codegen release` writes it") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CodegenError(f"{NAME}: cannot be read: {error}") from error
    digests = found.get("digests")
    if not isinstance(found.get("entries"), int) or not is_object(digests):
        raise CodegenError(
            f"{NAME}: is not the record of a release: `python -m codegen release` writes it"
        )
    plain = {name: str(value).removeprefix("sha256:") for name, value in digests.items()}
    return {"version": found.get("version"), "entries": found["entries"], "digests": plain}


def _digests(project: Path) -> dict[str, str]:
    found = {name: digest(project / folder, "**/*") for name, folder in _FOLDERS.items()}
    return {**found, "contract": contract_digest(contract.read(project / "openapi.json"))}
