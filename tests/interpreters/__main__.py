"""`python -m tests.interpreters`: runs the matrix. `make matrix` calls it.

Every interpreter that the classifiers name and this machine has takes part, those of pyenv
included. `--debian` makes a minimal Debian for the rest. What is missing is named at the end.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.interpreters import debian, report
from tests.interpreters.quick import QUICK

ROOT: Final = Path(__file__).parents[2]
WORK: Final = ROOT / ".nox"
SESSIONS: Final = ("tests", "lowest", "extra", "prereleases")


def main() -> int:
    """Run the sessions, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreters", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="run a quick selection of the tests")
    parser.add_argument("--debian", action="store_true", help="get missing ones from Debian sid")
    parser.add_argument("sessions", nargs="*", help=f"default: {' '.join(SESSIONS)}")
    parser.add_argument("--tests", nargs="+", metavar="PATH", help="run these tests")
    options = parser.parse_args()
    shutil.rmtree(WORK / "results", ignore_errors=True)
    tests = options.tests or (QUICK if options.quick else ())
    chosen = ["--", *tests] if tests else []
    _here("here", [*(options.sessions or SESSIONS)], chosen)
    if not (WORK / "here.json").is_file():
        # nox has said why.
        return 2
    outcomes = report.read(WORK / "here.json", WORK / "results")
    missing = [one for one in outcomes if one.is_missing]
    if missing and options.debian:
        try:
            _in_debian("debian", missing, chosen)
        except debian.UnavailableError as error:
            print(f"no Debian for {' '.join(sorted({one.version for one in missing}))}: {error}")
        else:
            more = report.read(WORK / "debian.json", WORK / "results")
            outcomes = report.merged(outcomes, more)
    print(report.table(outcomes), flush=True)
    return 0 if report.is_good(outcomes) else 1


def _here(name: str, sessions: list[str], chosen: list[str]) -> None:
    environment = {**os.environ, **_pyenv()}
    command = [sys.executable, *_nox(name, sessions), *chosen]
    subprocess.run(command, cwd=ROOT, env=environment, check=False)


def _in_debian(name: str, missing: list[report.Outcome], chosen: list[str]) -> None:
    versions = sorted({one.version for one in missing}, key=lambda text: text.split("."))
    root = WORK / "debian"
    debian.create(root, versions, "nox[uv]")
    sessions = [one.session for one in missing]
    debian.run(root, ROOT, debian.NOX, *_nox(name, sessions), *chosen)


def _nox(name: str, sessions: list[str]) -> list[str]:
    (WORK / f"{name}.json").unlink(missing_ok=True)
    return [
        "-m", "nox", "--no-error-on-missing-interpreters", "--download-python", "never",
        "--report", f".nox/{name}.json", "--envdir", f".nox/{name}", "--session", *sessions,
    ]  # fmt: skip


def _pyenv() -> dict[str, str]:
    """Return the setting with which pyenv offers all its interpreters, this one first."""
    if shutil.which("pyenv") is None:
        return {}
    listed = subprocess.run(["pyenv", "versions", "--bare"], capture_output=True, text=True).stdout
    # The last one of each minor version is the newest. Others, such as pypy, are not for here.
    found = [one for one in listed.split() if re.fullmatch(r"3\.\d+\.\d+", one)]
    newest = {one.rpartition(".")[0]: one for one in found}
    mine = "{}.{}".format(*sys.version_info)
    order = sorted(newest, key=lambda minor: minor != mine)
    return {"PYENV_VERSION": ":".join(newest[minor] for minor in order)} if newest else {}


if __name__ == "__main__":
    sys.exit(main())
