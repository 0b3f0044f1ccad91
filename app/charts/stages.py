"""Where a network spends: the share of each stage in its totals."""

from archmeter.analyzers.profile import Stage
from archmeter.app.charts.chart import CONVENTION, Chart, Drawing, NetworkLook, Spec
from archmeter.app.charts.encoding import axis, exact, layer, names, plain
from archmeter.app.charts.subjects import subject
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

FIGURES = {
    "params": "parameters",
    "macs": "MACs",
    "activations": "activations",
    "saved_bytes": "kept for training",
}
"""Figures of a roll-up, and what they are called."""


def _read(query: NetworkLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    profile = network.profile()
    totals = {name: sum(getattr(stage, name) for stage in profile.stages) for name in FIGURES}

    def row(stage: Stage, name: str) -> Row:
        value: int = getattr(stage, name)
        share = value / totals[name] if totals[name] else 0.0
        return {"stage": stage.path, "figure": FIGURES[name], "value": value, "share": share}

    rows = [row(stage, name) for stage in profile.stages for name in FIGURES]
    return Drawing(subject(network), f"share of each total; {CONVENTION}", rows)


def _draw(rows: list[Row], _: NetworkLook) -> Spec:
    order = list(dict.fromkeys(row["stage"] for row in rows))
    figures = list(FIGURES.values())
    bars = layer(
        "bar",
        {"cornerRadiusEnd": 1},
        y=names("stage", sort=order),
        yOffset={"field": "figure", "sort": figures},
        x=axis("share", "share of the network", format="%", tickCount=6),
        color=names("figure", sort=figures),
        tooltip=[*plain("stage", "figure"), exact("value"), exact("share", format=".1%")],
    )
    return {"height": {"step": 9}, **bars}


CHART = Chart(
    name="stages",
    title="share of each stage",
    summary="Long bars are where parameters, work or memory are spent.",
    query=NetworkLook,
    read=_read,
    draw=_draw,
)
