"""Depth against width at equal cost, and what that does to another cost."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from archmeter.analyzers.scaling.totals import ROOFLINE, TOTALS
from archmeter.app.ask.cache import cached_answer
from archmeter.app.ask.network import Network
from archmeter.app.ask.validation import validate
from archmeter.app.charts.chart import CONVENTION, Chart, Drawing, NetworkLook, Spec
from archmeter.app.charts.encoding import axis, exact, layer, plain
from archmeter.app.charts.labels import OneOf, called
from archmeter.app.charts.theme import SERIES
from archmeter.app.questions import iso_cost
from archmeter.app.questions.iso_cost import IsoCostReport, IsoCostRequest
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

_WITHOUT_DEVICE = tuple(total for total in TOTALS if total != ROOFLINE)

Total = Annotated[str, OneOf(_WITHOUT_DEVICE)]
Multiplier = Annotated[float, Field(ge=0.1, le=10, allow_inf_nan=False)]


class IsoCostLook(NetworkLook):
    """Networks around one, deeper and thinner or wider and shallower."""

    total: Total = "macs"
    """What stays equal."""

    shown: Total = "activations"
    """What does not, as a multiple of the network's own: the colour."""

    depth_low: Multiplier = 0.5
    """The least depth multiplier."""

    depth_high: Multiplier = 2.0
    """The largest."""

    depth_count: Annotated[int, Field(ge=2, le=40)] = 7
    """How many."""

    width_low: Multiplier = 0.5
    """The least width multiplier."""

    width_high: Multiplier = 2.0
    """The largest."""

    width_count: Annotated[int, Field(ge=2, le=80)] = 33
    """How many, at equal ratios."""

    tolerance: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    """By which part the cost may differ."""

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        for name in ("depth", "width"):
            low, high = (getattr(self, f"{name}_{end}") for end in ("low", "high"))
            if not low < high:
                raise ValueError(f"the {name} cannot go up from {low:g} to {high:g}")
        return self


def answer_to(query: IsoCostLook, network: Network) -> IsoCostReport:
    """The answer that is drawn.

    Raises:
        ArchmeterError: if the network cannot be scaled so.
    """

    def multiplier(side: str, **more: str) -> dict[str, Any]:
        values = {end: getattr(query, f"{side}_{end}") for end in ("low", "high", "count")}
        return {"knob": f"{side}_multiplier", "values": {**values, **more}}

    request = validate(
        IsoCostRequest,
        {
            "architecture": network.spec.canonical(),
            **network.input.model_dump(),
            "depth": multiplier("depth"),
            "width": multiplier("width", law="log_uniform"),
            "total": query.total,
            "tolerance": query.tolerance,
            "totals": list(dict.fromkeys([query.total, query.shown, "params", "macs"])),
        },
    )
    return cached_answer(iso_cost.QUESTION, request, network)


def _read(query: IsoCostLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    answer = answer_to(query, network)
    nearest = {line.depth: line.nearest for line in answer.lines}
    rows: list[Row] = [
        {
            "depth_multiplier": pair.depth,
            "width_multiplier": pair.width,
            "network": pair.name,
            **pair.totals,
            **{f"{name}_ratio": ratio for name, ratio in pair.ratios.items()},
            "deviation": pair.deviation,
            "is_nearest": nearest[pair.depth] == pair.width,
        }
        for pair in answer.pairs
    ]
    note = (
        f"{called(query.total)} within {query.tolerance:.1%}; colour = {called(query.shown)} as a "
        f"multiple; {CONVENTION}"
    )
    return Drawing(f"{answer.base}, batch {answer.batch}, {answer.dtype}", note, rows)


def _draw(_: list[Row], query: IsoCostLook) -> Spec:
    x, y = (
        axis(f"{side}_multiplier", scale={"zero": False, "padding": 12}, format="~r")
        for side in ("depth", "width")
    )
    ratio, times = f"{query.shown}_ratio", f"times the {called(query.shown)}"
    nearest = "datum.is_nearest"
    line = layer("line", {"color": SERIES[6], "strokeWidth": 1.5}, where=nearest, x=x, y=y)
    points = layer(
        "circle",
        {"opacity": 1, "stroke": SERIES[6], "strokeWidth": 0.5},
        x=x,
        y=y,
        size={"condition": {"test": nearest, "value": 110}, "value": 45},
        color={
            "field": ratio,
            "type": "quantitative",
            "title": times,
            # Its darkest end would not show on a dark ground.
            "scale": {"scheme": {"name": "viridis", "extent": [0.15, 1]}, "zero": False},
            "legend": {"format": "~r", "gradientLength": min(200, query.width // 2)},
        },
        tooltip=[
            *plain("network", "depth_multiplier", "width_multiplier"),
            exact(query.total),
            exact("deviation", format="+.2%"),
            exact(query.shown),
            exact(ratio, times, ".3f"),
        ],
    )
    return {"layer": [line, points]}


CHART = Chart(
    name="iso-cost",
    title="depth against width at equal cost",
    summary="Each point costs the same; the line joins the nearest for each depth.",
    query=IsoCostLook,
    read=_read,
    draw=_draw,
    height=320,
)
"""Pairs of depth and width at equal cost."""
