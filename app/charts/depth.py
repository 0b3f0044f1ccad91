"""Charts along the depth of a network: an axis of operators, with a band for each stage."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from archmeter.app.tables import Row

_GREY = "#8C8C8C"


class Band(NamedTuple):
    """Operators of one stage, one after another.

    Attributes:
        stage: its name.
        start: half a step before the first.
        end: half a step after the last.
    """

    stage: str
    start: float
    end: float


def stage_of(path: str) -> str:
    """The part of a network that an operator belongs to."""
    return path.partition(".")[0]


def bands(rows: Sequence[Row]) -> list[Band]:
    """The stages that rows with a ``step`` pass through, in order."""
    found: list[Band] = []
    for (stage, _), group in groupby(rows, lambda row: (row["stage"], row.get("phase"))):
        steps = [row["step"] for row in group]
        found.append(Band(stage, steps[0] - 0.5, steps[-1] + 0.5))
    return found


def along_depth(rows: Sequence[Row]) -> dict[str, Any]:
    """The x channel: operators in order, each stage named in the middle of its band.

    Names that would overlap are left out, however wide the chart becomes.
    """
    found = bands(rows)
    name = '""'
    for band in reversed(found):
        name = f"datum.value < {band.end} ? {json.dumps(band.stage)} : {name}"
    return {
        "field": "step",
        "type": "quantitative",
        "title": "operators in order of execution, by stage",
        "scale": {
            "domain": [found[0].start, found[-1].end] if found else [0, 1],
            "nice": False,
            "zero": False,
        },
        "axis": {
            "values": [(band.start + band.end) / 2 for band in found],
            "tickCount": 2 * len(found),  # fewer than there are would thin them out
            "labelExpr": name,
            "labelOverlap": "greedy",
            "labelSeparation": 4,
            "labelFlush": False,
            "grid": False,
            "ticks": False,
        },
    }


def band_layer(rows: Sequence[Row]) -> dict[str, Any]:
    """Every other stage on a ground of its own."""
    return {
        "data": {"values": [band._asdict() for band in bands(rows)[1::2]]},
        "mark": {"type": "rect", "fill": _GREY, "opacity": 0.13},
        "encoding": {
            "x": {**along_depth(rows), "field": "start"},
            "x2": {"field": "end"},
            "tooltip": {"field": "stage", "title": "stage"},
        },
    }


def hover_layer(rows: Sequence[Row], tooltip: list[dict[str, Any]]) -> dict[str, Any]:
    """Nothing to see, but something to point at: a strip for each operator."""
    return {
        "mark": {"type": "rule", "stroke": "transparent", "strokeWidth": 5},
        "encoding": {"x": along_depth(rows), "tooltip": tooltip},
    }
