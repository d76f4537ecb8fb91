"""Corrects the contract by the data in `patches.toml`.

Each correction names a place, what is expected there, what it becomes, and why. One whose place is
gone, or which is no longer needed, is left out and listed; one whose place holds something else
stops the run.
"""

from codegen.patching.applying import attempted, corrected
from codegen.patching.outcome import FILE, Conflict, ConflictingPatches, LeftOut
from codegen.patching.reading import Patch, Patches

__all__ = [
    "FILE",
    "Conflict",
    "ConflictingPatches",
    "LeftOut",
    "Patch",
    "Patches",
    "attempted",
    "corrected",
]
