"""Reads contract and patches of a revision from git: a maintainer does not have to keep copies."""

from __future__ import annotations

import subprocess
from pathlib import Path

from codegen import contract
from codegen.errors import CodegenError
from codegen.patching import FILE


def contract_at(revision: str, project: Path) -> bytes:
    """Return the contract of a revision, such as ``HEAD``.

    Raises:
        CodegenError: The project is not in git, or the revision has no contract.
    """
    content, reason = _at(revision, contract.NAME, project)
    if content is None:
        raise CodegenError(
            f"{contract.NAME} at {revision} cannot be read from git: {reason}."
            f" Compare two files instead: python -m codegen diff OLD {contract.NAME}"
        )
    return content


def patches_at(revision: str, project: Path) -> bytes | None:
    """Return the patches of a revision; None if it has none."""
    return _at(revision, FILE, project)[0]


def is_committed(project: Path) -> bool | None:
    """Whether the contract is that of the last commit; None outside of git."""
    content, _ = _at("HEAD", contract.NAME, project)
    path = project / contract.NAME
    return None if content is None else path.is_file() and path.read_bytes() == content


def _at(revision: str, path: str, project: Path) -> tuple[bytes | None, str]:
    """Return a file of a revision, or why git does not have it."""
    # A revision that begins with a dash is not an option; "./" is the project, not the repository.
    command = ["git", "show", "--end-of-options", f"{revision}:./{path}"]
    try:
        done = subprocess.run(command, cwd=project, capture_output=True, check=False)
    except FileNotFoundError:
        return None, "the command git is not installed"
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        return None, words[0].rstrip(".") if words else f"git ended with status {done.returncode}"
    return done.stdout, ""
