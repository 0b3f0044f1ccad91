"""A chart: rows, which are also a table to be exported, and the Vega-Lite that draws them."""

from collections.abc import Callable, Mapping
from textwrap import wrap
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from archmeter.app.ask.network import NetworkRequest
from archmeter.app.ask.request import Request
from archmeter.app.charts.theme import Theme, config
from archmeter.app.store.analyses import Analyses
from archmeter.app.tables import Row

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""The version of the language; nobody fetches it."""

_TITLE_LETTER, _NOTE_LETTER = 7.3, 5.5
"""Pixels that a letter of the title and of the note take, about."""

_BESIDES = 40
"""Pixels that a title may have more than the plot: those of the axis."""

CONVENTION = (
    "1 MAC = one multiply-accumulate; FLOPs = 2·MACs + everything besides; "
    "1\u00a0M\u00a0=\u00a010^6"
)


class Look(Request):
    """How a chart is to look."""

    theme: Theme = "light"
    """Colours: dark lines on white, or light ones on black."""

    width: Annotated[int, Field(ge=160, le=4_000)] = 720
    """Width of the plot in pixels; axes and legend come besides."""

    height: Annotated[int, Field(ge=80, le=4_000)] | None = None
    """Height of the plot in pixels; without it, as much as it needs."""


class NetworkLook(NetworkRequest, Look):
    """A chart of one network."""


class Drawing(NamedTuple):
    """What is drawn.

    Attributes:
        subject: what it is of, as the chart's title: ``resnet50``.
        note: units and convention, below the title.
        rows: flat objects: the data of the chart, and the table that is exported.
    """

    subject: str
    note: str
    rows: list[Row]


class Chart(NamedTuple):
    """A kind of chart.

    Attributes:
        name: as in its URL.
        title: what it shows.
        summary: how to read it, in a sentence.
        query: what can be asked of it: a `Look` and more.
        read: rows for a query. It may count or search, so it runs in a thread.
        draw: marks and encodings for rows, without data, size and theme.
        height: of the plot if nobody asks for another; None where Vega-Lite knows from the rows.
    """

    name: str
    title: str
    summary: str
    query: type[Look]
    read: Callable[[Any, Analyses], Drawing]
    draw: Callable[[list[Row], Any], Spec]
    height: int | None = None


def vega_lite(
    chart: Chart, drawing: Drawing, look: Look, *, width: int | str | None = None
) -> Spec:
    """The whole Vega-Lite specification, its data inside.

    Args:
        chart: the kind of chart.
        drawing: what is drawn.
        look: the query that asked for it.
        width: in place of that of the look; ``container`` to fill what is around it.
    """
    height = look.height or chart.height
    size: Mapping[str, Any] = {"width": width or look.width} | (
        {"height": height} if height else {}
    )
    return {
        "$schema": SCHEMA,
        "title": {
            "text": _lines(f"{drawing.subject}: {chart.title}", look.width, _TITLE_LETTER),
            "subtitle": _lines(drawing.note, look.width, _NOTE_LETTER),
        },
        "description": f"{chart.title} of {drawing.subject}. {chart.summary}",
        "config": config(look.theme),
        "data": {"values": drawing.rows},
        **size,
        **chart.draw(drawing.rows, look),
    }


def _lines(text: str, width: int, letter: float) -> list[str]:
    """A text in lines no longer than the chart is wide."""
    return wrap(text, int((width + _BESIDES) / letter)) or [""]
