"""What each layer sees of the image."""

from typing import Any, Literal

from archmeter.analyzers.coverage import SeenRow, coverage
from archmeter.app.charts.chart import Chart, Drawing, NetworkLook, Spec
from archmeter.app.charts.depth import along_depth, band_layer, hover_layer
from archmeter.app.charts.labels import axis, exact, log_axis, plain
from archmeter.app.charts.subjects import subject
from archmeter.app.charts.theme import SERIES
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row, size_text

_PAIRS = ("receptive_field", "stride")
_COVERED = {
    "covered": "middle element",
    "covered_mean": "mean of all elements",
    "covered_least": "element that sees least",
}


class ReceptiveFieldLook(NetworkLook):
    """What one network sees."""

    show: Literal["side", "coverage"] = "side"
    """Receptive field and stride in pixels, or the part of the image that elements see."""


def _flat(seen: SeenRow, step: int) -> Row:
    cells: Row = {"step": step}
    for name, value in seen.to_dict().items():
        match name:
            case "output_shape":
                cells[name] = size_text(value)
            case "receptive_field" | "stride":
                cells[f"{name}_height"], cells[f"{name}_width"] = value
            case _:
                cells[name] = value
    return cells


def _read(query: ReceptiveFieldLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    profile = network.profile()
    seen = coverage(profile)
    height, width = profile.input_shape[2:]
    rows = [
        _flat(row, step) | {"image_height": height, "image_width": width}
        for step, row in enumerate(seen.rows, 1)
    ]
    whole = seen.middle_whole_at
    note = (
        f"the middle element sees all {height}×{width} pixels from {whole} on"
        if whole
        else f"no element sees all {height}×{width} pixels"
    )
    what = "pixels, padding included" if query.show == "side" else "part of the image, 100% = all"
    return Drawing(subject(network), f"{what}; {note}", rows)


def _draw(rows: list[Row], query: ReceptiveFieldLook) -> Spec:
    x = along_depth(rows)
    words = _sides(rows) if query.show == "side" else _COVERED
    scale = {"domain": list(words.values()), "range": list(SERIES[: len(words)])}
    tooltip = [
        *plain("path", "operator", "output_shape"),
        *(exact(name, f"{shown} (pixels)") for name, shown in _sides(rows).items()),
        *({**exact(name, shown), "format": ".1%"} for name, shown in _COVERED.items()),
    ]
    return {
        "layer": [
            band_layer(rows),
            *(_image(rows) if query.show == "side" else []),
            {
                "transform": [
                    {"fold": list(words), "as": ["figure", "value"]},
                    {"lookup": "figure", "from": _names(words)},
                ],
                "mark": {"type": "line", "interpolate": "step"},
                "encoding": {
                    "x": x,
                    "y": {"field": "value", **_y(rows, query, words)},
                    "color": {
                        "field": "shown",
                        "type": "nominal",
                        "title": None,
                        "scale": scale,
                        "legend": {"symbolType": "stroke", "columns": 1 + query.width // 200},
                    },
                },
            },
            hover_layer(rows, tooltip),
        ]
    }


def _sides(rows: list[Row]) -> dict[str, str]:
    """Both sides where they differ, else one for both."""
    if all(row[f"{n}_height"] == row[f"{n}_width"] for row in rows for n in _PAIRS):
        return {f"{name}_height": name.replace("_", " ") for name in _PAIRS}
    return {
        f"{name}_{side}": f"{name.replace('_', ' ')}, {side}"
        for side in ("height", "width")
        for name in _PAIRS
    }


def _names(words: dict[str, str]) -> dict[str, Any]:
    values = [{"figure": name, "shown": shown} for name, shown in words.items()]
    return {"data": {"values": values}, "key": "figure", "fields": ["shown"]}


def _y(rows: list[Row], query: ReceptiveFieldLook, words: dict[str, str]) -> dict[str, Any]:
    if query.show == "coverage":
        scale = {"scale": {"domain": [0, 1]}}
        return axis("part of the image that is seen") | scale | {"axis": {"format": "%"}}
    numbers = [row[name] for row in rows for name in (*words, "image_height") if row[name] > 0]
    return log_axis("side (pixels)", numbers)


def _image(rows: list[Row]) -> list[Spec]:
    """The image's own side, to compare with."""
    if not rows:
        return []
    sides = {rows[0]["image_height"], rows[0]["image_width"]}
    once: Spec = {"data": {"values": [{}]}}
    line = {
        **once,
        "mark": {"type": "rule", "strokeDash": [4, 4]},
        "encoding": {
            "y": {"datum": max(sides)},
            "tooltip": {"value": f"longest side of the image: {max(sides)} pixels"},
        },
    }
    name = {
        **once,
        "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -3},
        "encoding": {
            "x": {"value": 0},
            "y": {"datum": max(sides)},
            "text": {"value": f"image, {max(sides)} pixels"},
        },
    }
    return [line, name]


CHART = Chart(
    name="receptive-field",
    title="receptive field",
    summary="How many pixels of the image an element of each layer depends on.",
    query=ReceptiveFieldLook,
    read=_read,
    draw=_draw,
    height=240,
)
"""Receptive field, stride and coverage along the depth."""
