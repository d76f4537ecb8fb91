"""Record the cassettes: `python -m tests.cassettes.record [--only NAME ...] [--check]`.

Against the sandbox, or against the real service when AIONVISION_API_KEY is set; what the service
cannot be brought to, such as a failed analysis, is left as it is then.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path

from aion.config import DEFAULT_BASE_URL, ENV_API_KEY, ENV_BASE_URL
from tests.cassettes.table import SCENARIOS
from tests.cassettes.tape import FOLDER, Studio, path_of


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Record into a folder, or check its contents; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.cassettes.record")
    parser.add_argument("--only", nargs="+", default=["*"], help="methods, such as files.*")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when a cassette would change"
    )
    options = parser.parse_args(arguments)
    names = [name for name in SCENARIOS if any(fnmatch(name, one) for one in options.only)]
    if not names:
        parser.error(f"no documented method is called {' or '.join(options.only)}")
    key = os.environ.pop(ENV_API_KEY, "") or None
    base_url = os.environ.pop(ENV_BASE_URL, "") or DEFAULT_BASE_URL
    changed: list[str] = []
    with Studio(key, base_url) as studio, tempfile.TemporaryDirectory() as scratch:
        for name in names:
            if key is not None and SCENARIOS[name].sandbox_only:
                print(f"left as it is: {name}")
                continue
            before = path_of(name, folder).read_bytes() if path_of(name, folder).is_file() else b""
            target = Path(scratch) if options.check else folder
            if studio.record(name, SCENARIOS[name], target).read_bytes() != before:
                changed.append(name)
                print(f"changed: {name}")
    if options.only == ["*"]:
        changed += _without_a_method(folder, remove=not options.check)
    if options.check and changed:
        print("the cassettes are not current; type: make record")
        return 1
    return 0


def _without_a_method(folder: Path, *, remove: bool) -> list[str]:
    """Return the cassettes of methods that are no longer documented."""
    found = [path for path in sorted(folder.glob("*.yaml")) if path.stem not in SCENARIOS]
    for path in found:
        print(f"no longer documented: {path.stem}")
        if remove:
            path.unlink()
    return [path.stem for path in found]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
