"""Networks side by side: what they cost, as multiples of the first."""

from typing import Annotated, Literal

from pydantic import Field

from archmeter.app.ask.totals import TOTALS, figures, ratios
from archmeter.app.charts.chart import CONVENTION, Chart, Drawing, Spec
from archmeter.app.charts.encoding import (
    ONCE,
    Channel,
    axis,
    exact,
    layer,
    log_axis,
    named,
    names,
    plain,
)
from archmeter.app.charts.labels import called, split
from archmeter.app.charts.networks import MAX_NETWORKS, NetworksLook, names_of
from archmeter.app.charts.theme import SERIES
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row


class ComparisonLook(NetworksLook):
    """Several networks, in several totals."""

    totals: Annotated[str, Field(min_length=1, max_length=500)] = (
        "params,macs,activations,inference_peak_bytes"
    )
    """What is compared: figures of an analysis, separated by commas; at most 7."""

    scale: Literal["linear", "log"] = "linear"
    """Of the ratios; `log` shows a half and a double alike, and networks of very different size."""


def _read(query: ComparisonLook, analyses: Analyses) -> Drawing:
    totals = split(query.totals, "totals", TOTALS, most=len(SERIES))
    networks = query.named(analyses, least=1, most=MAX_NETWORKS)
    shown = names_of(networks)
    counted = [figures(network.profile()) for network in networks]
    rows: list[Row] = [
        {
            "network": name,
            "id": network.id,
            **network.input.model_dump(),
            "total": total,
            "figure": called(total),
            "value": values[total],
            "ratio": ratios(values, counted[0])[total],
        }
        for name, network, values in zip(shown, networks, counted, strict=True)
        for total in totals
    ]
    note = f"multiples of {shown[0]}; {CONVENTION}"
    return Drawing(f"{len(shown)} networks", note, rows)


def _draw(rows: list[Row], query: ComparisonLook) -> Spec:
    networks = list(dict.fromkeys(row["network"] for row in rows))
    shown = [called(total.strip()) for total in query.totals.split(",")]
    ratio, start = _ratios(rows, query, f"times {networks[0]}")
    bars = layer(
        "bar",
        {"cornerRadiusEnd": 1},
        where=f"datum.ratio >= {0 if start == 0 else 1e-300}",
        y=names(
            "network",
            sort=networks,
            axis={"labelLimit": max(110, query.width // 3)},
            scale={"paddingInner": 0.25},
        ),
        yOffset={"field": "figure", "sort": shown},
        x=ratio,
        x2={"datum": start},
        color=named(
            "figure",
            dict(zip(shown, SERIES, strict=False)),
            sort=shown,
            legend={"columns": max(1, query.width // 170)},
        ),
        tooltip=[
            *plain("network", "figure"),
            exact("value"),
            exact("ratio", "times the first", ".3f"),
        ],
    )
    first = layer("rule", {"strokeDash": [4, 4]}, data=ONCE, x={"datum": 1})
    return {"height": {"step": 10}, "layer": [bars, first]}


def _ratios(rows: list[Row], query: ComparisonLook, title: str) -> tuple[Channel, int]:
    """The axis, and where on it bars begin."""
    if query.scale == "linear":
        return axis("ratio", title, format="~r"), 0
    ratios = [1, *(row["ratio"] for row in rows if row["ratio"])]
    return log_axis("ratio", ratios, title, format="~r"), 1


CHART = Chart(
    name="comparison",
    title="costs compared",
    summary="Each group of bars is a network; the dashed line is the first one's cost.",
    query=ComparisonLook,
    read=_read,
    draw=_draw,
)
"""Absolute figures, and ratios to the first network's."""
