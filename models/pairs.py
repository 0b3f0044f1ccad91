"""Pairs of height and width, where one integer stands for both."""

from __future__ import annotations

import re
from typing import Any

_TEXT = re.compile(r" *(\d{1,9}) *[x×] *(\d{1,9}) *", re.ASCII | re.IGNORECASE)


def sides(value: object) -> object:
    """One integer is the side of a square, ``288x320`` a height and a width; the rest is kept."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    found = _TEXT.fullmatch(value) if isinstance(value, str) else None
    return tuple(map(int, found.groups())) if found else value


def pair_schema(least: int, most: int) -> dict[str, Any]:
    """JSON schema of one integer, or of a height and a width."""
    side = {"type": "integer", "minimum": least, "maximum": most}
    return {
        "anyOf": [
            side,
            {"type": "array", "items": side, "minItems": 2, "maxItems": 2},
            {
                "type": "string",
                "pattern": "^[0-9]{1,4}x[0-9]{1,4}$",
                "description": "Spelled as HEIGHTxWIDTH.",
            },
        ]
    }
