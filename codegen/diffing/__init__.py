"""What a new contract changes: the comparison, what it touches in `aion`, and its reports."""

from codegen.diffing.changes import Change, Difference
from codegen.diffing.compare import compared

__all__ = ["Change", "Difference", "compared"]
