"""What is printed of scaled networks: their sizes and totals, what was not as wanted, curves."""

from collections.abc import Iterable, Sequence
from math import log
from typing import Protocol

from archmeter.analyzers.scaling.knobs import Adjustment
from archmeter.analyzers.scaling.points import ScaledNetwork
from archmeter.app.printer import BARS, Printer

ROUNDED = "rounded: d depth, w width, r resolution, g group width"
SIZES = "blocks {sizes.depths:sum} | widths {sizes.widths:ends} | side {sizes.resolution:side}"
"""Columns of what was realised: blocks in all, widths of the first and last stage, sides."""

COEFFICIENTS = (
    "coefficients of {name} || φ {phi:.3f} | d {published.depth:.3g} | α^φ {law.depth:.3g} | "
    "w {published.width:.3g} | β^φ {law.width:.3g} | r {published.resolution:.3g} | "
    "γ^φ {law.resolution:.3g}"
)
"""Columns of depth, width and resolution, each as it was published and as a law has it."""

_LETTERS = {"depth": "d", "width": "w", "resolution": "r", "group_width": "g"}


class Fed(Protocol):
    """Says what networks were fed."""

    @property
    def batch(self) -> int:
        """Images at once."""

    @property
    def dtype(self) -> str:
        """Types of weights and activations."""


def fed(how: Fed) -> str:
    """What networks were fed, where it is not one image of float32."""
    words = [f"batch {how.batch}"] * (how.batch != 1) + [how.dtype] * (how.dtype != "float32")
    return "".join(f", {word}" for word in words)


def sparkline(values: Iterable[float | None]) -> str:
    """Bars on a logarithmic scale; a blank where there is no value."""
    drawn = list(values)
    logs = [log(value) for value in drawn if value]
    low, high = min(logs, default=0.0), max(logs, default=0.0)
    step = (high - low) / (len(BARS) - 1) or 1.0
    return "".join(BARS[round((log(value) - low) / step)] if value else " " for value in drawn)


def show_networks(networks: Sequence[ScaledNetwork], names: str, out: Printer) -> None:
    """A table of scaled networks, each after what tells it from the others."""
    out.rows(
        f"{names} || d {{wanted.depth:.3g}} | w {{wanted.width:.3g}} | r {{wanted.resolution:.3g}} "
        f"| {SIZES} | {totals_columns(total_names(networks))} | ideal {{ideal:.3g}}× | "
        "counted {counted:.3g}× || not as wanted {adjustments:departures}",
        networks,
        departures=departures,
    )


def total_names(networks: Sequence[ScaledNetwork]) -> list[str]:
    """The totals that were read of scaled networks; none if none could be built."""
    return next((list(network.totals) for network in networks if network.totals), [])


def totals_columns(names: Iterable[str]) -> str:
    """Columns of totals."""
    return " | ".join(f"{name} {{totals[{name}]:{name}}}" for name in names)


def departures(adjustments: Iterable[Adjustment]) -> str:
    """Letters of what was rounded; the reason of whatever is worse."""
    letters = dict.fromkeys(
        _LETTERS[one.knob or ""] for one in adjustments if one.departure == "rounded"
    )
    worse = [f"{one.departure}: {one.reason}" for one in adjustments if one.departure != "rounded"]
    return "; ".join(["".join(letters)] * bool(letters) + worse)
