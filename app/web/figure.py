"""A chart on a page: its specification for the browser, and where else it is to be had."""

from typing import NamedTuple
from urllib.parse import urlencode

from archmeter.app.charts.chart import Look, Spec, vega_lite
from archmeter.app.charts.registry import charts
from archmeter.app.services import Analyses


class Figure(NamedTuple):
    """A chart on a page.

    Attributes:
        spec: Vega-Lite that fills the width there is.
        query: of every URL of this chart: ``/v1/charts/{name}.svg?{query}``.
    """

    name: str
    title: str
    summary: str
    spec: Spec
    query: str


def figure(name: str, look: Look, analyses: Analyses) -> Figure:
    """A chart for a page.

    Raises:
        ArchmeterError: if there is nothing to draw.
    """
    chart = charts()[name]
    drawing = chart.read(look, analyses)
    spec = vega_lite(chart, drawing, look, width="container")
    return Figure(chart.name, chart.title, chart.summary, spec, query_of(look))


def query_of(look: Look) -> str:
    """The shortest query that asks the same of a chart."""
    given = look.model_dump(mode="json", exclude_defaults=True)
    return urlencode({key: _text(value) for key, value in given.items() if value is not None})


def _text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list() | tuple():
            return ",".join(map(_text, value))
        case _:
            return str(value)
