"""Changing some layers of a list and leaving the others as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archmeter.models.errors import SpecConflict


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
        if key not in map(str, range(len(layers))):
            raise SpecConflict(
                f"there is no layer {key[:80]!r}",
                field=f"{place}.{key[:80]}",
                value=change,
                accepted=f"indices of layers from 0 to {len(layers) - 1}",
            )
        result[int(key)] = _changed(layers[int(key)], change, f"{place}.{key}")
    return result


def _changed(before: Any, change: Any, place: str) -> Any:  # noqa: ANN401 - any JSON
    match before, change:
        case list(), Mapping():
            return changed_layers(before, change, place)
        case Mapping(), Mapping() if change.get("kind", before["kind"]) == before["kind"]:
            inner = {
                name: _changed(before.get(name), value, f"{place}.{name}")
                for name, value in change.items()
            }
            return {**before, **inner}
        case _:
            return change
