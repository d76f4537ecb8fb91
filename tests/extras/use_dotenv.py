"""`aionvision[dotenv]`: settings from a file named `.env`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import aion
from tests.extras.first_call import first_call, only

first_call()
only("dotenv")

names = ("AIONVISION_API_KEY", "AIONVISION_BASE_URL")
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / ".env"
    file.write_text("".join(f"{name}={os.environ.pop(name)}\n" for name in names), "utf-8")
    assert aion.load_dotenv(str(file))
first_call()
