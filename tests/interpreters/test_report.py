"""The table that `make matrix` ends with: what ran, what is missing, what failed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.interpreters.report import Outcome, is_good, merged, passed_on, read, table


def on_python(version: str, result: str = "success") -> Outcome:
    return Outcome(f"tests-{version}", result, 60.0, f"{version}.1", 1000, 0, 2)


THREE = [on_python("3.11"), on_python("3.12"), on_python("3.13")]
LACKING = Outcome("tests-3.15", "skipped", 0.0)


def test_P26_three_interpreters_on_which_the_tests_pass_are_enough() -> None:
    assert is_good([*THREE, LACKING])


def test_P26_two_interpreters_are_too_few() -> None:
    assert not is_good([*THREE[:2], LACKING])


def test_P26_too_few_interpreters_are_said_to_be_too_few() -> None:
    assert table(THREE[:2]).endswith("that is too few: at least 3 are needed")


def test_P26_a_session_that_failed_fails_the_run() -> None:
    assert not is_good([*THREE, Outcome("lowest-3.11", "failed", 9.0)])


def test_P26_an_interpreter_on_which_tests_failed_does_not_count() -> None:
    assert passed_on([*THREE, on_python("3.14", "failed")]) == ["3.11.1", "3.12.1", "3.13.1"]


def test_a_session_that_looks_ahead_may_fail() -> None:
    assert is_good([*THREE, Outcome("prereleases-3.15", "failed", 9.0)])


def test_an_aborted_session_is_not_a_good_one() -> None:
    assert not is_good([*THREE, Outcome("extra-3.11(speed)", "aborted", 9.0)])


def test_the_last_line_names_the_versions_that_ran() -> None:
    last = table([*THREE, LACKING]).splitlines()[-1]
    assert last == "the tests passed on 3 interpreters: 3.11.1, 3.12.1, 3.13.1"


def test_missing_interpreters_are_named_once() -> None:
    lacking = [LACKING, Outcome("extra-3.15(speed)", "skipped", 0.0)]
    assert "not run, because the interpreter was not found: 3.15\n" in table([*THREE, *lacking])


def test_failed_sessions_are_named() -> None:
    text = table([*THREE, Outcome("extra-3.11(speed)", "failed", 1.0)])
    assert "failed: extra-3.11(speed)\n" in text


def test_a_session_shows_its_exact_interpreter_and_its_numbers() -> None:
    line = table(THREE).splitlines()[0]
    assert (
        " ".join(line.split()) == "tests-3.11 3.11.1 success 1,000 passed 0 failed 2 skipped 60 s"
    )


def test_a_second_run_makes_up_for_what_the_first_lacked() -> None:
    both = merged([*THREE, LACKING], [on_python("3.15")])
    assert passed_on(both) == ["3.11.1", "3.12.1", "3.13.1", "3.15.1"]


def test_a_second_run_does_not_replace_what_ran() -> None:
    assert merged(THREE, [on_python("3.11", "failed")]) == THREE


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """What two sessions left: one with tests, one without."""
    sessions = [
        {"name": "tests", "signatures": ["tests-3.12"], "result": "failed", "duration": 7.5},
        {
            "name": "extra",
            "signatures": ["extra-3.12(speed)", "extra-3.12"],
            "result": "success",
            "duration": 2,
        },
    ]
    (tmp_path / "nox.json").write_text(json.dumps({"result": 0, "sessions": sessions}))
    (tmp_path / "tests-3.12.python").write_text("3.12.9\n")
    (tmp_path / "tests-3.12.xml").write_text(
        '<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/></testsuites>'
    )
    return tmp_path


def test_the_numbers_of_tests_are_read(left: Path) -> None:
    first, _ = read(left / "nox.json", left)
    assert first == Outcome("tests-3.12", "failed", 7.5, "3.12.9", passed=4, failed=3, skipped=3)


def test_a_session_without_tests_has_no_numbers(left: Path) -> None:
    _, second = read(left / "nox.json", left)
    assert second == Outcome("extra-3.12(speed)", "success", 2.0)


def test_a_session_is_known_by_its_name_and_its_interpreter(left: Path) -> None:
    _, second = read(left / "nox.json", left)
    assert (second.name, second.version) == ("extra", "3.12")
