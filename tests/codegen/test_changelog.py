"""`CHANGELOG.md`: its form, its version, and news for everything that is shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from codegen import changelog, release
from codegen.__main__ import PROJECT, main
from codegen.errors import CodegenError
from tests.codegen.workflow import contract, written

TEXT = """# Changelog

All notable changes.

## [Unreleased]

### Fixed

- A thing.

## [1.2.0] - 2026-02-03

### Added

- One thing.
- Another one,
  on two lines.

## [1.1.0] - 2026-01-31

### Removed

- An old thing.
"""


def test_a_changelog_in_form_has_no_faults() -> None:
    assert changelog.faults(TEXT, "1.2.0") == []


def test_its_entries_are_counted() -> None:
    assert changelog.entries(TEXT) == 4


def test_the_newest_version_is_the_first_one() -> None:
    assert changelog.newest(TEXT) == "1.2.0"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# Changelog\n", "# News\n", ":1: the first line is not `# Changelog`"),
        ("## [Unreleased]\n", "", ": has no `## [Unreleased]`"),
        (
            "## [1.1.0] - 2026-01-31",
            "## 1.1.0",
            ":19: not the heading of a version: write `## [1.2.3] - 2026-01-31`",
        ),
        ("- 2026-02-03", "- 3.2.2026", ":11: 1.2.0 has no date such as 2026-01-31"),
        ("- 2026-02-03", "- 2026-02-30", ":11: 1.2.0 has no date such as 2026-01-31"),
        (" - 2026-01-31", "", ":19: 1.1.0 has no date such as 2026-01-31"),
        ("[1.1.0]", "[1.3.0]", ":19: 1.3.0 is below 1.2.0: newer ones come first"),
        ("[1.1.0]", "[1.2.0]", ":19: 1.2.0 is below 1.2.0: newer ones come first"),
        ("2026-01-31", "2026-03-31", ":19: 1.1.0 has a later date than 1.2.0"),
        ("[1.1.0]", "[one]", ":19: one is not a version such as 1.2.3"),
        (
            "### Added",
            "### New",
            ":13: New is not one of Added, Changed, Deprecated, Removed, Fixed, Security",
        ),
        (
            "- Another one,",
            "### Added\n\n- Another one,",
            ":16: one version has the section Added twice",
        ),
        ("- A thing.\n", "", ":5: Fixed of Unreleased has no entry"),
        ("### Fixed\n", "", ":8: this entry is not in a section such as `### Added`"),
        (
            "## [Unreleased]",
            "## [Unreleased] - 2026-04-01",
            ":5: `## [Unreleased]` has to be first, without a date",
        ),
    ],
)
def test_what_is_out_of_form_is_named_with_its_line(old: str, new: str, fault: str) -> None:
    assert old in TEXT
    assert f"CHANGELOG.md{fault}" in changelog.faults(TEXT.replace(old, new, 1), "1.2.0")


@pytest.mark.parametrize(
    ("version", "faults"),
    [
        ("1.2.0", []),
        ("1.3.0", []),
        ("1.10.0", []),
        (
            "1.1.9",
            ["CHANGELOG.md: begins with 1.2.0, but the package is 1.1.9: set it in pyproject.toml"],
        ),
    ],
)
def test_the_version_is_the_newest_one_or_the_one_in_the_making(
    version: str, faults: list[str]
) -> None:
    assert changelog.faults(TEXT, version) == faults


def test_a_new_version_is_not_in_the_making_without_news() -> None:
    quiet = TEXT.replace("### Fixed\n\n- A thing.\n", "")
    assert changelog.faults(quiet, "1.3.0") == [
        "CHANGELOG.md: has no entry for 1.3.0: describe it under `## [Unreleased]`"
    ]


# News


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project that was just released."""
    (tmp_path / "aion").mkdir()
    text = '"""The package."""\n\n__version__ = "1.2.0"\n'
    (tmp_path / "aion" / "__init__.py").write_text(text, encoding="utf-8")
    (tmp_path / "generated" / "aion_api").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n', encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(TEXT, encoding="utf-8")
    written(tmp_path / "openapi.json", contract())
    assert main(["release"], project=tmp_path) == 0
    return tmp_path


def test_right_after_a_release_there_is_nothing_to_say(home: Path) -> None:
    assert main(["changelog"], project=home) == 0


def change_package(home: Path) -> None:
    (home / "aion" / "more.py").write_text("", encoding="utf-8")


def change_generated(home: Path) -> None:
    (home / "generated" / "aion_api" / "more.py").write_text("", encoding="utf-8")


def change_contract(home: Path) -> None:
    document = contract()
    del document["paths"]["/gauges"]
    written(home / "openapi.json", document)


CHANGES = [(change_package, "aion"), (change_generated, "generated"), (change_contract, "contract")]


@pytest.mark.parametrize(("change", "name"), CHANGES)
def test_what_is_shipped_does_not_change_in_silence(
    home: Path, change: Callable[[Path], None], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(home)
    capsys.readouterr()
    assert main(["changelog"], project=home) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[2].split(" under ")[0] for line in lines] == [
        f" {name} changed since 1.2.0: describe it"
    ]


@pytest.mark.parametrize(("change", "name"), CHANGES)
def test_one_more_entry_is_enough(home: Path, change: Callable[[Path], None], name: str) -> None:
    change(home)
    text = TEXT.replace("- A thing.\n", f"- A thing.\n- News of {name}.\n")
    (home / "CHANGELOG.md").write_text(text, encoding="utf-8")
    assert main(["changelog"], project=home) == 0


def test_compiled_files_and_tests_are_not_shipped(home: Path) -> None:
    cache = home / "aion" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "more.pyc").write_bytes(b"")
    (home / "tests").mkdir()
    (home / "tests" / "test_more.py").write_text("", encoding="utf-8")
    assert main(["changelog"], project=home) == 0


def test_a_version_without_a_heading_is_not_released(home: Path) -> None:
    (home / "pyproject.toml").write_text('[project]\nversion = "1.3.0"\n', encoding="utf-8")
    with pytest.raises(CodegenError, match=r"no heading for 1\.3\.0"):
        release.record(home)


def test_a_release_keeps_version_entries_digests_and_surface(home: Path) -> None:
    kept = tomllib.loads((home / release.NAME).read_text(encoding="utf-8"))
    assert (kept["version"], kept["entries"], sorted(kept["digests"])) == (
        "1.2.0",
        4,
        ["aion", "contract", "generated"],
    )
    assert (home / release.SURFACE).is_file()


@pytest.mark.parametrize("content", ["{", 'version = "1"\n', 'entries = 1\ndigests = "x"\n'])
def test_a_file_that_keeps_no_release_is_one_line(
    home: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / release.NAME).write_text(content, encoding="utf-8")
    capsys.readouterr()
    assert main(["changelog"], project=home) == 1
    assert capsys.readouterr().err.startswith("codegen: release/release.toml: ")


def test_the_real_changelog_is_in_form() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert changelog.faults(text, release.package_version(PROJECT)) == []
