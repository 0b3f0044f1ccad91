"""Changing some knobs of a composed network and leaving the others as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archmeter.models.errors import SpecConflict
from archmeter.models.layers.changes import changes_knobs, index_of
from archmeter.models.layers.composable.catalogue import stage_kinds

Changes = Mapping[str, Any]


def changed(part: Changes, changes: Changes) -> dict[str, Any]:
    """A part with changes, which may themselves be changes of the parts in it.

    A part that becomes one of another kind is that one alone.
    """
    result = dict(part)
    for name, change in changes.items():
        before = part.get(name)
        result[name] = changed(before, change) if changes_knobs(before, change) else change
    return result


def changed_stages(stages: Sequence[Changes], changes: Changes) -> list[dict[str, Any]]:
    """Stages with changes to some of them, by index, counted from 0.

    A stage of another block keeps its depth, width and stride, if such blocks have them.

    Raises:
        SpecConflict: where there is no such stage.
    """
    result = [dict(stage) for stage in stages]
    for key, change in changes.items():
        index = index_of(key, len(stages), change, "stages", "stage")
        if not isinstance(change, Mapping):
            raise SpecConflict(
                f"changes of stage {key} must be an object",
                field=f"stages.{key}",
                value=change,
                accepted="an object with the knobs to change",
            )
        stage = stages[index]
        kind = stage_kinds().get(str(change.get("block", stage["block"])))
        if kind is not None and kind is not stage_kinds()[stage["block"]]:
            stage = {name: stage[name] for name in kind.lasting_fields() if name in stage}
        result[index] = changed(stage, change)
    return result
