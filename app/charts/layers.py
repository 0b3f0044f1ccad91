"""The layer table, and what each layer costs along the depth of the network."""

from typing import Annotated, get_type_hints

from archmeter.analyzers.layer_table import Layer
from archmeter.app.charts.chart import CONVENTION, Chart, Drawing, NetworkLook, Spec
from archmeter.app.charts.depth import along_depth, band_layer, flat, stage_of
from archmeter.app.charts.encoding import axis, exact, layer, names, plain
from archmeter.app.charts.labels import OneOf, called
from archmeter.app.charts.subjects import subject
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

COSTS = tuple(name for name, hint in get_type_hints(Layer).items() if hint is int)
"""What a layer has a number of."""


class LayersLook(NetworkLook):
    """The layers of one network."""

    total: Annotated[str, OneOf(COSTS)] = "macs"
    """What is drawn of each layer; the rows have everything."""


def _read(query: LayersLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    profile = network.profile()
    rows = [
        flat(row, step=step, stage=stage_of(row.path)) for step, row in enumerate(profile.rows, 1)
    ]
    note = f"{called(query.total)} of each operator; {CONVENTION}"
    return Drawing(subject(network), note, rows)


def _draw(rows: list[Row], query: LayersLook) -> Spec:
    bars = layer(
        "rect",
        {"stroke": None},
        transform=[
            {"calculate": "datum.step - 0.5", "as": "start"},
            {"calculate": "datum.step + 0.5", "as": "end"},
        ],
        x=along_depth(rows, "start"),
        x2={"field": "end"},
        y=axis(query.total),
        y2={"datum": 0},
        color=names("stage", sort=None, legend=None),  # the axis names them
        tooltip=[
            *plain("path", "operator", "detail", "output_shape"),
            *(exact(name) for name in COSTS if name != "buffers"),
        ],
    )
    return {"layer": [band_layer(rows), bars]}


CHART = Chart(
    name="layers",
    title="layers",
    summary="Each bar is an operator, in order of execution; colours and bands are stages.",
    query=LayersLook,
    read=_read,
    draw=_draw,
    height=240,
)
"""A row for each operator with everything that is counted of it."""
