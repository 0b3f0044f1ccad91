"""Everything that was analyzed, and the catalogue: any two figures, and what nothing beats."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import log10
from typing import Annotated, NamedTuple

from pydantic import Field

from archmeter.analyzers.scaling.pareto import pareto
from archmeter.app.ask.network import Network
from archmeter.app.ask.totals import TOTALS, figures
from archmeter.app.charts.accuracy import Accuracy, accuracies
from archmeter.app.charts.chart import CONVENTION, Chart, Drawing, Look, Spec
from archmeter.app.charts.encoding import Channel, axis, exact, layer, log_axis, named, plain
from archmeter.app.charts.label_placement import Spot, label_layers, placed
from archmeter.app.charts.labels import OneOf, called
from archmeter.app.charts.theme import SERIES
from archmeter.app.store import Search
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row
from archmeter.models import registry
from archmeter.models.spec import InputSpec

TOP1 = "top1"
_PAGE = 500
_HEIGHT = 360
_FRONT, _BEATEN = "on the Pareto front", "beaten"

Figure = Annotated[str, OneOf((*TOTALS, TOP1))]


class ScatterLook(Look):
    """Networks by two figures."""

    x: Figure = "macs"
    """Figure to the right; `top1` is accuracy as published, of networks that have it."""

    y: Figure = "params"
    """Figure upwards."""

    family: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Only networks of this family."""

    stored: bool = True
    """Draw analyses that were made here; the newest."""

    presets: bool = False
    """Draw every preset of the catalogue too, fed one image of float32."""

    limit: Annotated[int, Field(ge=1, le=5_000)] = 2_000
    """Analyses at most."""


class _Network(NamedTuple):
    about: Row
    figures: Mapping[str, int]
    accuracies: list[Accuracy]

    def points(self, axes: tuple[str, str]) -> Iterator[Row]:
        """The network, or as many as accuracies were published of it, if these are drawn."""
        drawn = {axis: self.figures[axis] for axis in axes if axis != TOP1}
        printed = [one._asdict() for one in self.accuracies] if TOP1 in axes else [{}]
        return ({**self.about, **drawn, **accuracy} for accuracy in printed)


def _stored(query: ScatterLook, analyses: Analyses) -> Iterator[_Network]:
    for offset in range(0, query.limit, _PAGE):
        most = min(_PAGE, query.limit - offset)
        total, page = analyses.search(Search(family=query.family, limit=most, offset=offset))
        for one in page:
            fed = {"batch": one.batch, "dtype": one.dtype, "is_stored": True}
            about = {"network": one.name, "family": one.family, "id": one.id, **fed}
            yield _Network(about, one.figures, accuracies(one.architecture))
        if offset + most >= total:
            break


@cache
def _presets(family: str) -> tuple[_Network, ...]:
    """Networks of the catalogue; seconds for all families, once."""
    found: list[_Network] = []
    for preset in registry.family(family).presets:
        network = Network(preset.spec, InputSpec())
        fed = {**network.input.model_dump(), "is_stored": False}
        about = {"network": preset.name, "family": family, "id": network.id, **fed}
        known = accuracies(preset.spec.canonical())
        found.append(_Network(about, figures(network.count()), known))
    return tuple(found)


def _networks(query: ScatterLook, analyses: Analyses) -> Iterable[_Network]:
    """Each network once: as stored, if it is."""
    found: dict[str, _Network] = {}
    if query.stored:
        found = {network.about["id"]: network for network in _stored(query, analyses)}
    if query.presets:
        for family in registry.families() if query.family is None else [query.family]:
            for network in _presets(family):
                found.setdefault(network.about["id"], network)
    return found.values()


def _read(query: ScatterLook, analyses: Analyses) -> Drawing:
    axes = (query.x, query.y)
    rows = [row for network in _networks(query, analyses) for row in network.points(axes)]
    front = set(pareto([tuple(_cost(row, axis) for axis in axes) for row in rows]))
    rows = [row | {"standing": _FRONT if i in front else _BEATEN} for i, row in enumerate(rows)]
    what = ", ".join(
        f"{'more' if axis == TOP1 else 'fewer'} {called(axis)}" for axis in dict.fromkeys(axes)
    )
    note = f"better is {what}; on the front nothing else is better in both; {CONVENTION}"
    networks = len({row["id"] for row in rows})
    about = f" of {query.family}" if query.family else ""
    subject = f"{networks} networks{about}, {called(query.y)} over {called(query.x)}"
    return Drawing(subject, note, rows)


def _cost(row: Row, axis: str) -> float:
    value: float = row[axis]
    return -value if axis == TOP1 else value


class _Axis(NamedTuple):
    """An axis whose ends are known before it is drawn."""

    channel: Channel
    logarithmic: bool

    def share(self, value: float) -> float:
        """How far along the axis a value is."""
        low, high = map(float, self.channel["scale"]["domain"])
        if self.logarithmic:
            return log10(value / low) / log10(high / low)
        return (value - low) / (high - low)


def _axis(rows: list[Row], field: str) -> _Axis:
    numbers = [row[field] for row in rows]
    if field != TOP1 and all(number > 0 for number in numbers):
        return _Axis(log_axis(field, numbers), logarithmic=True)
    low, high = min(numbers, default=0), max(numbers, default=1)
    free = (high - low) * 0.04 or 1
    scale = {"domain": [low - free, high + free], "nice": False, "zero": False}
    return _Axis(axis(field, scale=scale), logarithmic=False)


def _draw(rows: list[Row], query: ScatterLook) -> Spec:
    across, up = _axis(rows, query.x), _axis(rows, query.y)
    x, y = across.channel, up.channel

    def spot(row: Row) -> Spot:
        return Spot(across.share(row[query.x]), up.share(row[query.y]), row["network"], row)

    front = [row for row in rows if row["standing"] == _FRONT]
    front.sort(key=lambda row: -row[query.x])
    spots = [spot(row) for row in front]
    others = [spot(row) for row in rows if row["standing"] == _BEATEN]
    line = layer(
        "line",
        {"color": SERIES[3], "strokeWidth": 1.5},
        data=front,
        x=x,
        y=y,
        order={"field": query.x, "type": "quantitative"},
    )
    points = layer(
        "circle",
        {"opacity": 0.8},
        x=x,
        y=y,
        size={"condition": {"test": f"datum.standing == '{_FRONT}'", "value": 70}, "value": 28},
        color=named("standing", {_FRONT: SERIES[3], _BEATEN: SERIES[0]}),
        tooltip=[
            *plain("network", "family", "batch", "dtype"),
            *(exact(axis) for axis in dict.fromkeys((query.x, query.y))),
            *(plain("source") if TOP1 in (query.x, query.y) else []),
        ],
    )
    labels = label_layers(placed(spots, others, query.height or _HEIGHT), x, y)
    return {"layer": [line, points, *labels]}


CHART = Chart(
    name="scatter",
    title="Pareto front",
    summary="Each point is a network; nothing is better in both figures than those on the line.",
    query=ScatterLook,
    read=_read,
    draw=_draw,
    height=_HEIGHT,
)
"""Networks by two figures, with the Pareto front."""
