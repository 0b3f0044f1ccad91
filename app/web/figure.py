"""A chart on a page: its specification for the browser, and where else it is to be had."""

from typing import NamedTuple
from urllib.parse import urlencode

from archmeter.app.ask.request import to_text
from archmeter.app.charts.chart import Look, Spec, vega_lite
from archmeter.app.charts.registry import charts
from archmeter.app.store.analyses import Analyses


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
    return urlencode(to_text(look))
