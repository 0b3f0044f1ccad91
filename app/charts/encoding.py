"""Pieces of Vega-Lite: layers of marks, and the channels that tell marks apart."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, log10
from types import MappingProxyType
from typing import Any

from archmeter.app.charts.chart import Spec
from archmeter.app.charts.labels import called
from archmeter.app.tables import Row

Channel = dict[str, Any]

ONCE: Sequence[Row] = ({},)
"""The data of a mark that is of no row: a line of reference."""

_TICKS: tuple[tuple[float, Sequence[float]], ...] = (
    (3.2, (1,)),
    (1.6, (1, 3)),
    (0.7, (1, 2, 5)),
    (0.0, tuple(i / 2 for i in range(2, 20))),
)
"""Leading digits of ticks for an axis that spans more than so many decades."""

_LEAST_ROOM = 0.03


def layer(
    mark: str,
    style: Mapping[str, Any] = MappingProxyType({}),
    *,
    data: Iterable[Row] | None = None,
    where: str | None = None,
    transform: Iterable[Spec] = (),
    **channels: Channel | list[Channel],
) -> Spec:
    """Marks of one kind.

    Args:
        mark: the kind.
        style: what all of them have in common.
        data: their own, in place of the chart's rows.
        where: which rows they are of, in Vega's language.
        transform: what is computed of these first.
        channels: what tells them apart.
    """
    steps = [*([{"filter": where}] if where else []), *transform]
    return {
        **({"data": {"values": list(data)}} if data is not None else {}),
        **({"transform": steps} if steps else {}),
        "mark": {"type": mark, **style},
        "encoding": channels,
    }


def axis(
    field: str, title: str | None = None, *, scale: Mapping[str, Any] | None = None, **more: Any
) -> Channel:
    """A number along an axis, with SI prefixes (25.6M) unless another ``format`` is among more."""
    return {
        "field": field,
        "type": "quantitative",
        "title": title or called(field),
        "axis": {"format": "~s", **more},
        **({"scale": scale} if scale else {}),
    }


def log_axis(
    field: str, numbers: Iterable[float], title: str | None = None, **more: Any
) -> Channel:
    """A logarithmic axis around all positive numbers that are to be on it, with few round ticks."""
    known = list(numbers)
    low, high = log10(min(known, default=1)), log10(max(known, default=10))
    free = max((high - low) * 0.04, _LEAST_ROOM)
    low, high = low - free, high + free
    leading = next(steps for span, steps in _TICKS if high - low > span)
    ticks = [step * 10.0**e for e in range(floor(low), ceil(high)) for step in leading]
    shown = [at for at in ticks if low <= log10(at) <= high]
    scale = {"type": "log", "domain": [10**low, 10**high], "nice": False}
    return axis(field, title, scale=scale, values=shown, tickCount=2 * len(shown), **more)


def names(field: str, title: str | None = None, **more: Any) -> Channel:
    """Words along an axis, or told apart by shapes or colours."""
    return {"field": field, "type": "nominal", "title": title, **more}


def named(field: str, shown: Mapping[str, str], **more: Any) -> Channel:
    """Words, each as its own shape or colour, which the legend has in this order."""
    scale = {"domain": list(shown), "range": list(shown.values())}
    return names(field, scale=scale, **more)


def exact(field: str, title: str | None = None, format: str = ",") -> Channel:  # noqa: A002 - Vega's
    """A number in a tooltip, to the unit unless another format is given."""
    title = title or called(field)
    return {"field": field, "type": "quantitative", "format": format, "title": title}


def plain(*fields: str) -> list[Channel]:
    """Words in a tooltip."""
    return [{"field": field, "title": field.replace("_", " ")} for field in fields]
