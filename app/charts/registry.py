"""The charts there are, discovered from the files beside this one: each has a ``CHART``."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from archmeter.app import charts as package
from archmeter.app.ask.errors import UnknownChart
from archmeter.app.ask.validation import nearest
from archmeter.app.charts.chart import Chart


@cache
def charts() -> dict[str, Chart]:
    """Every chart by name.

    Raises:
        TypeError: if two have the same name.
    """
    found: dict[str, Chart] = {}
    for info in iter_modules(package.__path__):
        chart = getattr(import_module(f"{package.__name__}.{info.name}"), "CHART", None)
        if chart is not None:
            if chart.name in found:
                raise TypeError(f"two charts are called {chart.name!r}")
            found[chart.name] = chart
    return dict(sorted(found.items()))


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
