"""What is asked of a chart, read from the parameters of a URL: of a page, a frame, a snippet."""

from collections.abc import Iterable

from archmeter.app.charts.chart import Chart, Look
from archmeter.app.charts.registry import charts
from archmeter.app.errors import UnknownChart
from archmeter.app.validation import nearest, validate


def chart_called(name: str) -> Chart:
    """A chart by its name.

    Raises:
        UnknownChart: if there is none.
    """
    chart = charts().get(name)
    if chart is None:
        raise UnknownChart(
            f"there is no chart called {name[:80]!r}",
            field="name",
            value=name,
            accepted=nearest(name, charts()) or ", ".join(charts()),
        )
    return chart


def asked(chart: Chart, parameters: Iterable[tuple[str, str]]) -> Look:
    """The query that the parameters are, as `/v1/charts/{name}` would read it.

    Raises:
        InvalidRequest: naming every parameter at fault.
    """
    return validate(chart.query, dict(parameters))
