"""Changing some layers of a list and leaving the others as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archmeter.models.layers.changes import changes_knobs, index_of


def changed_layers(
    layers: Sequence[Any], changes: Mapping[str, Any], place: str = "layers"
) -> list[Any]:
    """Layers with changes to some of them, by index, counted from 0, and to those inside.

    A layer that becomes one of another kind is that one alone.

    Raises:
        SpecConflict: where there is no such layer.
    """
    result = list(layers)
    for key, change in changes.items():
        index = index_of(key, len(layers), change, place, "layer")
        result[index] = _changed(layers[index], change, f"{place}.{key}")
    return result


def _changed(before: Any, change: Any, place: str) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(before, list) and isinstance(change, Mapping):
        return changed_layers(before, change, place)
    if not changes_knobs(before, change):
        return change
    inner = {
        name: _changed(before.get(name), value, f"{place}.{name}") for name, value in change.items()
    }
    return {**before, **inner}
