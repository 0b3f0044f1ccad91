"""What is printed of scaled networks: their sizes and totals, what was not as wanted, curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log
from typing import TYPE_CHECKING, Protocol

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.scaling.knobs import Multipliers
from archmeter.analyzers.scaling.points import ScaledNetwork
from archmeter.analyzers.scaling.sizes import Sizes
from archmeter.analyzers.scaling.totals import ROOFLINE

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer

_DIMENSIONS = ("depth", "width", "resolution")
ROUNDED = "rounded: d depth, w width, r resolution, g group width"

_LETTERS = {"depth": "d", "width": "w", "resolution": "r", "group_width": "g"}


class Fed(Protocol):
    """Says what networks were fed."""

    @property
    def batch(self) -> int:
        """Images at once."""

    @property
    def dtype(self) -> str:
        """Type of weights and activations alike."""


def fed(how: Fed) -> str:
    """What networks were fed, where it is not one image of float32."""
    words = [f"batch {how.batch}"] * (how.batch != 1) + [how.dtype] * (how.dtype != "float32")
    return "".join(f", {word}" for word in words)


def sparkline(values: Iterable[float | None]) -> str:
    """Bars on a logarithmic scale; a blank where there is no value."""
    from archmeter.app.cli.printer import BARS  # noqa: PLC0415 - rich takes its time

    drawn = list(values)
    logs = [log(value) for value in drawn if value]
    low, high = min(logs, default=0.0), max(logs, default=0.0)
    step = (high - low) / (len(BARS) - 1) or 1.0
    return "".join(BARS[round((log(value) - low) / step)] if value else " " for value in drawn)


def show_networks(
    networks: Sequence[ScaledNetwork], names: list[str], heads: list[list[str]], out: Printer
) -> None:
    """A table of scaled networks, each after what tells it from the others."""
    totals = total_names(networks)
    lines = [
        [
            *head,
            *(f"{getattr(network.wanted, name):.3g}" for name in _DIMENSIONS),
            *size_texts(network.sizes),
            *(amount(name, network.totals[name]) if network.totals else "-" for name in totals),
            f"{network.ideal:.3g}×",
            multiple(network.counted),
            not_as_wanted(network),
        ]
        for head, network in zip(heads, networks, strict=True)
    ]
    numbers = ["d", "w", "r", "blocks", "widths", "side", *totals, "ideal", "counted"]
    out.table(names, numbers, lines, ["not as wanted"])


def total_names(networks: Sequence[ScaledNetwork]) -> list[str]:
    """The totals that were read of scaled networks; none if none could be built."""
    return next((list(network.totals) for network in networks if network.totals), [])


def amount(name: str, value: float) -> str:
    """A total by its name: times in milliseconds, everything else as it is counted."""
    if name == ROOFLINE:
        return f"{value * 1e3:.4g} ms"
    return si(int(value), "B" if name.endswith("bytes") else "")


def multiple(ratio: float | None) -> str:
    """``1.92×``, or a dash."""
    return "-" if ratio is None else f"{ratio:.3g}×"


def pairs(published: Multipliers, law: Multipliers) -> list[str]:
    """Depth, width and resolution, each as it was published and as a law has it."""
    return [f"{getattr(one, name):.3g}" for name in _DIMENSIONS for one in (published, law)]


def size_texts(sizes: Sizes | None) -> list[str]:
    """Blocks in all, widths of the first and last stage, sides."""
    if sizes is None:
        return ["-", "-", "-"]
    widths = sizes.widths
    return [
        str(sum(sizes.depths)),
        f"{widths[0]}…{widths[-1]}" if widths else "-",
        side_text(sizes.resolution),
    ]


def side_text(resolution: tuple[int, int]) -> str:
    """``224``, or ``224×320``."""
    height, width = resolution
    return str(height) if height == width else f"{height}×{width}"


def not_as_wanted(network: ScaledNetwork) -> str:
    """Letters of what was rounded; the reason of whatever is worse."""
    letters = dict.fromkeys(
        _LETTERS[one.knob or ""] for one in network.adjustments if one.departure == "rounded"
    )
    worse = [
        f"{one.departure}: {one.reason}"
        for one in network.adjustments
        if one.departure != "rounded"
    ]
    return "; ".join(["".join(letters)] * bool(letters) + worse)
