"""`python -m codegen build | check`: regenerate, or prove that nothing has to be.

Exit status 0 when all is well, 1 with one line (or one a file) on stderr when not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from codegen import contract, output, parse, render
from codegen.errors import CodegenError

PROJECT = Path(__file__).resolve().parent.parent


def build(spec: Path, project: Path = PROJECT) -> dict[str, str]:
    """Everything that the generator makes of the contract at `spec` and the async source.

    Args:
        spec: The OpenAPI document.
        project: The folder that holds `codegen`, `templates` and `aion`.

    Returns:
        Path relative to the project -> text.
    """
    patches = contract.Patches.load(project / "codegen" / "patches.toml")
    parsed = parse.parse(contract.load(spec, patches))
    files = render.render(parsed, project / "templates")
    tree = output.formatted({f"generated/aion_api/{name}": text for name, text in files.items()})
    return tree


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument("command", choices=("build", "check"))
    parser.add_argument("--spec", type=Path, default=PROJECT / "openapi.json", metavar="PATH")
    options = parser.parse_args(arguments)
    try:
        tree = build(options.spec)
        if options.command == "check":
            stale = list(output.differences(tree, PROJECT))
            if stale:
                print(*stale, sep="\n", file=sys.stderr)
                print("generated code is not current: run `make generate`", file=sys.stderr)
                return 1
            return 0
        output.write(tree, PROJECT)
    except CodegenError as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 1
    print(f"{len(tree)} files, {sum(text.count(chr(10)) for text in tree.values())} lines")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
