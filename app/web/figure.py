"""A chart on a page: its specification for the browser, and where else it is to be had."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from archmeter.app.ask.request import from_text, to_text
from archmeter.app.charts.chart import Look, Spec, vega_lite
from archmeter.app.charts.registry import chart_called
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
    chart = chart_called(name)
    drawing = chart.read(look, analyses)
    spec = vega_lite(chart, drawing, look, width="container")
    return Figure(chart.name, chart.title, chart.summary, spec, query_of(look))


def some_figure(name: str, parameters: Mapping[str, str], analyses: Analyses) -> Figure:
    """A chart for a page, asked for as in a URL.

    Raises:
        ArchmeterError: if a parameter does not validate, or there is nothing to draw.
    """
    return figure(name, from_text(chart_called(name).query, parameters), analyses)


def query_of(look: Look) -> str:
    """The shortest query that asks the same of a chart."""
    return urlencode(to_text(look))
