"""One chart on a page of its own, with its rows: where frames and images lead back to."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from archmeter.app.charts.chart import NetworkLook
from archmeter.app.charts.registry import charts
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.web.embedding import Picture
from archmeter.app.web.figure import figure
from archmeter.app.web.links import explorer_url
from archmeter.app.web.refused import refused
from archmeter.app.web.site import page
from archmeter.app.web.tables import Table
from archmeter.models.errors import ArchmeterError

router = APIRouter()


@router.get("/charts/{name}")
def show_chart(request: Request, name: str, analyses: AnalysesOfApp) -> Response:
    """A chart and its rows."""
    shown: dict[str, Any] = dict.fromkeys(("drawn", "table", "explorer"))
    try:
        picture = Picture.read(name, request.query_params.multi_items())
        drawn = figure(name, picture.look, analyses)
        shown |= {
            "title": " ".join(drawn.spec["title"]["text"]),
            "drawn": drawn,
            "table": Table.of(drawn.spec["data"]["values"]),
            "explorer": _explorer(picture, analyses),
            "errors": [],
        }
        status = HTTPStatus.OK
    except ArchmeterError as error:
        status, sentences = refused(error)
        shown |= {"title": "Nothing to show", "errors": sentences}
    others = charts() if status is not HTTPStatus.OK else {}
    answer = page("chart.html", {**shown, "others": others, "here": "/charts"}, status=status)
    return unless_held(request, answer) if status is HTTPStatus.OK else answer


def _explorer(picture: Picture, analyses: AnalysesOfApp) -> str | None:
    """Where the network of a chart is explored, if it is of one."""
    if not isinstance(picture.look, NetworkLook):
        return None
    network = picture.look.network(analyses)
    return explorer_url(network.spec, network.input)
