"""Compares two contracts, finds what the changes touch in `aion`, and reports both."""

from codegen.diffing.changes import Change, Difference
from codegen.diffing.compare import compared

__all__ = ["Change", "Difference", "compared"]
