"""`aionvision[progress]`: a bar for an upload of many files."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from pathlib import Path

from aion import SyncAionVision
from tests.extras.first_call import first_call, only, picture

first_call()
only("rich")

shown = io.StringIO()
with tempfile.TemporaryDirectory() as folder, SyncAionVision.from_env() as client:
    for number in range(3):
        (Path(folder) / f"{number}.png").write_bytes(picture())
    with contextlib.redirect_stderr(shown):
        results = client.upload(folder, progress=True)
assert results.succeeded_count == 3, results.summary()
assert "3 of 3 files" in shown.getvalue(), shown.getvalue()
assert "rich" in sys.modules
