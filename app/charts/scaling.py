"""What a network costs as it is scaled along depth, width, resolution, or all of them."""

from functools import partial
from typing import Annotated, Any

from archmeter.analyzers.answers.units import size
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.charts.chart import CONVENTION, Chart, Drawing, Look, Row, Spec
from archmeter.app.charts.kept import kept
from archmeter.app.charts.theme import SERIES
from archmeter.app.charts.words import OneOf, called, exact, log_axis, plain
from archmeter.app.scaling.answers import curves_answer, spec_of
from archmeter.app.scaling.queries import CurvesQuery
from archmeter.app.scaling.requests import CurvesRequest
from archmeter.app.services import Analyses
from archmeter.app.validation import validate

_IDEAL = frozenset({"macs", "flops", "training_macs"})
"""Totals that the law is about."""

_PRINTED = "published coefficients"
_LAW = "2^φ"


class ScalingLook(CurvesQuery, Look):
    """Curves of one total."""

    total: Annotated[str, OneOf(TOTALS)] = "macs"
    """What is drawn; it is among the `totals` of the rows."""


def _request(query: ScalingLook) -> CurvesRequest:
    asked = {name: getattr(query, name) for name in CurvesQuery.model_fields}
    document = CurvesQuery.model_validate(asked).document()
    totals = dict.fromkeys([query.total, *document["totals"]])
    return validate(CurvesRequest, {**document, "totals": list(totals)})


def _read(query: ScalingLook, _: Analyses) -> Drawing:
    request = _request(query)
    spec = spec_of(request.architecture)
    body = kept("curves", request, spec.canonical(), partial(curves_answer, request, spec))
    base = body["base"]["totals"]
    rows = [
        _row(curve["name"], point["phi"], point, base)
        for curve in body["curves"]
        for point in curve["points"]
    ]
    for one in body["overlay"] or []:
        row = _row(_PRINTED, one["phi"], one["network"], base)
        rows.append(row | {"coefficients_of": one["name"]})
    network = f"{body['name']}, {size(body['input']['shape'])} {body['input']['dtype']}"
    missing = sum(row["outcome"] == "infeasible" for row in rows)
    left_out = f"; {missing} that cannot be built left out" if missing else ""
    note = f"{called(query.total)} after φ steps of each law{left_out}; {CONVENTION}"
    return Drawing(network, note, rows)


def _row(curve: str, phi: float, point: dict[str, Any], base: dict[str, float]) -> Row:
    departures = [adjustment["departure"] for adjustment in point["adjustments"]]
    totals = point["totals"] or dict.fromkeys(base)
    worst = next((one for one in ("infeasible", "clipped", "rounded") if one in departures), "met")
    wanted, got = point["wanted"], point["got"] or {}
    return {
        "curve": curve,
        "phi": phi,
        **{name: totals[name] for name in base if name in totals},
        "ideal_macs_ratio": point["ideal"],
        "macs_ratio": point["counted"],
        **{f"wanted_{name}": wanted[name] for name in _MULTIPLIERS},
        **{f"got_{name}": got.get(name) for name in _MULTIPLIERS},
        "outcome": worst,
    }


_MULTIPLIERS = ("depth", "width", "resolution")


def _draw(rows: list[Row], query: ScalingLook) -> Spec:
    drawn = [row for row in rows if row[query.total]]
    curves = [name.strip() for name in query.curves.split(",")]
    ideal = _ideal(drawn, query)
    names = [*curves, *([_LAW] if ideal else []), *([_PRINTED] if query.overlay else [])]
    colours = dict(zip(curves, SERIES * 2, strict=False))
    # A grey that shows on both grounds: pages change their theme without asking anew.
    colours |= {_LAW: SERIES[6], _PRINTED: SERIES[5]}
    numbers = [row[query.total] for row in (*drawn, *ideal)]
    place = {
        "x": {
            "field": "phi",
            "type": "quantitative",
            "title": "φ, steps of the law",
            "scale": {"zero": False, "nice": False, "padding": 6},
            "axis": {"format": "~r"},
        },
        "y": {"field": query.total, **log_axis(called(query.total), numbers)},
        "color": {
            "field": "curve",
            "type": "nominal",
            "title": None,
            "scale": {"domain": names, "range": [colours[name] for name in names]},
            "legend": {"columns": max(2, query.width // 115)},
        },
    }
    tooltip = [
        *plain("curve", "outcome"),
        {**exact("phi", "φ"), "format": ".3~f"},
        exact(query.total),
        *(
            {**exact(f"{kind}_{name}", f"{name}, {kind}"), "format": ".3f"}
            for name in _MULTIPLIERS
            for kind in ("wanted", "got")
        ),
    ]
    built = {"filter": f"isValid(datum['{query.total}'])"}
    layers: list[Spec] = [
        {
            "transform": [built, {"filter": f"datum.curve != '{_PRINTED}'"}],
            "mark": {"type": "line", "point": {"size": 22}},
            "encoding": {**place, "tooltip": tooltip},
        }
    ]
    if ideal:
        layers.append(
            {
                "data": {"values": ideal},
                "mark": {"type": "line", "strokeDash": [5, 4], "strokeWidth": 1.5},
                "encoding": place,
            }
        )
    if query.overlay:
        layers.append(
            {
                "transform": [built, {"filter": f"datum.curve == '{_PRINTED}'"}],
                "mark": {"type": "point", "shape": "diamond", "size": 110, "opacity": 1},
                "encoding": {
                    **place,
                    "tooltip": [*plain("coefficients_of"), *tooltip],
                },
            }
        )
    return {"layer": layers}


def _ideal(rows: list[Row], query: ScalingLook) -> list[Row]:
    """What doubles with each step, through the base; none for totals the law says nothing of."""
    at = next((row for row in rows if row["ideal_macs_ratio"] == 1), None)
    if query.total not in _IDEAL or at is None:
        return []
    ends = sorted({query.start, query.stop})
    return [{"curve": _LAW, "phi": phi, query.total: at[query.total] * 2**phi} for phi in ends]


CHART = Chart(
    name="scaling",
    title="scaled",
    summary="Each line is a law, on a logarithmic scale; the dashed one doubles with each step.",
    query=ScalingLook,
    read=_read,
    draw=_draw,
    height=320,
)
"""A total along laws of scaling."""
