"""Where the memory of a training step goes, and what options change about it."""

import json
from collections.abc import Iterator
from typing import Literal, get_args

from archmeter.analyzers.profile import Profile
from archmeter.analyzers.training.checkpointing import policies
from archmeter.analyzers.training.freezing import freezable
from archmeter.analyzers.training.options import Optimizer, TrainingOptions
from archmeter.analyzers.training.step import TrainingMemory, TrainingStep
from archmeter.app.ask.training import TrainingQuery
from archmeter.app.charts.chart import Chart, Drawing, NetworkLook, Spec
from archmeter.app.charts.encoding import axis, exact, layer, named, names, plain
from archmeter.app.charts.subjects import subject
from archmeter.app.charts.theme import SERIES
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

_SUMS = ("total_bytes", "peak_bytes")
_PARTS = tuple(name for name in TrainingMemory.__dataclass_fields__ if name not in _SUMS)


class TrainingLook(NetworkLook, TrainingQuery):
    """A training step of one network, with one option varied."""

    by: Literal["checkpoint", "optimizer", "freeze"] = "checkpoint"
    """The option that differs from bar to bar; the others are as they are given."""


def _varied(query: TrainingLook, profile: Profile) -> Iterator[tuple[str, TrainingOptions]]:
    """Each value of the option, and all options together; what was asked for among them."""
    values = {
        "checkpoint": policies(profile.graph),
        "optimizer": get_args(Optimizer),
        "freeze": freezable(profile.graph),
    }[query.by]
    asked = query.options()
    given = str(getattr(query, query.by))
    for value in values:
        yield value, asked.model_copy(update={query.by: value})
    if given not in values:
        yield given, asked


def _read(query: TrainingLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    profile = network.profile()
    rows: list[Row] = [
        {
            "option": query.by,
            "setting": value,
            "part": _shown(part),
            "bytes": getattr(memory, part),
            "share": getattr(memory, part) / memory.total_bytes,
            **{name: getattr(memory, name) for name in _SUMS},
        }
        for value, options in _varied(query, profile)
        for memory in [TrainingStep(profile, options).memory]
        for part in _PARTS
    ]
    fixed = (name for name in ("optimizer", "freeze", "checkpoint") if name != query.by)
    others = ", ".join(f"{name} {getattr(query, name)}" for name in fixed)
    note = (
        f"bytes by part, {others}; the tick is the most that is there at one moment; "
        "1 GB = 10^9 bytes"
    )
    return Drawing(f"{subject(network)}, by {query.by}", note, rows)


def _shown(part: str) -> str:
    return part.removesuffix("_bytes").replace("_", " ")


def _draw(rows: list[Row], query: TrainingLook) -> Spec:
    settings = list(dict.fromkeys(row["setting"] for row in rows))
    parts = [_shown(part) for part in _PARTS]
    y = names("setting", query.by, sort=settings, axis={"labelLimit": query.width // 3})
    peak = exact("peak_bytes", "peak (bytes)")
    bars = layer(
        "bar",
        {"height": {"band": 0.7}},
        transform=[{"calculate": f"indexof({json.dumps(parts)}, datum.part)", "as": "order"}],
        y=y,
        x=axis("bytes", "bytes of a training step"),
        order={"field": "order", "type": "quantitative"},
        color=named(
            "part",
            dict(zip(parts, [*SERIES[1:], SERIES[0]], strict=True)),
            legend={"columns": max(2, query.width // 95)},
        ),
        tooltip=[
            *plain("setting", "part"),
            exact("bytes"),
            exact("share", format=".1%"),
            exact("total_bytes", "total (bytes)"),
            peak,
        ],
    )
    ticks = layer(
        "tick",
        {"thickness": 3, "height": {"band": 0.95}, "opacity": 1},
        where=f"datum.part == '{parts[0]}'",
        y=y,
        x={"field": "peak_bytes", "type": "quantitative"},
        tooltip=[*plain("setting"), peak],
    )
    return {"height": {"step": 30}, "layer": [bars, ticks]}


CHART = Chart(
    name="training",
    title="memory of a training step",
    summary="Each bar is one setting of an option, divided into what the memory is for.",
    query=TrainingLook,
    read=_read,
    draw=_draw,
)
"""Weights, gradients, optimizer state, kept tensors and input, by options."""
