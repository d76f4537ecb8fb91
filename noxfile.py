"""The sessions of `make matrix`: what `pyproject.toml` claims of interpreters and dependencies.

Each session has an environment of its own. `python -m tests.interpreters` chooses the sessions,
finds the interpreters, and adds up what ran; `nox -s lowest` runs one session by hand, and
`nox -s tests-3.13 -- tests/unit` a part of one.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import nox
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
"""The interpreters that the classifiers name, oldest first."""
OLDEST, NEWEST = PYTHONS[0], PYTHONS[-1]
FREE_THREADED = ["3.13t", "3.14t", "3.15t"]
OPTIONAL: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
DECLARED: list[str] = [*PROJECT["project"]["dependencies"], *chain(*OPTIONAL.values())]
EVERYTHING = f".[{','.join(OPTIONAL)}]"
TOOLS = ["--group", "codegen", "--group", "lint", "--group", "test"]
GROUPS = [*TOOLS, "--group", "newest"]
OF_NEWEST = ["tests/engine/test_transport_seam_tools.py", "tests/sandbox/test_sandbox_contract.py"]
"""What the tools of the group `newest` run."""
RESULTS = Path(".nox/results")

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv"
nox.options.sessions = [f"tests-{version}" for version in PYTHONS]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the suite, except the long tests."""
    session.install("--editable", EVERYTHING, *GROUPS)
    _pytest(session)


@nox.session(python=[OLDEST])
def lowest(session: nox.Session) -> None:
    """Run the suite on the lowest version of each declared dependency.

    Without the tests whose tools need newer ones.
    """
    session.install("--resolution", "lowest-direct", "--editable", EVERYTHING)
    # The test tools are the newest that go with them.
    pins = Path(session.create_tmp()) / "lowest.txt"
    pins.write_text(_declared(_frozen(session)), "utf-8")
    session.install("--constraint", str(pins), *TOOLS)
    _pytest(session, *(f"--ignore={path}" for path in OF_NEWEST))


@nox.session(python=[NEWEST])
def prereleases(session: nox.Session) -> None:
    """Run the suite on the newest versions, pre-releases included. It may fail."""
    session.install("--prerelease", "allow", "--upgrade", "--editable", EVERYTHING, *GROUPS)
    _pytest(session)


@nox.session(python=FREE_THREADED)
def free_threaded(session: nox.Session) -> None:
    """Run the suite without the global interpreter lock."""
    session.install("--editable", EVERYTHING, *GROUPS)
    _pytest(session)


@nox.session(python=[OLDEST, NEWEST])
@nox.parametrize("extra", ["", *OPTIONAL], ids=["none", *OPTIONAL])
def extra(session: nox.Session, extra: str) -> None:
    """Use what one extra is for, from the wheel, with nothing else installed."""
    folder = Path(session.create_tmp())
    session.run("uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), external=True)
    (built,) = folder.glob("*.whl")
    wheel = built.resolve().as_uri()
    session.install(f"aionvision{f'[{extra}]' if extra else ''} @ {wheel}")
    # From a folder that has the scripts and nothing else: `aion` has to be that of the wheel.
    scripts = Path("tests/extras")
    shutil.copytree(scripts, folder / scripts, dirs_exist_ok=True)
    script = f"tests.extras.use_{extra or 'none'}"
    with _service(session, wheel, folder / "service.env") as settings, session.chdir(folder):
        session.run("python", "-W", "error", "-m", script, env={"PYTHONPATH": "", **settings})


def _pytest(session: nox.Session, *more: str) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    version = session.run(
        "python", "-c", "import platform; print(platform.python_version())", silent=True
    )
    (RESULTS / f"{session.name}.python").write_text(str(version), "utf-8")
    report = RESULTS / f"{session.name}.xml"
    # These folders download something, and have targets of their own.
    apart = ["--ignore=tests/published", "--ignore=tests/documents"]
    options = ["-n", "2", "-m", "not soak", *apart, f"--junitxml={report}"]
    session.run("python", "-m", "pytest", *options, *more, *session.posargs)


@contextmanager
def _service(session: nox.Session, wheel: str, file: Path) -> Generator[dict[str, str]]:
    """Run the sandbox in an environment of its own; yield the settings of its clients."""
    file.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "uv",
        "run",
        "--no-project",
        "--quiet",
        "--python",
        str(session.python),
    ]
    command += ["--with", f"aionvision[sandbox] @ {wheel}"]
    command += ["python", "-m", "aion.sandbox", "--env-file", str(file)]
    with subprocess.Popen(command) as serving:
        try:
            end = time.monotonic() + 60
            while not file.is_file():
                if serving.poll() is not None or time.monotonic() > end:
                    session.error("the sandbox did not start")
                time.sleep(0.1)
            lines = file.read_text("utf-8").splitlines()
            yield dict(line.split("=", 1) for line in lines if "=" in line)
        finally:
            serving.terminate()


def _frozen(session: nox.Session) -> str:
    return str(session.run("uv", "pip", "freeze", "--exclude-editable", silent=True))


def _declared(frozen: str) -> str:
    """Return those lines of a freeze that `pyproject.toml` declares."""
    names = {canonicalize_name(Requirement(line).name) for line in DECLARED}
    lines = frozen.splitlines()
    return "\n".join(one for one in lines if canonicalize_name(one.partition("==")[0]) in names)
