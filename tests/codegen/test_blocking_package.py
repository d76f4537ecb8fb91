"""`codegen.blocking`: the twins of a whole package, beside their sources and in `aion/sync`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.blocking import BlockingError, build, public_classes
from codegen.blocking.coverage import check_tables
from codegen.blocking.tables import EXCEPTIONS, INPUTS, SWAPPED
from codegen.output import differences, write
from tests.codegen.building import CLIENT, complete

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "aion"
    files = {
        "__init__.py": "",
        "_runtime/__init__.py": "",
        "_runtime/aio.py": '__all__ = ["sleep"]\n',
        "_runtime/blocking.py": 'from time import sleep as sleep\n\n__all__ = ["sleep"]\n',
        "client.py": CLIENT.replace(
            "\n\nclass AionVision:",
            "from aion.resources.files import FilesResource\n\n\nclass AionVision:",
        ).replace("= []\n", "= []\n        self.files = FilesResource(self)\n"),
        "config.py": "class ClientConfig: ...\n",
        "resources/__init__.py": '"""Resources."""\n',
        "resources/files.py": """\
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aion.client import AionVision


class FilesResource:
    def __init__(self, client: AionVision) -> None:
        self.client = client

    async def first(self) -> int:
        return await anext(self.client.pages())
""",
        "_flows/upload.py": "class UploadFlow: ...\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    complete(root)
    return root


def test_a_package_gets_a_twin_of_each_listed_module(package: Path) -> None:
    assert list(build(package)) == [
        "aion/_engine/sync_nothing.py",
        "aion/_http/sockets/sync_nothing.py",
        "aion/_http/sync_nothing.py",
        "aion/_runtime/sync_nothing.py",
        "aion/sync/__init__.py",
        "aion/sync/_flows/upload.py",
        "aion/sync/client.py",
        "aion/sync/pipeline.py",
        "aion/sync/resources/__init__.py",
        "aion/sync/resources/files.py",
    ]


def test_writing_something_else_removes_no_twin(package: Path) -> None:
    write(build(package), package.parent)
    write({"surface.json": "{}"}, package.parent)

    assert (package / "_engine/sync_nothing.py").is_file()


def test_building_writes_nothing(package: Path) -> None:
    before = sorted(package.rglob("*"))
    build(package)

    assert sorted(package.rglob("*")) == before


def test_a_pipeline_is_built_as_soon_as_it_is_there(package: Path) -> None:
    (package / "pipeline.py").write_text("class Pipeline: ...\n", encoding="utf-8")

    assert "class SyncPipeline" in build(package)["aion/sync/pipeline.py"]


def test_the_tables_describe_the_package() -> None:
    check_tables(PROJECT / "aion")


def test_the_classes_with_a_twin_of_another_name_exist() -> None:
    sources = (path for pattern in INPUTS for path in (PROJECT / "aion").glob(pattern))
    found = {
        name for path in sources for name in public_classes(path.read_text("utf-8"), path.name)
    }
    assert EXCEPTIONS.keys() <= found


def test_a_folder_without_a_client_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BlockingError, match=r"aion/client\.py: not found"):
        build(tmp_path)


def test_a_pattern_that_matches_nothing_is_refused(package: Path) -> None:
    (package / "_engine" / "async_nothing.py").rename(package / "_engine" / "nothing.py")

    with pytest.raises(BlockingError, match=r"aion/_engine/async_\*\.py: not found"):
        build(package)


@pytest.mark.parametrize("name", ["aio", "blocking"])
def test_a_swapped_module_that_moved_is_refused(package: Path, name: str) -> None:
    (package / "_runtime" / f"{name}.py").rename(package / "_runtime" / "elsewhere.py")

    with pytest.raises(BlockingError, match=rf"^aion\._runtime\.{name}: not found"):
        build(package)


def test_swapped_modules_with_other_names_are_refused(package: Path) -> None:
    (package / "_runtime" / "blocking.py").write_text('__all__ = ["nap"]\n', encoding="utf-8")

    with pytest.raises(BlockingError, match="only one of them exports `nap`, `sleep`"):
        build(package)


def test_all_that_the_tables_say_wrongly_is_named(tmp_path: Path) -> None:
    with pytest.raises(BlockingError) as caught:
        build(tmp_path / "aion")

    assert len(str(caught.value).splitlines()) == len(INPUTS) + 2 * len(SWAPPED)


def test_a_module_that_is_named_so_has_its_twin_beside_it(package: Path) -> None:
    source = "class AsyncEngine:\n    async def call(self): ...\n"
    (package / "_engine" / "async_engine.py").write_text(source, encoding="utf-8")
    user = "from aion._engine.async_engine import AsyncEngine\n\nAsyncEngine()\n"
    (package / "pipeline.py").write_text(user, encoding="utf-8")

    files = build(package)

    assert "class SyncEngine:\n    def call(self)" in files["aion/_engine/sync_engine.py"]
    assert "from aion._engine.sync_engine import SyncEngine" in files["aion/sync/pipeline.py"]


def test_a_twin_whose_source_is_gone_is_left_over(package: Path) -> None:
    write(build(package), package.parent)
    (package / "_engine" / "async_other.py").write_text('"""Other."""\n', encoding="utf-8")
    (package / "_engine" / "async_nothing.py").unlink()
    tree = build(package)

    assert "aion/_engine/sync_nothing.py: left over" in "\n".join(differences(tree, package.parent))
    write(tree, package.parent)
    assert not list(differences(tree, package.parent))
    assert not (package / "_engine" / "sync_nothing.py").exists()


def test_a_class_that_two_public_modules_define_is_refused(package: Path) -> None:
    (package / "pipeline.py").write_text("class FilesResource: ...\n", encoding="utf-8")

    with pytest.raises(BlockingError, match="`SyncFilesResource`: both "):
        build(package)


def test_the_bytes_do_not_depend_on_the_hash_seed(package: Path) -> None:
    script = (
        "import sys, hashlib, pathlib; from codegen.blocking import build;"
        "print(hashlib.sha256(repr(build(pathlib.Path(sys.argv[1]))).encode()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, package],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(outputs) == 1


@pytest.fixture
def built(package: Path) -> Path:
    for name, text in build(package).items():
        path = package.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return package.parent


def python(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,  # `-c` searches there first
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_the_built_package_runs(built: Path) -> None:
    code = "from aion.sync import SyncAionVision as C; print(C().files.first())"

    assert python(code, built) == "0"


def test_the_built_package_loads_its_modules_on_first_use(built: Path) -> None:
    code = "import sys, aion.sync; print([m for m in sys.modules if m.startswith('aion.sync.')])"

    assert python(code, built) == "[]"


def test_the_built_package_exports_each_public_class_once(built: Path) -> None:
    code = "import aion.sync as s; print([getattr(s, n).__name__ for n in s.__all__])"

    assert python(code, built) == "['SyncAionVision', 'SyncFilesResource']"


def test_the_built_package_names_what_it_does_not_have(built: Path) -> None:
    assert python("import aion.sync; aion.sync.Nope", built) == (
        "AttributeError: module 'aion.sync' has no attribute 'Nope'"
    )
