"""`aionvision[speed]`: large responses are parsed with msgspec, to the same values."""

from __future__ import annotations

import json
import sys

from aion._engine import jsontext
from tests.extras.first_call import first_call, only

first_call()
only("msgspec")

value = {"files": [{"id": str(number), "title": "Größe"} for number in range(20_000)]}
assert jsontext.loads(json.dumps(value).encode()) == value
assert "msgspec" in sys.modules
