"""Charts and tables in frames of other sites.

A frame in a sandbox has no origin: nothing here reads the browser's storage, scripts are classic,
and data stand in the page.
"""

from http import HTTPStatus
from typing import Any, get_args

from fastapi import APIRouter, Request, Response

from archmeter.app.charts.chart import Drawing, Spec
from archmeter.app.charts.series import with_series
from archmeter.app.charts.theme import Theme
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp, SettingsOfApp
from archmeter.app.settings import Settings
from archmeter.app.store.analyses import Analyses
from archmeter.app.web.embedding import EmbedKind, Picture
from archmeter.app.web.messages import shown_or_refused
from archmeter.app.web.site import page
from archmeter.app.web.tables import Table

router = APIRouter()

_WITHOUT_OWN_SIZE = {"concat", "hconcat", "vconcat", "facet", "repeat"}
"""What Vega-Lite cannot fit into a container."""


@router.get("/embed/charts/{name}")
def embed_chart(
    request: Request, name: str, analyses: AnalysesOfApp, settings: SettingsOfApp
) -> Response:
    """A chart that fills its frame, unless the query names a size."""
    return _embed(request, "charts", name, analyses, settings)


@router.get("/embed/tables/{name}")
def embed_table(
    request: Request, name: str, analyses: AnalysesOfApp, settings: SettingsOfApp
) -> Response:
    """The rows of a chart."""
    return _embed(request, "tables", name, analyses, settings)


def _embed(
    request: Request, kind: EmbedKind, name: str, analyses: Analyses, settings: Settings
) -> Response:
    given = request.query_params.get("theme")
    theme: Theme = next((theme for theme in get_args(Theme) if theme == given), "light")

    def show() -> dict[str, Any]:
        picture = Picture.read(name, request.query_params.multi_items())
        drawing = picture.chart.read(picture.look, analyses)
        charts = kind == "charts"
        return {
            "title": picture.titled(drawing),
            "note": drawing.note,
            "name": name,
            "query": picture.query,
            **({"spec": _spec(picture, drawing)} if charts else {"table": Table.of(drawing.rows)}),
        }

    status, shown = shown_or_refused(show, "Nothing to show")
    answer = page(
        "embed.html", {**shown, "theme": theme}, status=status, ancestors=settings.embed_ancestors
    )
    return unless_held(request, answer) if status is HTTPStatus.OK else answer


def _spec(picture: Picture, drawing: Drawing) -> Spec:
    spec = with_series(picture.chart, drawing, picture.look, picture.series)
    encoding = spec.get("encoding", {})
    if _WITHOUT_OWN_SIZE & spec.keys() or {"row", "column", "facet"} & encoding.keys():
        return spec
    chosen = picture.look.model_fields_set
    fitting = {side: "container" for side in ("width", "height") if side not in chosen}
    return {**spec, **fitting, "autosize": {"type": "fit", "contains": "padding"}}
