"""The same contract gives the same bytes, and `check` reports when the disk has others."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.__main__ import PROJECT, build, main
from codegen.layout import laid_out
from codegen.output import OWNED, differences
from codegen.taking import take
from tests.codegen.building import body, document, operation, project, ref
from tests.codegen.test_schemas import SCHEMAS

GENERATED = "generated/aion_api"


@pytest.fixture(scope="module")
def current() -> dict[str, str]:
    return build(take(PROJECT / "openapi.json", PROJECT))


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_another_process_and_hash_seed_give_the_same_bytes(
    current: dict[str, str], tmp_path: Path
) -> None:
    for name in ("codegen", "templates"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    made_before = shutil.ignore_patterns("sync", "sync_*.py", "*.pyi")
    shutil.copytree(PROJECT / "aion", tmp_path / "aion", ignore=made_before)
    shutil.copy(PROJECT / "openapi.json", tmp_path)
    subprocess.run(
        [sys.executable, "-m", "codegen", "build"],
        cwd=tmp_path,
        env={"PYTHONHASHSEED": "4242", "PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    made = {
        f"{owned}/{name}": content
        for owned in OWNED
        for name, content in bytes_below(tmp_path / owned).items()
    }
    for pattern in ("*.pyi", "sync_*.py"):
        for path in (tmp_path / "aion").rglob(pattern):
            made[path.relative_to(tmp_path).as_posix()] = path.read_bytes()
    assert made == {name: text.encode() for name, text in current.items()}


GENERATE = """
import hashlib, json, sys
from pathlib import Path
from codegen.__main__ import endpoints
from codegen.taking import take
files = endpoints(take(Path(sys.argv[1]), Path(sys.argv[2])).corrected, Path(sys.argv[2]))
print(hashlib.sha256(json.dumps(files).encode()).hexdigest())
"""


def test_other_constructs_give_the_same_bytes_with_each_hash_seed(tmp_path: Path) -> None:
    sent = body("multipart/form-data", ref("Cat"))
    spec = document({"/x": {"post": operation(ref("all"), requestBody=sent)}}, SCHEMAS)
    folder = project(tmp_path / "project", spec)
    digests = {
        subprocess.run(
            [sys.executable, "-c", GENERATE, str(folder / "openapi.json"), str(folder)],
            cwd=PROJECT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(PROJECT)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1


def test_what_is_committed_below_generated_is_current(current: dict[str, str]) -> None:
    package = {name: text for name, text in current.items() if name.startswith(GENERATED)}
    stale = [line for line in differences(package, PROJECT) if line.startswith(GENERATED)]
    assert stale == []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    item = {"type": "object", "properties": {"id": {"type": "string"}}}
    spec = document({"/x": {"get": operation(ref("Item"))}}, {"Item": item})
    folder = project(tmp_path / "project", spec)
    assert main(["build"], project=folder) == 0
    return folder


def test_a_second_build_changes_nothing(home: Path) -> None:
    before = bytes_below(home)
    main(["build"], project=home)
    assert bytes_below(home) == before


def test_a_fresh_build_is_clean(home: Path) -> None:
    assert main(["check"], project=home) == 0


def test_compiled_files_are_not_leftovers(home: Path) -> None:
    cache = home / GENERATED / "api" / "__pycache__"
    cache.mkdir()
    (cache / "things.cpython-311.pyc").write_bytes(b"")
    assert main(["check"], project=home) == 0


def edit(home: Path) -> None:
    with (home / GENERATED / "api" / "things.py").open("a", encoding="utf-8") as file:
        file.write("# edited\n")


def end_lines_otherwise(home: Path) -> None:
    path = home / GENERATED / "api" / "things.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def remove(home: Path) -> None:
    (home / GENERATED / "api" / "things.py").unlink()


def add(home: Path) -> None:
    (home / GENERATED / "api" / "more.py").write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (edit, f"{GENERATED}/api/things.py: stale or edited by hand"),
        (end_lines_otherwise, f"{GENERATED}/api/things.py: stale or edited by hand"),
        (remove, f"{GENERATED}/api/things.py: missing"),
        (add, f"{GENERATED}/api/more.py: not made by the generator"),
    ],
)
def test_check_names_the_file_that_differs(
    home: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None], line: str
) -> None:
    change(home)
    status = main(["check"], project=home)
    assert (status, capsys.readouterr().err.splitlines()[0]) == (1, line)


@pytest.mark.parametrize("change", [edit, remove, add])
def test_a_build_mends_what_check_found(home: Path, change: Callable[[Path], None]) -> None:
    before = bytes_below(home)
    change(home)
    main(["build"], project=home)
    assert bytes_below(home) == before


def test_check_writes_nothing(home: Path) -> None:
    remove(home)
    before = bytes_below(home)
    main(["check"], project=home)
    assert bytes_below(home) == before


def test_what_an_interrupted_run_left_behind_does_no_harm(home: Path) -> None:
    before = bytes_below(home)
    for state in ("new", "old"):
        leftover = home / "generated" / f".aion_api.{state}"
        leftover.mkdir()
        (leftover / "half.py").write_text("", encoding="utf-8")
    main(["build"], project=home)
    assert bytes_below(home) == before


def test_a_temporary_folder_that_git_ignores_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "import os\nimport sys\n\nprint(  sys.path )\n"
    expected = laid_out({"a.py": source}, select="F401,I001")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("*\n", encoding="utf-8")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert laid_out({"a.py": source}, select="F401,I001") == expected
