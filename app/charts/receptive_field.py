"""What each layer sees of the image."""

from typing import Literal

from archmeter.analyzers.coverage import coverage
from archmeter.app.charts.chart import Chart, Drawing, NetworkLook, Spec
from archmeter.app.charts.depth import along_depth, band_layer, flat, hover_layer
from archmeter.app.charts.encoding import (
    ONCE,
    Channel,
    axis,
    exact,
    layer,
    log_axis,
    named,
    plain,
)
from archmeter.app.charts.subjects import subject
from archmeter.app.charts.theme import SERIES
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

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


def _read(query: ReceptiveFieldLook, analyses: Analyses) -> Drawing:
    network = query.network(analyses)
    profile = network.profile()
    seen = coverage(profile)
    height, width = profile.input_shape[2:]
    rows = [
        flat(row, step=step) | {"image_height": height, "image_width": width}
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
    words = _sides(rows) if query.show == "side" else _COVERED
    shown = [{"figure": name, "shown": words[name]} for name in words]
    tooltip = [
        *plain("path", "operator", "output_shape"),
        *(exact(name, f"{shown} (pixels)") for name, shown in _sides(rows).items()),
        *(exact(name, shown, ".1%") for name, shown in _COVERED.items()),
    ]
    lines = layer(
        "line",
        {"interpolate": "step"},
        transform=[
            {"fold": list(words), "as": ["figure", "value"]},
            {
                "lookup": "figure",
                "from": {"data": {"values": shown}, "key": "figure", "fields": ["shown"]},
            },
        ],
        x=along_depth(rows),
        y=_y(rows, query, words),
        color=named(
            "shown",
            dict(zip(words.values(), SERIES, strict=False)),
            legend={"symbolType": "stroke", "columns": 1 + query.width // 200},
        ),
    )
    image = _image(rows) if query.show == "side" else []
    return {"layer": [band_layer(rows), *image, lines, hover_layer(rows, tooltip)]}


def _sides(rows: list[Row]) -> dict[str, str]:
    """Both sides where they differ, else one for both."""
    if all(row[f"{n}_height"] == row[f"{n}_width"] for row in rows for n in _PAIRS):
        return {f"{name}_height": name.replace("_", " ") for name in _PAIRS}
    return {
        f"{name}_{side}": f"{name.replace('_', ' ')}, {side}"
        for side in ("height", "width")
        for name in _PAIRS
    }


def _y(rows: list[Row], query: ReceptiveFieldLook, words: dict[str, str]) -> Channel:
    if query.show == "coverage":
        title = "part of the image that is seen"
        return axis("value", title, scale={"domain": [0, 1]}, format="%")
    numbers = [row[name] for row in rows for name in (*words, "image_height") if row[name] > 0]
    return log_axis("value", numbers, "side (pixels)")


def _image(rows: list[Row]) -> list[Spec]:
    """The image's own side, to compare with."""
    if not rows:
        return []
    side = max(rows[0]["image_height"], rows[0]["image_width"])
    words = {"value": f"longest side of the image: {side} pixels"}
    name = {"value": f"image, {side} pixels"}
    beside = {"align": "left", "baseline": "bottom", "dx": 4, "dy": -3}
    y = {"datum": side}
    return [
        layer("rule", {"strokeDash": [4, 4]}, data=ONCE, y=y, tooltip=words),
        layer("text", beside, data=ONCE, x={"value": 0}, y=y, text=name),
    ]


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
