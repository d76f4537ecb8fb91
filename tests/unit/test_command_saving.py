"""The name that a download gets in a folder, whatever name the file was stored under."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.cli.saving import safe_name

ID = "12ab34cd-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ("harbor.jpg", "harbor.jpg"),
        ("größe 港.jpg", "größe 港.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\harbor.jpg", "harbor.jpg"),
        ("/etc/passwd", "passwd"),
        (".bashrc", "bashrc"),
        ("a\x1b[2Jb\n.jpg", "a_[2Jb_.jpg"),
        ("what?.jpg", "what_.jpg"),
        ("NUL.txt", "_NUL.txt"),
        ("con", "_con"),
        ("dots... ", "dots"),
        (". a", "a"),
        ("con .txt", "_con .txt"),
        ("", ID),
        ("..", ID),
        (" ", ID),
    ],
)
def test_a_stored_name_becomes_the_name_of_one_visible_file(stored: str, name: str) -> None:
    assert safe_name(stored, ID) == name


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("港" * 200 + ".jpeg", ID)
    assert (name.endswith("港.jpeg"), len(os.fsencode(name)) <= 200) == (True, True)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_name_leaves_the_folder_or_is_hidden(stored: str) -> None:
    name = safe_name(stored, ID)
    assert Path("folder", name).parent == Path("folder")
    assert not name.startswith(".")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_safe_name_is_its_own_safe_name(stored: str) -> None:
    name = safe_name(stored, ID)
    assert safe_name(name, ID) == name
