"""The difference of two networks, stage by stage."""

import json
from collections.abc import Sequence
from typing import Annotated, get_type_hints

from archmeter.analyzers.profile import Stage
from archmeter.app.charts.chart import CONVENTION, Chart, Drawing, Spec
from archmeter.app.charts.encoding import axis, exact, layer, named, plain
from archmeter.app.charts.labels import OneOf, called
from archmeter.app.charts.networks import NetworksLook, names_of
from archmeter.app.charts.theme import SERIES
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

COSTS = tuple(name for name, hint in get_type_hints(Stage).items() if hint is int)
"""What a stage has a number of."""

_TWO = 2
_FIGURE = (
    "datum.kind == 'network' ? format(datum.end, '.4~s') "
    ": datum.difference ? format(datum.difference, '+.4~s') : '0'"
)
"""What stands beside a bar, in Vega's language."""

_KINDS = {"network": SERIES[6], "more": SERIES[3], "less": SERIES[0]}


class WaterfallLook(NetworksLook):
    """Two networks, in one total."""

    total: Annotated[str, OneOf(COSTS)] = "macs"
    """What differs."""


def _read(query: WaterfallLook, analyses: Analyses) -> Drawing:
    networks = query.named(analyses, least=_TWO, most=_TWO)
    names = names_of(networks)
    before, after = (
        {stage.path: int(getattr(stage, query.total)) for stage in network.profile().stages}
        for network in networks
    )
    level = sum(before.values())
    parts: list[Row] = [_row(names[0], "network", 0, level, 0)]
    for stage in _aligned([*before], [*after]):
        was, becomes = before.get(stage, 0), after.get(stage, 0)
        kind = "less" if becomes < was else "more"
        parts.append(_row(stage, kind, level, level + becomes - was, was))
        level += becomes - was
    parts.append(_row(names[1], "network", 0, level, 0))
    rows = [{"order": i, **part} for i, part in enumerate(parts)]
    note = f"{called(query.total)} of each stage; {CONVENTION}"
    return Drawing(f"{names[0]} to {names[1]}", note, rows)


def _row(label: str, kind: str, start: int, end: int, before: int) -> Row:
    difference = end - start
    return {
        "part": label,
        "kind": kind,
        "start": start,
        "end": end,
        "before": before,
        "after": before + difference,
        "difference": difference,
    }


def _aligned(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Stages by name, in order; those of one network alone where they come in it."""
    merged = list(first)
    place = 0
    for name in second:
        if name in merged:
            place = merged.index(name) + 1
        else:
            merged.insert(place, name)
            place += 1
    return merged


def _draw(rows: list[Row], query: WaterfallLook) -> Spec:
    high = max((max(row["start"], row["end"]) for row in rows), default=0)
    shown = ", ".join(f"{row['order']}: {json.dumps(row['part'])}" for row in rows)
    y = {
        "field": "order",
        "type": "ordinal",
        "title": None,
        "axis": {
            "labelLimit": max(110, query.width // 3),
            "labelExpr": f"({{{shown}}})[datum.value]",
        },
    }
    # The longest bar leaves room for its figure.
    room = 1 + 75 / query.width
    bars = layer(
        "bar",
        {"height": {"band": 0.7}},
        y=y,
        x=axis(
            "start", called(query.total), scale={"domain": [0, high * room or 1], "nice": False}
        ),
        x2={"field": "end"},
        color=named("kind", _KINDS),
        tooltip=[
            *plain("part"),
            exact("before"),
            exact("after"),
            exact("difference", format="+,"),
        ],
    )
    figures = layer(
        "text",
        {"align": "left", "dx": 5},
        transform=[
            {"calculate": "max(datum.start, datum.end)", "as": "right"},
            {"calculate": _FIGURE, "as": "text"},
        ],
        y=y,
        x={"field": "right", "type": "quantitative"},
        text={"field": "text"},
    )
    return {"height": {"step": 24}, "layer": [bars, figures]}


CHART = Chart(
    name="waterfall",
    title="difference by stage",
    summary="From the first network's total, stage by stage, to the second's.",
    query=WaterfallLook,
    read=_read,
    draw=_draw,
)
"""Stages of both networks, aligned by name."""
