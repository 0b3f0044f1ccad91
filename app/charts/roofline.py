"""Kernels below the roof of a device: what computing bounds, and what memory does."""

from typing import Annotated

from pydantic import Field

from archmeter.analyzers.answers.units import duration
from archmeter.analyzers.roofline import roofline
from archmeter.app.ask.device import DEFAULT_DEVICE
from archmeter.app.charts.chart import Chart, Drawing, NetworkLook, Spec
from archmeter.app.charts.encoding import exact, layer, log_axis, named, plain
from archmeter.app.charts.subjects import subject
from archmeter.app.charts.theme import SERIES
from archmeter.app.questions.roofline import RooflineRequest
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row, size_text

_LIMITS = {"compute": "bound by computing", "bandwidth": "bound by bandwidth"}


class RooflineLook(RooflineRequest, NetworkLook):
    """One network on one device."""

    device: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """A device of `/v1/devices`; an H100, unless both rates are given."""


def _device(query: RooflineLook) -> RooflineLook:
    if query.device is None and not (query.flops_per_s and query.bytes_per_s):
        return query.model_copy(update={"device": DEFAULT_DEVICE})
    return query


def _read(query: RooflineLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    profile = network.profile()
    device, peaks = _device(query).resolve(network.input.dtype)
    found = roofline(profile, peaks, fused=query.fused)
    rows: list[Row] = []
    for kernel in found.rows:
        flops = kernel.matrix_flops + kernel.vector_flops
        row = kernel.to_dict() | {
            "fused": len(kernel.fused),
            "output_shape": size_text(kernel.output_shape),
            "flops": flops,
            "flops_per_s": flops / kernel.seconds if kernel.seconds else 0.0,
            "roof_flops_per_s": peaks.matrix_flops_per_s,
            "roof_bytes_per_s": peaks.bytes_per_s,
        }
        rows.append(row)
    title = device.title if device else "a device of your own"
    bound = found.bound
    note = (
        f"at least {duration(bound.seconds)} a batch, {bound.bandwidth_share:.0%} of it bound by "
        "bandwidth; area = share of the time; 1 MAC = 2 FLOPs, 1 T = 10^12"
    )
    return Drawing(f"{subject(network)} on {title}", note, rows)


def _draw(rows: list[Row], _: RooflineLook) -> Spec:
    roof = _roof(rows)
    seen = [*roof, *(row for row in rows if row["flops"])]
    title = "arithmetic intensity (FLOPs per byte)"
    x = log_axis("intensity", [at["intensity"] for at in seen], title)
    y = log_axis("flops_per_s", [at["flops_per_s"] for at in seen], "FLOP/s at most")
    kernels = layer(
        "circle",
        {"opacity": 0.75},
        where="datum.flops > 0",
        x=x,
        y=y,
        size={
            "field": "share",
            "type": "quantitative",
            "legend": None,
            "scale": {"rangeMin": 15, "rangeMax": 500},
        },
        color=named(
            "limit",
            dict(zip(_LIMITS, SERIES, strict=False)),
            legend={"labelExpr": _label(_LIMITS)},
        ),
        tooltip=[
            *plain("path", "operator", "kind", "output_shape", "limit"),
            exact("flops"),
            exact("bytes", "bytes moved"),
            exact("intensity", "FLOPs per byte", ".3~s"),
            exact("flops_per_s", "FLOP/s at most", ".3~s"),
            exact("seconds", "seconds at least", ".3~s"),
            exact("share", "share of the time", ".1%"),
        ],
    )
    line = layer("line", {"color": SERIES[6], "strokeWidth": 2}, data=roof, x=x, y=y)
    return {"layer": [line, kernels]}


def _roof(rows: list[Row]) -> list[Row]:
    """The corners of the roof: where bandwidth ends, and everything to both sides."""
    drawn = [row["intensity"] for row in rows if row["flops"]]
    if not drawn:
        return []
    flops, moved = rows[0]["roof_flops_per_s"], rows[0]["roof_bytes_per_s"]
    ridge = flops / moved
    ends = (min(*drawn, ridge) / 2, ridge, max(*drawn, ridge) * 2)
    return [{"intensity": at, "flops_per_s": min(flops, at * moved)} for at in ends]


def _label(words: dict[str, str]) -> str:
    text = "datum.label"
    for name, shown in words.items():
        text = f"datum.label == '{name}' ? '{shown}' : {text}"
    return text


CHART = Chart(
    name="roofline",
    title="roofline",
    summary="A kernel under the slope waits for memory; one under the flat roof computes.",
    query=RooflineLook,
    read=_read,
    draw=_draw,
    height=320,
)
"""Intensity against rate, kernel by kernel."""
