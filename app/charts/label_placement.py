"""Names beside points: those that have room, at every width a chart may take."""

from collections.abc import Sequence
from typing import NamedTuple

from archmeter.app.charts.chart import Spec
from archmeter.app.charts.encoding import Channel, layer
from archmeter.app.tables import Row

_LETTER, _LINE, _GAP = 6.0, 13.0, 7.0
"""Pixels that a letter is wide, that a line is high, and between a point and its name."""

_WIDTHS = (160, 240, 320, 480, 720, 1_080, 1_600, 2_400, 4_000)


class Spot(NamedTuple):
    """A point of a chart.

    Attributes:
        x: how far from the left, as a part of the width.
        y: how far from the bottom, as a part of the height.
        text: its name.
        values: the point's own fields.
    """

    x: float
    y: float
    text: str
    values: Row


class _Label(NamedTuple):
    spot: Spot
    on_the_left: bool

    def ends(self, width: float) -> tuple[float, float]:
        """First and last pixel of the name."""
        at, long = self.spot.x * width, len(self.spot.text) * _LETTER + _GAP
        return (at - long, at) if self.on_the_left else (at, at + long)

    def fits(self, width: float) -> bool:
        left, right = self.ends(width)
        return left >= 0 and right <= width

    def meets(self, other: "_Label", width: float) -> bool:
        """Whether two names overlap; both are known to be on nearby lines."""
        (left, right), (begin, end) = self.ends(width), other.ends(width)
        return left <= end and begin <= right

    def covers(self, spot: Spot, width: float) -> bool:
        left, right = self.ends(width)
        return left < spot.x * width < right


def placed(spots: Sequence[Spot], others: Sequence[Spot], height: int) -> list[Row]:
    """The points whose names have room, earlier ones first, on the left if there is some.

    Each row has the name as ``label``, its side as ``on_the_left`` and the least width with
    ``room`` for it. What has room in a narrow chart has it in any wider one, for points only move
    apart.

    Args:
        spots: to be named.
        others: not to be covered.
        height: of the plot in pixels.
    """

    def near(one: Spot, other: Spot, pixels: float) -> bool:
        return abs(one.y - other.y) * height < pixels

    others = [*others, *spots]
    beside = [[other for other in others if near(spot, other, _LINE / 2)] for spot in spots]
    found: dict[int, tuple[_Label, int]] = {}
    for width in _WIDTHS:
        for i, spot in enumerate(spots):
            if i in found:
                continue
            taken = [label for label, _ in found.values() if near(spot, label.spot, _LINE)]
            for label in (_Label(spot, on_the_left=True), _Label(spot, on_the_left=False)):
                if (
                    label.fits(width)
                    and not any(label.meets(other, width) for other in taken)
                    and not any(label.covers(other, width) for other in beside[i])
                ):
                    found[i] = label, width
                    break
    return [
        {
            **label.spot.values,
            "label": label.spot.text,
            "on_the_left": label.on_the_left,
            "room": width,
        }
        for _, (label, width) in sorted(found.items())
    ]


def label_layers(rows: Sequence[Row], x: Channel, y: Channel) -> list[Spec]:
    """Names to the left and to the right of points, where the chart is wide enough for them."""
    common = {"baseline": "middle", "fontSize": 10}
    return [
        layer(
            "text",
            {**common, "align": "right" if left else "left", "dx": -_GAP if left else _GAP},
            data=[row for row in rows if row["on_the_left"] == left],
            where="datum.room <= width",
            x=x,
            y=y,
            text={"field": "label"},
        )
        for left in (False, True)
    ]
