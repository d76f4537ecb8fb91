"""The curated package needs nothing that the contract does not have."""

from __future__ import annotations

import shutil
from pathlib import Path

from codegen import reaching
from codegen.__main__ import PROJECT


def test_no_method_needs_an_operation_parameter_or_field_that_is_not_in_the_contract() -> None:
    assert reaching.lost(PROJECT) == []


def test_a_field_that_goes_away_is_named_with_its_methods_and_operations(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(PROJECT / "generated" / "aion_api", tmp_path / "aion_api"))
    path = copy / "models" / "user_files.py"
    text = path.read_text(encoding="utf-8")
    assert "    has_more: bool" in text
    path.write_text(text.replace("    has_more: bool", "    is_last: bool"), encoding="utf-8")
    found = [line.partition(": ") for line in reaching.lost(PROJECT, generated=copy)]
    wanted = "GET /api/v2/user-files (user_files.list_user_files): field FileList.has_more is gone"
    assert {what for _, _, what in found} == {wanted}
    assert "client.uploads.upload_batch" in {method for method, _, _ in found}
