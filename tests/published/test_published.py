"""The package against its release 0.3.5: every difference is listed, with its reason.

That release has the names, settings, defaults and exceptions, and no resources; what programs use
of it has to work with this package. `make published` installs it and runs these tests.
`tests/contract/test_surface.py` compares with the documented surface, which has more methods and
result types; this compares with a real package, so it also knows the values that its code computes:
the attributes of each exception, constants, and everything that no document lists.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

HERE = Path(__file__).parent
VARIABLE = "AIONVISION_PUBLISHED_PYTHON"
# Read now: while tests run, the environment has no such variables.
PYTHON = os.environ.get(VARIABLE)
VERSION = "0.3.5"
TABLE: list[Json] = json.loads((HERE / "differences.json").read_text("utf-8"))
"""The differences that are meant: a reason, and the places it applies to."""
LISTED = {place for row in TABLE for place in row["places"]}


def describe(python: str, modules: list[str], errors: Json) -> Json:
    """Describe the package that an interpreter imports."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AIONVISION_")}
    done = subprocess.run(
        [python, "-I", str(HERE / "describe.py"), *modules],
        input=json.dumps(errors),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: Json = json.loads(done.stdout)
    return found


@cache
def published() -> Json:
    """The published package."""
    if not PYTHON:
        pytest.fail(f"{VARIABLE} is not set: type 'make published', which installs {VERSION}")
    return describe(PYTHON, [], {})


@cache
def ours() -> Json:
    """The same of this package; exceptions are made with the arguments of the others."""
    modules = published()["modules"]
    errors = {
        name: facts["raised"]["arguments"]
        for name, facts in modules["aion"]["names"].items()
        if "raised" in facts
    }
    return describe(sys.executable, list(modules), errors)


def differences() -> dict[str, str]:
    """Every difference: its place, and what differs."""
    found: dict[str, str] = {}
    for name, module in published()["modules"].items():
        mine = ours()["modules"].get(name)
        if mine is None:
            found[name] = "the module is missing"
            continue
        for one in sorted(set(module["all"]) - set(mine["all"])):
            found[f"{name}.__all__: {one}"] = "not exported"
        for one, facts in module["names"].items():
            known = mine["names"].get(one)
            if known is None:
                found[f"{name}.{one}"] = "missing"
            else:
                found |= _of_name(f"{name}.{one}", facts, known)
    for name, facts in published()["modules"]["aion"]["names"].items():
        if "raised" in facts:
            found |= _of_error(f"aion.{name}()", facts["raised"], ours()["raised"][name])
    return found


def _of_name(place: str, facts: Json, known: Json) -> dict[str, str]:
    if facts["kind"] != known["kind"]:
        return {place: f"a {known['kind']}, published as a {facts['kind']}"}
    if facts["kind"] == "constant":
        return _of_value(place, facts["value"], known["value"])
    if facts["kind"] == "function":
        return _of_function(place, facts, known)
    found: dict[str, str] = {}
    for base in facts["bases"]:
        if base not in known["bases"]:
            found[f"{place} < {base}"] = "not a base"
    for group in ("values", "fields"):
        for name, value in facts.get(group, {}).items():
            if name not in known.get(group, {}):
                found[f"{place}.{name}"] = f"not among the {group}"
            else:
                found |= _of_value(f"{place}.{name}", value, known[group][name])
    for name, member in facts["members"].items():
        if name not in known["members"]:
            found[f"{place}.{name}"] = "missing"
        else:
            found |= _of_member(f"{place}.{name}", member, known["members"][name])
    return found


def _of_member(place: str, facts: Json, known: Json) -> dict[str, str]:
    if facts["kind"] != known["kind"]:
        return {place: f"a {known['kind']}, published as a {facts['kind']}"}
    if facts["kind"] == "function":
        return _of_function(place, facts, known)
    if facts["kind"] == "class":
        return {} if facts == known else {place: f"{known['name']}, published {facts['name']}"}
    if facts["kind"] == "attribute":
        return _of_value(place, facts["value"], known["value"])
    return {}


def _of_function(place: str, facts: Json, known: Json) -> dict[str, str]:
    found: dict[str, str] = {}
    for which in ("async", "bound"):
        if facts.get(which) != known.get(which):
            found[f"{place} ({which})"] = f"{known.get(which)}, published {facts.get(which)}"
    takes_any = any(one["kind"] == "VAR_KEYWORD" for one in known["parameters"].values())
    order = [k for k, one in facts["parameters"].items() if one["kind"].startswith("POSITIONAL")]
    mine = [k for k, one in known["parameters"].items() if one["kind"].startswith("POSITIONAL")]
    if mine[: len(order)] != order:
        found[f"{place}(positions)"] = f"{mine}, published {order}"
    for name, one in facts["parameters"].items():
        other = known["parameters"].get(name)
        if one["kind"] == "VAR_KEYWORD":
            if not takes_any:
                found[f"{place}(**{name})"] = "does not take further keywords"
        elif other is None:
            if not takes_any:
                found[f"{place}({name}=)"] = "missing"
        else:
            if one["kind"] != other["kind"]:
                found[f"{place}({name}=)"] = f"{other['kind']}, published {one['kind']}"
            found |= _of_value(f"{place}({name}=)", one["default"], other["default"])
    for name, other in known["parameters"].items():
        required = other["default"] is None and not other["kind"].startswith("VAR")
        if required and name not in facts["parameters"]:
            found[f"{place}({name}=)"] = "required, and not published"
    return found


def _of_error(place: str, facts: Json, known: Json) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in facts["attributes"].items():
        if name not in known["attributes"]:
            found[f"{place}.{name}"] = "missing"
        else:
            found |= _of_value(f"{place}.{name}", value, known["attributes"][name])
    return found


def _of_value(place: str, value: Json | None, other: Json | None) -> dict[str, str]:
    if value == other:
        return {}
    shown = [str(one and one["value"]) for one in (other, value)]
    return {place: f"{shown[0]}, published {shown[1]}"}


def test_the_release_is_the_one_that_is_meant() -> None:
    assert published()["version"] == VERSION


def test_every_difference_from_the_release_is_listed_with_its_reason() -> None:
    assert {k: v for k, v in differences().items() if k not in LISTED} == {}


def test_no_listed_difference_is_gone() -> None:
    assert sorted(LISTED - set(differences())) == []
