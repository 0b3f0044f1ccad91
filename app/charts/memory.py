"""How much is alive at each moment, and where most is."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.live_tensors import Liveness
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.step import TrainingStep
from archmeter.app.ask.training import policy
from archmeter.app.charts.chart import Chart, Drawing, NetworkLook, Spec
from archmeter.app.charts.depth import along_depth, band_layer, hover_layer, stage_of
from archmeter.app.charts.encoding import Channel, axis, exact, layer, named, plain
from archmeter.app.charts.subjects import subject
from archmeter.app.charts.theme import ACCENT, WARNING
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

_NONE = "none"


class MemoryLook(NetworkLook):
    """Live bytes of one network."""

    phase: Literal["inference", "training"] = "inference"
    """A forward pass at inference, or a training step: forward and then backward."""

    freeze: Annotated[str, Field(min_length=1, max_length=200)] = _NONE
    """What does not train: none, backbone, batch_norm, or a part, up to and with it."""

    checkpoint: Annotated[str, Field(min_length=1, max_length=4_000)] = _NONE
    """What is computed again: none, block, stage, a label of parts, or paths between commas."""

    @model_validator(mode="after")
    def _options_are_used(self) -> Self:
        if self.phase == "inference" and (self.freeze, self.checkpoint) != (_NONE, _NONE):
            raise ValueError("freeze and checkpoint are of training; ask for phase=training")
        return self


def _moments(query: MemoryLook, profile: Profile) -> list[tuple[int, str, int]]:
    """Operator, phase and live bytes of each moment."""
    if query.phase == "training":
        options = TrainingOptions(freeze=query.freeze, checkpoint=policy(query.checkpoint))
        moments = TrainingStep(profile, options).moments
        return [(moment.at, moment.phase, moment.live) for moment in moments]
    return [(i, "forward", live) for i, live in enumerate(Liveness(profile).timeline()) if i]


def _read(query: MemoryLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    profile = network.profile()
    moments, paths = _moments(query, profile), profile.paths
    fullest = max(range(len(moments)), key=lambda i: moments[i][2])
    rows: list[Row] = [
        {
            "step": step,
            "phase": phase,
            "stage": stage_of(paths[at]),
            "path": paths[at],
            "operator": type(profile.graph.tensors[at].op).__name__,
            "live_bytes": live,
            "is_peak": step == fullest + 1,
        }
        for step, (at, phase, live) in enumerate(moments, 1)
    ]
    peak = rows[fullest]
    besides = "weights" if query.phase == "inference" else "weights and optimizer state"
    direction = "" if query.phase == "inference" else f"{peak['phase']} "
    note = (
        f"peak {si(peak['live_bytes'], 'B')} at {direction}{peak['path']}; bytes besides the input "
        f"and {besides}; 1 MB = 10^6 bytes"
    )
    return Drawing(f"{subject(network)}, {query.phase}", note, rows)


def _draw(rows: list[Row], query: MemoryLook) -> Spec:
    x, y = along_depth(rows), {"stack": None, **axis("live_bytes", "live bytes")}
    phases = named(
        "phase",
        {"forward": ACCENT, "backward": WARNING},
        legend={} if query.phase == "training" else None,
    )
    tooltip = [*plain("path", "operator", "phase"), exact("live_bytes", "live bytes")]
    return {
        "layer": [
            band_layer(rows),
            layer(
                "area",
                {"interpolate": "step", "line": {"strokeWidth": 1.5}},
                x=x,
                y=y,
                color=phases,
            ),
            *(mark for row in rows if row["is_peak"] for mark in _peak(row, rows, x, y)),
            hover_layer(rows, tooltip),
        ]
    }


def _peak(peak: Row, rows: list[Row], x: Channel, y: Channel) -> list[Spec]:
    """A point, and beside it, where there is more room, how much it is."""
    on_the_left = peak["step"] < (rows[0]["step"] + rows[-1]["step"]) / 2
    beside = {"align": "left", "dx": 8} if on_the_left else {"align": "right", "dx": -8}
    words = {**beside, "dy": -7, "fontWeight": "bold"}
    text = {"value": f"peak {si(peak['live_bytes'], 'B')}"}
    here = "datum.is_peak"
    return [
        layer("point", {"color": WARNING, "size": 70}, where=here, x=x, y=y),
        layer("text", words, where=here, x=x, y=y, text=text),
    ]


CHART = Chart(
    name="memory",
    title="live memory",
    summary="The height is what is alive while each operator runs; the point is the peak.",
    query=MemoryLook,
    read=_read,
    draw=_draw,
    height=240,
)
"""Live bytes over the order of execution."""
