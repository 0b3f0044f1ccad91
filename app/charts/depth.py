"""Charts along the depth of a network: an axis of operators, with a band for each stage."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from archmeter.analyzers.answers import Answer
from archmeter.app.charts.chart import Spec
from archmeter.app.charts.encoding import Channel, layer
from archmeter.app.tables import Row, size_text

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


def flat(row: Answer, **before: int | str) -> Row:
    """What is known of a layer, after what is said of it: sizes as text, pairs as two numbers."""
    cells: Row = dict(before)
    for name, value in row.to_dict().items():
        match name:
            case "input_shapes" | "output_shape":
                cells[name] = size_text(value)
            case "receptive_field" | "stride":
                cells[f"{name}_height"], cells[f"{name}_width"] = value
            case _:
                cells[name] = value
    return cells


def bands(rows: Sequence[Row]) -> list[Band]:
    """The stages that rows with a ``step`` pass through, in order."""
    found: list[Band] = []
    for (stage, _), group in groupby(rows, lambda row: (row["stage"], row.get("phase"))):
        steps = [row["step"] for row in group]
        found.append(Band(stage, steps[0] - 0.5, steps[-1] + 0.5))
    return found


def along_depth(rows: Sequence[Row], field: str = "step") -> Channel:
    """The x channel: operators in order, each stage named in the middle of its band.

    Names that would overlap are left out, however wide the chart becomes.
    """
    found = bands(rows)
    name = '""'
    for band in reversed(found):
        name = f"datum.value < {band.end} ? {json.dumps(band.stage)} : {name}"
    return {
        "field": field,
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


def band_layer(rows: Sequence[Row]) -> Spec:
    """Every other stage on a ground of its own."""
    return layer(
        "rect",
        {"fill": _GREY, "opacity": 0.13},
        data=[band._asdict() for band in bands(rows)[1::2]],
        x=along_depth(rows, "start"),
        x2={"field": "end"},
        tooltip={"field": "stage", "title": "stage"},
    )


def hover_layer(rows: Sequence[Row], tooltip: list[Channel]) -> Spec:
    """Nothing to see, but something to point at: a strip for each operator."""
    strip = {"stroke": "transparent", "strokeWidth": 5}
    return layer("rule", strip, x=along_depth(rows), tooltip=tooltip)
