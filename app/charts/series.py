"""Some of a chart's series, in the colours that they have among all of them."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from archmeter.app.charts.chart import Chart, Drawing, Look, Spec, vega_lite
from archmeter.app.charts.labels import refusal, split
from archmeter.app.tables import Row

_MOST = 50


def with_series(chart: Chart, drawing: Drawing, look: Look, wanted: str | None) -> Spec:
    """A chart of the series whose names stand between commas; of all, if none does.

    Raises:
        InvalidRequest: if the chart has no such series.
    """
    spec = vega_lite(chart, drawing, look)
    if wanted is None:
        return spec
    field, sort = _colour(spec)
    known = _names(drawing.rows, field, sort)
    if not known:
        accepted = "nothing: this chart has no series to choose from"
        raise refusal("series", "no_series", "there are no series", wanted[:80], accepted)
    chosen = split(wanted, "series", known, most=_MOST)
    # Rows that belong to no series, such as lines of reference, stay.
    rows = [row for row in drawing.rows if row.get(field) is None or str(row[field]) in chosen]
    spec = deepcopy(vega_lite(chart, drawing._replace(rows=rows), look))
    for channel in _colours(spec):
        if channel["field"] == field:
            channel["scale"] = {"domain": known, **(channel.get("scale") or {})}
            if channel.get("legend", {}) is not None:
                channel["legend"] = {**channel.get("legend", {}), "values": chosen}
    return spec


def _colour(spec: Spec) -> tuple[str, object]:
    """The field that colours tell apart, and how its values are sorted."""
    for channel in _colours(spec):
        return channel["field"], channel.get("sort", "ascending")
    return "", None


def _colours(node: object) -> Iterator[dict[str, Any]]:
    """Every encoding of names as colours, wherever it stands in a specification."""
    match node:
        case {"color": {"field": str(), "type": "nominal" | "ordinal"} as channel}:
            yield channel
        case dict():
            for key, child in node.items():
                if key not in {"data", "config"}:
                    yield from _colours(child)
        case list():
            for child in node:
                yield from _colours(child)


def _names(rows: Sequence[Row], field: str, sort: object) -> list[str]:
    """The values of a field in the order in which Vega-Lite gives them colours."""
    found = list(dict.fromkeys(str(row[field]) for row in rows if row.get(field) is not None))
    match sort:
        case list():
            first = [str(name) for name in sort if str(name) in found]
            return [*first, *(name for name in found if name not in first)]
        case "ascending":
            return sorted(found)
        case "descending":
            return sorted(found, reverse=True)
        case _:
            return found
