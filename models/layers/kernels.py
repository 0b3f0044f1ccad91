"""Sides of square windows as knobs."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

MAX_KERNEL = 63


def _odd(side: int) -> int:
    if side % 2 == 0:
        raise PydanticCustomError(
            "odd", "a kernel of side {side} has no centre; the side has to be odd", {"side": side}
        )
    return side


OddKernel = Annotated[
    int,
    Field(ge=1, le=MAX_KERNEL),
    AfterValidator(_odd),
    WithJsonSchema({"type": "integer", "enum": list(range(1, MAX_KERNEL + 1, 2))}),
]
"""Side of a window with a centre, so that a padded convolution keeps the map."""
