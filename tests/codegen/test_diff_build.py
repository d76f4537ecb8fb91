"""`make generate SPEC=path`: a vendor's new document goes through whole, or nothing changes."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen import lock, output
from codegen.__main__ import PROJECT, endpoints, main
from codegen.contract import read
from codegen.errors import CodegenError
from codegen.taking import take
from tests.codegen.building import operation, parameter, ref
from tests.codegen.workflow import contract, home, next_contract, written

ENTRY = '[[patch]]\n{0}\nat = "/summary"\nexpect = "absent"\nvalue = "x"\nreason = "r"\n'
STALE = (
    ENTRY.format('operation = "drop_box"')
    + ENTRY.format('schema = "Gone"')
    + '[optional]\nBox = ["label"]\n'
    + '[rename_schemas]\nOld = "New"\n'
    + '[repeatable]\noperations = ["drop_box"]\n'
)


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Build:
    """A project that was built from its contract, and then from the vendor's next one."""

    def __init__(self, folder: Path) -> None:
        self.home = home(folder / "project")
        assert main(["build"], project=self.home) == 0
        self.first = content_of(self.home)
        self.spec = written(folder / "vendor.json", next_contract())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Build(tmp_path_factory.mktemp("build")).home.parent


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of the built project that a test may change."""
    return Path(shutil.copytree(built, tmp_path / "copy"))


@pytest.fixture(scope="module")
def taken(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that took the next contract."""
    copied = Path(shutil.copytree(built, tmp_path_factory.mktemp("taken") / "copy"))
    assert main(["build", "--spec", str(copied / "vendor.json")], project=copied / "project") == 0
    return copied


def test_the_new_document_is_the_contract_now(taken: Path) -> None:
    both = (taken / "project" / "openapi.json", taken / "vendor.json")
    assert both[0].read_bytes() == both[1].read_bytes()


def test_the_functions_of_the_new_document_are_generated(taken: Path) -> None:
    text = (taken / "project/generated/aion_api/api/boxes.py").read_text(encoding="utf-8")
    # A stand-in has other parameters.
    there = [f"def {name}_box(box_id" in text for name in ("open", "close", "paint", "drop")]
    assert there == [True, True, True, False]


def test_after_a_build_everything_is_current(taken: Path) -> None:
    assert main(["check"], project=taken / "project") == 0


def test_a_build_leaves_no_file_of_its_own_behind(taken: Path) -> None:
    strange = [path.name for path in taken.rglob(".*")]
    assert strange == []


def test_what_changed_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["build", "--spec", str(folder / "vendor.json")], project=folder / "project")
    golden = (Path(__file__).parent / "golden" / "diff.txt").read_text(encoding="utf-8")
    assert capsys.readouterr().out.startswith(golden)


def test_log_lines_in_front_of_the_document_are_not_copied(folder: Path) -> None:
    spec = folder / "vendor.json"
    spec.write_text("INFO up\n" + json.dumps(next_contract(), indent=1), encoding="utf-8")
    main(["build", "--spec", str(spec)], project=folder / "project")
    copied = (folder / "project" / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(copied) == next_contract()


def test_corrections_that_no_longer_apply_are_left_out_and_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "project/codegen/patches.toml").write_text(STALE, encoding="utf-8")
    assert main(["build", "--spec", str(folder / "vendor.json")], project=folder / "project") == 0
    out = capsys.readouterr().out
    assert [line for line in LEFT_OUT if line not in out] == []


LEFT_OUT = (
    "patch drop_box/summary: the contract does not have it any more",
    "patch Gone/summary: the contract does not have it any more",
    "optional Box.label: no such property",
    "repeatable drop_box: the contract does not have it any more",
    "rename Old: no such schema",
)


def test_corrections_that_no_longer_apply_can_be_dropped(folder: Path) -> None:
    home = folder / "project"
    (home / "codegen/patches.toml").write_text(f"# Why.\n{STALE}", encoding="utf-8")
    main(["build", "--spec", str(folder / "vendor.json"), "--drop-stale"], project=home)
    left = (home / "codegen/patches.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in left if line and not line.startswith("[")] == [
        "# Why.",
        "operations = []",
    ]


def test_what_is_current_after_corrections_were_dropped_stays_so(folder: Path) -> None:
    home = folder / "project"
    (home / "codegen/patches.toml").write_text(STALE, encoding="utf-8")
    main(["build", "--spec", str(folder / "vendor.json"), "--drop-stale"], project=home)
    assert main(["check"], project=home) == 0


CONFLICT = """
[[patch]]
schema = "Box"
at = "/properties/id/type"
expect = "integer"
value = "number"
reason = "r"
"""


def conflicting_patch(folder: Path) -> None:
    (folder / "project/codegen/patches.toml").write_text(CONFLICT, encoding="utf-8")


def broken_document(folder: Path) -> None:
    (folder / "vendor.json").write_text("{", encoding="utf-8")


def broken_source(folder: Path) -> None:
    (folder / "project/aion/client.py").write_text("def (", encoding="utf-8")


def broken_helper(folder: Path) -> None:
    (folder / "project/aion/_boxes.py").write_text("def (", encoding="utf-8")


def source_that_cannot_block(folder: Path) -> None:
    text = "import asyncio\n\n\nasync def rest() -> None:\n    await asyncio.sleep(1)\n"
    (folder / "project/aion/client.py").write_text(text, encoding="utf-8")


def construct_without_equivalent(folder: Path) -> None:
    spec = next_contract()
    spec["paths"]["/gauges"]["get"]["responses"]["200"]["content"] = {
        "application/json": {"schema": {"properties": "text"}}
    }
    written(folder / "vendor.json", spec)


def broken_present_contract(folder: Path) -> None:
    (folder / "project/openapi.json").write_text("[", encoding="utf-8")


@pytest.mark.parametrize(
    "harm",
    [
        conflicting_patch,
        broken_document,
        broken_source,
        broken_helper,
        source_that_cannot_block,
        construct_without_equivalent,
        broken_present_contract,
    ],
)
@pytest.mark.parametrize("command", ["build", "generate"])
def test_nothing_is_lockedunless_everything_could_be(
    folder: Path, harm: Callable[[Path], None], command: str
) -> None:
    harm(folder)
    before = content_of(folder)
    status = main([command, "--spec", str(folder / "vendor.json")], project=folder / "project")
    assert (status, content_of(folder)) == (1, before)


def test_a_swap_that_fails_halfway_is_undone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content_of(folder)
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if target.name == "openapi.json" and self.name.endswith(".new"):
            raise OSError(28, "No space left on device", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    main(["build", "--spec", str(folder / "vendor.json")], project=folder / "project")
    monkeypatch.undo()
    after = {k: v for k, v in content_of(folder).items() if not Path(k).name.startswith(".")}
    assert after == before


def test_files_that_were_not_there_are_gone_after_a_failure(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_text("", encoding="utf-8")
    with pytest.raises(CodegenError, match="cannot be written"):
        output.write({"a": "1", "b/c/d": "2"}, tmp_path)
    assert not (tmp_path / "a").exists()


def test_what_is_lockedis_current_where_lines_end_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def opened(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        """As Windows does it."""
        if "b" not in mode and options.get("newline") is None:
            return real(self, mode, encoding="utf-8", newline="\r\n")
        return real(self, mode, *args, **options)

    monkeypatch.setattr(Path, "open", opened)
    tree = {"a.json": "1\n2\n"}
    output.write(tree, tmp_path)
    monkeypatch.undo()
    assert list(output.differences(tree, tmp_path)) == []


def test_what_is_written_is_returned_with_how_it_changed(tmp_path: Path) -> None:
    code = {"generated/aion_api/a.py": "1", "generated/aion_api/b.py": "1", "c.json": "1"}
    output.write(code, tmp_path)
    changed = output.write(
        {"generated/aion_api/b.py": "2", "generated/aion_api/d.py": "1", "c.json": "1"}, tmp_path
    )
    assert [(file.name, file.how) for file in changed] == [
        ("generated/aion_api/a.py", "removed"),
        ("generated/aion_api/b.py", "changed"),
        ("generated/aion_api/d.py", "new"),
    ]


def test_a_page_alone_changes_no_code(tmp_path: Path) -> None:
    output.write({"generated/aion_api/a.py": "1"}, tmp_path)
    assert [file.name for file in output.write({"docs/page.md": "1"}, tmp_path)] == ["docs/page.md"]


# LOCK.toml


def test_the_lock_has_a_hash_of_each_input_and_a_version_of_each_tool(built: Path) -> None:
    data = tomllib.loads((built / "project/LOCK.toml").read_text(encoding="utf-8"))
    assert {name: sorted(table) for name, table in data.items()} == {
        "inputs": ["contract", "generator", "patches", "templates"],
        "tools": ["jinja2", "libcst", "openapi-python-client", "ruff"],
    }


def test_the_lock_is_the_same_for_the_same_inputs(built: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(built / "project", tmp_path / "elsewhere"))
    assert lock.text(read(copied / "openapi.json"), copied) == (copied / lock.NAME).read_text(
        "utf-8"
    )


def other_contract(folder: Path) -> None:
    spec = contract()
    spec["info"]["description"] = "New words."
    written(folder / "openapi.json", spec)


def other_patches(folder: Path) -> None:
    (folder / "codegen/patches.toml").write_text("# note\n", encoding="utf-8")


def other_templates(folder: Path) -> None:
    (folder / "templates/new.jinja").write_text("", encoding="utf-8")


def relaid_contract(folder: Path) -> None:
    (folder / "openapi.json").write_text(json.dumps(contract(), indent=4), encoding="utf-8")


def no_lock(folder: Path) -> None:
    (folder / lock.NAME).unlink()


def broken_lock(folder: Path) -> None:
    (folder / lock.NAME).write_text("inputs = 1\ntools = 1\n", encoding="utf-8")


def other_tool(folder: Path) -> None:
    path = folder / lock.NAME
    text = path.read_text(encoding="utf-8").replace('ruff = "', 'ruff = "9')
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (other_contract, ["the contract changed since the last build"]),
        (other_patches, ["the patches changed since the last build"]),
        (other_templates, ["the templates changed since the last build"]),
        (relaid_contract, []),
        (no_lock, ["missing"]),
        (other_tool, ["built with ruff 9"]),
    ],
)
def test_the_lock_names_what_is_another_than_in_the_last_build(
    folder: Path, change: Callable[[Path], None], named: list[str]
) -> None:
    project = folder / "project"
    change(project)
    lines = list(lock.differences(read(project / "openapi.json"), project))
    expected = [f"{lock.NAME}: {name}" for name in named]
    assert [line[: len(start)] for line, start in zip(lines, expected, strict=True)] == expected


def test_a_lock_that_was_edited_differs_in_everything(folder: Path) -> None:
    project = folder / "project"
    broken_lock(project)
    assert len(list(lock.differences(read(project / "openapi.json"), project))) == 6


def test_check_fails_for_a_lock_that_is_not_current(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other_patches(folder / "project")
    status = main(["check"], project=folder / "project")
    line = capsys.readouterr().err.splitlines()[0]
    assert (status, line) == (1, "LOCK.toml: the patches changed since the last build")


# Size


def with_more(count: int) -> dict[str, Any]:
    """Return the real contract with `count` more operations, each with its own models."""
    spec: dict[str, Any] = json.loads((PROJECT / "openapi.json").read_text(encoding="utf-8"))
    text = {"type": "string"}
    for number in range(count):
        name = f"Extra{number}"
        fields = {f"field_{i}": text for i in range(8)} | {"size": {"type": "integer"}}
        spec["components"]["schemas"][name] = {"type": "object", "properties": fields}
        spec["paths"][f"/extra/{number}/{{id}}"] = {
            "get": operation(
                ref(name),
                name=f"get_extra_{number}",
                tag=f"extra {number % 25}",
                parameters=[parameter("id", "path"), parameter("page", "query")],
            )
        }
    return spec


def cpu_seconds() -> float:
    """Return the CPU time of this process and its children; other work does not affect it."""
    return sum(os.times()[:4])


@pytest.mark.soak
def test_a_contract_with_500_operations_more_is_generated_in_ten_seconds(tmp_path: Path) -> None:
    spec = written(tmp_path / "spec.json", with_more(500))
    start = cpu_seconds()
    files = endpoints(take(spec, PROJECT).corrected, PROJECT)
    spent = cpu_seconds() - start
    assert sum(text.count("\ndef ") for name, text in files.items() if "/api/" in name) == 737
    assert spent < 10
