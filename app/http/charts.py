"""Charts by URL: as Vega-Lite, as images, and their rows as tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, cast, get_args

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Request, Response

from archmeter.analyzers.answers import Rows
from archmeter.app import tables
from archmeter.app.ask import strict_json
from archmeter.app.ask.errors import UnknownFormat
from archmeter.app.ask.records import Rendering
from archmeter.app.ask.request import from_text
from archmeter.app.ask.validation import nearest
from archmeter.app.charts import rendering
from archmeter.app.charts.chart import Chart, Drawing, Look, vega_lite
from archmeter.app.charts.listing import ChartKind, ChartList
from archmeter.app.charts.registry import charts
from archmeter.app.http import operations
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp, RendererOfApp, SettingsOfApp, StoreOfApp
from archmeter.app.http.operations import answered, content_of, json_of, kept
from archmeter.app.http.problems import NotFound, problems
from archmeter.models.errors import ArchmeterError

router = APIRouter(tags=["charts"])

MEDIA_TYPES: Mapping[str, str] = {
    "vl.json": "application/vnd.vegalite.v6+json",
    **rendering.MEDIA_TYPES,
    **tables.MEDIA_TYPES,
}

# Up to some seconds of counting, as in scaling studies: cheap charts need not wait behind others.
_LANE = CapacityLimiter(2)

_FOREVER = "public, max-age=31536000, immutable"

ANYWHERE = {"Access-Control-Allow-Origin": "*"}
"""For pages elsewhere that draw by URL; nothing here depends on who asks."""

ANSWERS = (ChartList,)
"""What is answered here."""


class UnknownRendering(ArchmeterError):
    """A static chart that was never drawn here, or gave way to newer ones."""

    code = "unknown_rendering"


@router.get(
    "/v1/charts",
    operation_id="listCharts",
    responses=answered("Every chart.", json_of("ChartList")),
)
async def list_charts() -> Response:
    """List every chart, with what can be asked of it."""
    items = Rows(
        ChartKind(
            name=chart.name,
            title=chart.title,
            summary=chart.summary,
            parameters=chart.query.model_json_schema(),
            formats=tuple(MEDIA_TYPES),
        )
        for chart in charts().values()
    )
    found = ChartList(items, len(items), {"self": "/v1/charts"})
    return Response(found.to_json(), media_type="application/json")


def _route(chart: Chart) -> Callable[..., Awaitable[Response]]:
    async def draw(
        request: Request,
        analyses: AnalysesOfApp,
        store: StoreOfApp,
        renderer: RendererOfApp,
        settings: SettingsOfApp,
    ) -> Response:
        wanted = str(request.path_params["format"])
        if wanted not in MEDIA_TYPES:
            accepted = nearest(wanted, MEDIA_TYPES) or ", ".join(MEDIA_TYPES)
            message = f"charts are not offered as {wanted[:40]!r}"
            raise UnknownFormat(message, field="format", value=wanted, accepted=accepted)
        query = from_text(chart.query, dict(request.query_params))
        drawing = await to_thread.run_sync(chart.read, query, analyses, limiter=_LANE)
        sent = dict(ANYWHERE)
        if wanted in get_args(tables.TableFormat):
            table = cast("tables.TableFormat", wanted)
            body = await to_thread.run_sync(tables.export, drawing.rows, table)
        elif wanted == "vl.json":
            body = strict_json.dumps(vega_lite(chart, drawing, query))
        else:
            image = cast("rendering.ImageFormat", wanted)
            key, body = await _image(chart, drawing, query, image, store, renderer, settings)
            sent["Content-Location"] = f"/v1/renderings/{key}"
        return unless_held(request, Response(body, headers=sent, media_type=MEDIA_TYPES[wanted]))

    draw.__doc__ = f"{chart.title[0].upper()}{chart.title[1:]}: {chart.summary}"
    return draw


async def _image(
    chart: Chart,
    drawing: Drawing,
    look: Look,
    image: rendering.ImageFormat,
    store: StoreOfApp,
    renderer: RendererOfApp,
    settings: SettingsOfApp,
) -> tuple[str, bytes]:
    """A static chart and its key: drawn once, and kept."""
    spec = vega_lite(chart, drawing, look)
    key = rendering.rendering_key(spec, image)
    kept = await to_thread.run_sync(store.rendering, key)
    if kept is not None:
        return key, kept.body
    body = await renderer.render(key, spec, image)
    drawn = Rendering(rendering.MEDIA_TYPES[image], body)
    keep = partial(store.keep_rendering, key, drawn, most=settings.max_renderings)
    await to_thread.run_sync(keep)
    return key, body


_OBJECT = {"type": "object", "additionalProperties": True}
_DOCUMENTS = {"vl.json": _OBJECT, "json": {"type": "array", "items": _OBJECT}}
_CONTENT: operations.Schema = {
    media_type: {"schema": _DOCUMENTS[name]} if name in _DOCUMENTS else content_of(name)
    for name, media_type in MEDIA_TYPES.items()
}

_IMAGES = {_type: _CONTENT[_type] for _type in rendering.MEDIA_TYPES.values()}

_FORMAT = operations.in_path(
    "format", "How the chart is written: Vega-Lite, an image, or its rows as a table.", MEDIA_TYPES
)


def drawings() -> APIRouter:
    """The routes of every chart."""
    found = APIRouter(tags=["charts"])
    for chart in charts().values():
        found.add_api_route(
            f"/v1/charts/{chart.name}.{{format}}",
            _route(chart),
            operation_id="draw" + "".join(part.capitalize() for part in chart.name.split("-")),
            summary=f"Draw {chart.title}",
            responses={
                **kept("The chart.", _CONTENT, *ANYWHERE, "Content-Location"),
                **problems(404, 409, 422, 503),
            },
            openapi_extra={"parameters": [_FORMAT, *operations.query_parameters(chart.query)]},
        )
    return found


@router.get(
    "/v1/renderings/{key}",
    operation_id="readRendering",
    responses=kept("The image.", _IMAGES, *ANYWHERE) | problems(404, 503),
)
def read_rendering(
    request: Request,
    key: Annotated[str, Path(description="As a chart's `Content-Location` has it.")],
    store: StoreOfApp,
) -> Response:
    """Show a static chart as it was once drawn: what `Content-Location` of a chart names."""
    found = store.rendering(key) if key.isascii() and key.isalnum() else None
    if found is None:
        raise NotFound(UnknownRendering(f"no such rendering: {key[:64]}", field="key", value=key))
    sent = {"Cache-Control": _FOREVER, **ANYWHERE}
    return unless_held(request, Response(found.body, headers=sent, media_type=found.media_type))
