"""Pairs of height and width, where one integer stands for both."""

from __future__ import annotations

from typing import Any


def square(value: object) -> object:
    """One integer is the side of a square."""
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


def pair_schema(least: int, most: int) -> dict[str, Any]:
    """JSON schema of one integer, or of [height, width]."""
    side = {"type": "integer", "minimum": least, "maximum": most}
    return {"anyOf": [side, {"type": "array", "items": side, "minItems": 2, "maxItems": 2}]}
