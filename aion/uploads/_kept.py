"""How the results of a batch are held while it goes on: there may be thousands of them.

A result that is held belongs to the batch alone, until that ends and gives it away. It is changed
where it lies: one that took its place would need memory while the other is still there.
"""

from __future__ import annotations

from aion.types.upload import UploadResult
from aion_api import field_names


def keep(result: UploadResult, filename: str) -> UploadResult:
    """A copy of a result in half the memory.

    Args:
        result: The result.
        filename: A name that is held anyway, and is taken for its own where both are equal.
    """
    made = object.__new__(UploadResult)
    renew(made, result)
    if made.filename == filename:
        object.__setattr__(made, "filename", filename)
    return made


def given(kept: UploadResult) -> UploadResult:
    """A copy to give away, or to make another one of.

    To look at all attributes of an object at once makes a dictionary that it holds from then on.
    """
    return UploadResult(*(getattr(kept, name) for name in field_names(UploadResult)))


def renew(kept: UploadResult, result: UploadResult) -> None:
    """Let a result that is held be the same as another one.

    Attributes that are set one by one share the table of their names with those of all other
    results; attributes that came as a dictionary do not.
    """
    for name, value in vars(result).items():
        if value is not None or name not in _RARE:
            object.__setattr__(kept, name, value)


_RARE = frozenset({"description_error", "description_error_type", "description_is_retryable"})
"""Attributes that only a failure has. The others need no place for them."""
# Python fills the table of names from the first objects of a class, and closes it after some.
renew(object.__new__(UploadResult), UploadResult("", "", ""))

__all__ = ["given", "keep", "renew"]
