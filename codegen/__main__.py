"""`python -m codegen build | check`: regenerate, or prove that nothing has to be.

Exit status 0 when all is well, 1 with one line (or one a file) on stderr when not.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from codegen import blocking, contract, output, parse, render
from codegen.errors import CodegenError
from codegen.patches import Patches

PROJECT = Path(__file__).resolve().parent.parent


def build(spec: Path, project: Path = PROJECT) -> dict[str, str]:
    """Everything that the generator makes of the contract at `spec` and the async source.

    Args:
        spec: The OpenAPI document.
        project: The folder that holds `codegen/patches.toml`, `templates` and `aion`.

    Returns:
        Path relative to the project -> text.

    Raises:
        CodegenError: What cannot be built, by name.
    """
    # The two halves need nothing of each other, and take about as long.
    with ProcessPoolExecutor(max_workers=1, initializer=gc.disable) as other:
        twins = other.submit(blocking.build, project / "aion")
        return endpoints(spec, project) | twins.result()


def endpoints(spec: Path, project: Path) -> dict[str, str]:
    """The package `aion_api`: what `build` makes of the contract alone.

    Raises:
        CodegenError: One line that names what cannot be built.
    """
    patches = Patches.load(project / "codegen" / "patches.toml")
    try:
        parsed = parse.parse(contract.load(spec, patches))
    except RecursionError as error:
        raise CodegenError(f"{spec}: nested too deeply to be a contract") from error
    files = render.render(parsed, project / "templates")
    return output.formatted({f"generated/aion_api/{name}": text for name, text in files.items()})


def main(arguments: Sequence[str] | None = None, *, project: Path = PROJECT) -> int:
    """Run the command line on the project in the folder `project`."""
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument("command", choices=("build", "check"))
    parser.add_argument("--spec", type=Path, default=project / "openapi.json", metavar="PATH")
    options = parser.parse_args(arguments)
    try:
        tree = build(options.spec, project)
        if options.command == "check":
            stale = list(output.differences(tree, project))
            if stale:
                print(*stale, sep="\n", file=sys.stderr)
                print("generated code is not current: run `make generate`", file=sys.stderr)
            return 1 if stale else 0
        output.write(tree, project)
    except blocking.BlockingError as error:
        print(error, file=sys.stderr)
        return 1
    except CodegenError as error:
        # Names in the contract may hold line breaks.
        print(f"codegen: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    print(f"{len(tree)} files, {sum(text.count(chr(10)) for text in tree.values())} lines")
    return 0


if __name__ == "__main__":
    # One short run of small objects: looking for cycles would take a quarter of its time.
    gc.disable()
    raise SystemExit(main())
