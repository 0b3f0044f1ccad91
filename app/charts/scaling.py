"""What a network costs as it is scaled along depth, width, resolution, or all of them."""

from typing import Annotated, Any

from archmeter.analyzers.scaling.points import ScaledNetwork
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.ask.cache import cached_answer
from archmeter.app.ask.network import Network
from archmeter.app.ask.request import part_of
from archmeter.app.charts.chart import CONVENTION, Chart, Drawing, Look, Spec
from archmeter.app.charts.encoding import axis, exact, layer, log_axis, named, plain
from archmeter.app.charts.labels import OneOf, called
from archmeter.app.charts.subjects import subject
from archmeter.app.charts.theme import SERIES
from archmeter.app.questions import curves
from archmeter.app.questions.curves import CurvesReport, CurvesRequest
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

_IDEAL = frozenset({"macs", "flops", "training_macs"})
"""Totals that the law is about."""

_PRINTED = "published coefficients"
_LAW = "2^φ"


class ScalingLook(CurvesRequest, Look):
    """Curves of one total."""

    total: Annotated[str, OneOf(TOTALS)] = "macs"
    """The total that is drawn; it is among the `totals` of the rows."""

    @property
    def read(self) -> tuple[str, ...]:
        """The totals of the rows."""
        return tuple(dict.fromkeys([self.total, *self.totals]))


def answer_to(query: ScalingLook, network: Network) -> CurvesReport:
    """The answer that is drawn.

    Raises:
        ArchmeterError: if the network cannot be scaled so.
    """
    request = part_of(CurvesRequest, query, totals=query.read)
    return cached_answer(curves.QUESTION, request, network)


def _read(query: ScalingLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    answer = answer_to(query, network)
    rows = [
        _row(curve.name, point.phi, point, query.read)
        for curve in answer.curves
        for point in curve.points
    ]
    for one in answer.overlay or ():
        row = _row(_PRINTED, one.phi, one.network, query.read)
        rows.append(row | {"coefficients_of": one.name})
    missing = sum(row["outcome"] == "infeasible" for row in rows)
    left_out = f"; {missing} that cannot be built left out" if missing else ""
    note = f"{called(query.total)} after φ steps of each law{left_out}; {CONVENTION}"
    return Drawing(subject(network), note, rows)


def _row(curve: str, phi: float, network: ScaledNetwork, totals: tuple[str, ...]) -> Row:
    departures = [adjustment.departure for adjustment in network.adjustments]
    worst = next((one for one in ("infeasible", "clipped", "rounded") if one in departures), "met")
    return {
        "curve": curve,
        "phi": phi,
        **{name: network.totals[name] if network.totals else None for name in totals},
        "ideal_macs_ratio": network.ideal,
        "macs_ratio": network.counted,
        **{f"wanted_{name}": getattr(network.wanted, name) for name in _MULTIPLIERS},
        **{f"got_{name}": getattr(network.got, name, None) for name in _MULTIPLIERS},
        "outcome": worst,
    }


_MULTIPLIERS = ("depth", "width", "resolution")


def _draw(rows: list[Row], query: ScalingLook) -> Spec:
    drawn = [row for row in rows if row[query.total]]
    drawn_curves = [name for name, _ in query.laws]
    ideal = _ideal(drawn, query)
    # A grey that shows on both grounds: pages change their theme without asking anew.
    colours = {
        **dict(zip(drawn_curves, SERIES * 2, strict=False)),
        **({_LAW: SERIES[6]} if ideal else {}),
        **({_PRINTED: SERIES[5]} if query.overlay else {}),
    }
    place: dict[str, Any] = {
        "x": axis(
            "phi",
            "φ, steps of the law",
            scale={"zero": False, "nice": False, "padding": 6},
            format="~r",
        ),
        "y": log_axis(query.total, [row[query.total] for row in (*drawn, *ideal)]),
        "color": named("curve", colours, legend={"columns": max(2, query.width // 115)}),
    }
    tooltip = [
        *plain("curve", "outcome"),
        exact("phi", "φ", ".3~f"),
        exact(query.total),
        *(
            exact(f"{kind}_{name}", f"{name}, {kind}", ".3f")
            for name in _MULTIPLIERS
            for kind in ("wanted", "got")
        ),
    ]
    built = {"filter": f"isValid(datum['{query.total}'])"}
    layers = [
        layer(
            "line",
            {"point": {"size": 22}},
            transform=[built, {"filter": f"datum.curve != '{_PRINTED}'"}],
            **place,
            tooltip=tooltip,
        )
    ]
    if ideal:
        layers.append(
            layer("line", {"strokeDash": [5, 4], "strokeWidth": 1.5}, data=ideal, **place)
        )
    if query.overlay:
        printed = layer(
            "point",
            {"shape": "diamond", "size": 110, "opacity": 1},
            transform=[built, {"filter": f"datum.curve == '{_PRINTED}'"}],
            **place,
            tooltip=[*plain("coefficients_of"), *tooltip],
        )
        layers.append(printed)
    return {"layer": layers}


def _ideal(rows: list[Row], query: ScalingLook) -> list[Row]:
    """What doubles with each step, through the base; none for totals the law says nothing of."""
    at = next((row for row in rows if row["ideal_macs_ratio"] == 1), None)
    if query.total not in _IDEAL or at is None:
        return []
    ends = sorted({query.phi.start, query.phi.stop})
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
