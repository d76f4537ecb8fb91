"""Makes results match their annotations: a field annotated as a number never holds a text.

Generated classes validate their required fields when they are decoded. Handwritten classes are
created in many ways, so they are validated here, afterwards.
"""

from __future__ import annotations

from typing import Any

from aion_api import Model
from aion_api._model import Answer, is_array
from aion_api._shapes import mend_all


def conform(value: Any) -> None:
    """Validate a decoded value and all values inside it.

    A nullable field with a value of a wrong type becomes None; the received value stays readable
    in `additional_properties`.

    Raises:
        TypeError: Another field has a value of a wrong type; the message names it.
    """
    if isinstance(value, Answer):
        return
    if isinstance(value, Model):
        fields = vars(value)
        mend_all(type(value), fields)
        for inside in fields.values():
            if isinstance(inside, Model) or is_array(inside):
                conform(inside)
    elif is_array(value):
        for item in value:
            conform(item)
