"""One chart on a page of its own, with its rows: where frames and images lead back to."""

from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from archmeter.app.charts.chart import NetworkLook
from archmeter.app.charts.registry import charts
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.store.analyses import Analyses
from archmeter.app.web.embedding import Picture
from archmeter.app.web.figure import figure
from archmeter.app.web.links import explorer_url
from archmeter.app.web.messages import shown_or_refused
from archmeter.app.web.site import page
from archmeter.app.web.tables import Table

router = APIRouter()


@router.get("/charts/{name}")
def show_chart(request: Request, name: str, analyses: AnalysesOfApp) -> Response:
    """A chart and its rows."""
    status, shown = shown_or_refused(partial(_shown, request, name, analyses), "Nothing to show")
    answer = page("chart.html", {**shown, "charts": charts(), "here": "/charts"}, status=status)
    return unless_held(request, answer) if status is HTTPStatus.OK else answer


def _shown(request: Request, name: str, analyses: Analyses) -> dict[str, Any]:
    look = Picture.read(name, request.query_params.multi_items()).look
    drawn = figure(name, look, analyses)
    network = look.network(analyses) if isinstance(look, NetworkLook) else None
    return {
        "title": " ".join(drawn.spec["title"]["text"]),
        "drawn": drawn,
        "table": Table.of(drawn.spec["data"]["values"]),
        "explorer": explorer_url(network.spec, network.input) if network else None,
    }
