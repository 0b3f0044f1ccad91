"""Changing some of what a request holds and leaving the rest as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from archmeter.models.errors import SpecConflict


def changes_knobs(before: object, change: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a change is of some knobs of a part; a part of another kind is that one alone."""
    match before, change:
        case Mapping() as part, Mapping() as knobs:
            return bool(knobs.get("kind", part.get("kind")) == part.get("kind"))
    return False


def index_of(key: str, count: int, change: Any, place: str, noun: str) -> int:  # noqa: ANN401 - any JSON
    """The index, counted from 0, that a change of one of so many items is for.

    Raises:
        SpecConflict: where there is no such item.
    """
    if key not in map(str, range(count)):
        raise SpecConflict(
            f"there is no {noun} {key[:80]!r}",
            field=f"{place}.{key[:80]}",
            value=change,
            accepted=f"indices of {noun}s from 0 to {count - 1}",
        )
    return int(key)
