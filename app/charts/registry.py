"""The charts there are, discovered from the files beside this one: each has a ``CHART``."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from archmeter.app import charts as package
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
