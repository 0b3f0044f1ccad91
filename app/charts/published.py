"""Printed figures beside counted ones."""

import json

from archmeter.analyzers.verify import VerifiedFigure
from archmeter.app.charts.chart import Chart, Drawing, Look, Spec
from archmeter.app.charts.encoding import ONCE, axis, exact, layer, named, names, plain
from archmeter.app.charts.theme import SERIES
from archmeter.app.questions.published import PublishedRequest, select
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

_VERDICTS = {"equal": SERIES[0], "explained": SERIES[1], "unexplained": SERIES[3]}
_FIGURES = {"params": "circle", "flops": "square", "activations": "triangle-up"}


class PublishedLook(PublishedRequest, Look):
    """Which printed figures are drawn."""


def _row(figure: VerifiedFigure) -> Row:
    return {
        "architecture": figure.architecture,
        "family": figure.family,
        "source": figure.source,
        "resolution": figure.resolution,
        "figure": figure.figure,
        "convention": figure.convention,
        "printed_digits": figure.printed,
        "printed": float(figure.printed) * figure.unit,
        "counted": figure.counted,
        "ratio": 1 + figure.difference,
        "verdict": figure.verdict,
        "reason": figure.reason,
        "top1": figure.top1,
        "request": json.dumps(dict(figure.request), sort_keys=True),
    }


def _read(query: PublishedLook, _: Analyses) -> Drawing:
    rows = [_row(figure) for figure in select(query)]
    equal = sum(row["verdict"] == "equal" for row in rows)
    note = (
        f"counted ÷ printed; {equal} of {len(rows)} are equal to the last digit; FLOPs as the "
        "source counts them: MACs, or two for each"
    )
    about = f" of {query.family}" if query.family else ""
    return Drawing(f"{len(rows)} published figures{about}", note, rows)


def _draw(rows: list[Row], _: PublishedLook) -> Spec:
    alone = len({row["family"] for row in rows}) == 1
    by = "architecture" if alone else "family"
    order = list(dict.fromkeys(row[by] for row in rows))
    down, grey = {"direction": "vertical"}, SERIES[6]
    points = layer(
        "point",
        {"filled": True, "opacity": 0.8, "size": 45},
        y=names(by, sort=order, axis={"grid": True, "labelLimit": 150}),
        x=axis("ratio", "counted ÷ printed", scale={"zero": False, "padding": 8}, format=".3~f"),
        shape=named(
            "figure",
            _FIGURES,
            legend={"symbolFillColor": grey, "symbolStrokeColor": grey, **down},
        ),
        order={"field": "verdict", "type": "ordinal"},
        color=named("verdict", _VERDICTS, legend=down),
        tooltip=[
            *plain("architecture", "source", "figure", "convention", "printed_digits"),
            exact("counted"),
            exact("ratio", "counted ÷ printed", ".4f"),
            *plain("verdict", "reason"),
        ],
    )
    equal = layer("rule", data=ONCE, x={"datum": 1})
    return {"height": {"step": 17}, "layer": [equal, points]}


CHART = Chart(
    name="published",
    title="counted against printed",
    summary="At 1 a count is what was printed; colours tell whether a difference is explained.",
    query=PublishedLook,
    read=_read,
    draw=_draw,
)
"""Every published figure, as a ratio."""
