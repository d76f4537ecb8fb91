"""Results hold what their annotations promise: no text where a number should be.

The generated classes see to their own required fields when they are made of an answer. The ones
that are written by hand are made in many ways, so they are looked at here, once they are made.
"""

from __future__ import annotations

from typing import Any

from aion_api import Model
from aion_api._model import Answer, is_array
from aion_api._shapes import mend_all


def conform(value: Any) -> None:
    """Put a decoded value in order, with all that is in it.

    A field that may be None, and came with a value of another type, is None then; what came stays
    readable in `additional_properties`.

    Raises:
        TypeError: Another field holds what it never may; the message names it.
    """
    if isinstance(value, Answer):
        return
    if isinstance(value, Model):
        held = vars(value)
        mend_all(type(value), held)
        for inside in held.values():
            if isinstance(inside, Model) or is_array(inside):
                conform(inside)
    elif is_array(value):
        for item in value:
            conform(item)
