"""Charts by name and parameters, as pages ask for them."""

from collections.abc import Mapping

from archmeter.app.ask import strict_json
from archmeter.app.ask.request import from_text
from archmeter.app.charts.registry import chart_called
from archmeter.app.store.analyses import Analyses
from archmeter.app.web.figure import Figure, figure
from archmeter.app.web.network_form import NetworkForm


def some_figure(name: str, parameters: Mapping[str, str], analyses: Analyses) -> Figure:
    """A chart for a page, asked for as in a URL.

    Raises:
        ArchmeterError: if a parameter does not validate, or there is nothing to draw.
    """
    return figure(name, from_text(chart_called(name).query, parameters), analyses)


def of_network(form: NetworkForm) -> dict[str, str]:
    """The parameters of a chart that say which network it is of."""
    document = form.document
    named = document.pop("architecture")
    fed = {name: str(value) for name, value in document.items()}
    if [*named] == ["preset"]:
        return {"preset": named["preset"], **fed}
    return {"architecture": strict_json.dumps(named).decode(), **fed}
