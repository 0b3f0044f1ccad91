"""Charts by URL: as Vega-Lite, as images, and their rows as tables."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal, cast, get_args

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response

from archmeter.app import strict_json
from archmeter.app.charts import exports, rendering
from archmeter.app.charts.chart import Chart, Drawing, Look, vega_lite
from archmeter.app.charts.registry import charts
from archmeter.app.conditional import entity_tag, holds
from archmeter.app.dependencies import AnalysesOfApp, RendererOfApp, SettingsOfApp, StoreOfApp
from archmeter.app.problems import NotFound, problems
from archmeter.app.records import Rendering
from archmeter.app.schemas import Body
from archmeter.models.errors import ArchmeterError

router = APIRouter(tags=["charts"])

ChartFormat = Literal["vl.json", rendering.ImageFormat, exports.TableFormat]

VEGA_LITE = "application/vnd.vegalite.v6+json"

MEDIA_TYPES: Mapping[str, str] = {
    "vl.json": VEGA_LITE,
    **rendering.MEDIA_TYPES,
    **exports.MEDIA_TYPES,
}

# Up to some seconds of counting, as in the scaling lab: cheap charts need not wait behind others.
_LANE = CapacityLimiter(2)

_FOLLOWS = "public, no-cache"
_FOREVER = "public, max-age=31536000, immutable"


class ChartKind(Body):
    """A chart that can be asked for."""

    name: str
    title: str
    summary: str
    """How to read it."""

    parameters: dict[str, Any]
    """What can be asked of it, as JSON Schema."""

    formats: list[str]
    """`GET /v1/charts/{name}.{format}`."""


class UnknownRendering(ArchmeterError):
    """A static chart that was never drawn here, or gave way to newer ones."""

    code = "unknown_rendering"


@router.get("/v1/charts")
async def list_charts() -> list[ChartKind]:
    """List every chart, with what can be asked of it."""
    return [
        ChartKind(
            name=chart.name,
            title=chart.title,
            summary=chart.summary,
            parameters=chart.query.model_json_schema(),
            formats=list(MEDIA_TYPES),
        )
        for chart in charts().values()
    ]


def _route(chart: Chart) -> Callable[..., Awaitable[Response]]:
    async def draw(
        request: Request,
        format: ChartFormat,  # noqa: A002
        query: Annotated[Look, Query()],
        analyses: AnalysesOfApp,
        store: StoreOfApp,
        renderer: RendererOfApp,
        settings: SettingsOfApp,
    ) -> Response:
        drawing = await to_thread.run_sync(chart.read, query, analyses, limiter=_LANE)
        headers = {"Cache-Control": _FOLLOWS}
        if format in get_args(exports.TableFormat):
            table = cast("exports.TableFormat", format)
            body = await to_thread.run_sync(exports.export, drawing.rows, table)
        elif format == "vl.json":
            body = strict_json.dumps(vega_lite(chart, drawing, query))
        else:
            image = cast("rendering.ImageFormat", format)
            key, body = await _image(chart, drawing, query, image, store, renderer, settings)
            headers["Content-Location"] = f"/v1/renderings/{key}"
        return _response(request, body, MEDIA_TYPES[format], headers)

    draw.__annotations__["query"] = Annotated[chart.query, Query()]
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


for _chart in charts().values():
    router.add_api_route(
        f"/v1/charts/{_chart.name}.{{format}}",
        _route(_chart),
        name=f"draw_{_chart.name}",
        operation_id=f"draw_{_chart.name.replace('-', '_')}",
        response_class=Response,
        responses={
            200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}},
            304: {"description": "The client holds these bytes already."},
            **problems(404, 409, 422, 503),
        },
    )


@router.get(
    "/v1/renderings/{key}",
    response_class=Response,
    responses={
        200: {"content": {media_type: {} for media_type in rendering.MEDIA_TYPES.values()}},
        304: {"description": "The client holds these bytes already."},
        **problems(404, 503),
    },
)
def read_rendering(request: Request, key: str, store: StoreOfApp) -> Response:
    """Show a static chart as it was once drawn: what `Content-Location` of a chart names."""
    found = store.rendering(key) if key.isascii() and key.isalnum() else None
    if found is None:
        raise NotFound(UnknownRendering(f"no such rendering: {key[:64]}", field="key", value=key))
    return _response(request, found.body, found.media_type, {"Cache-Control": _FOREVER})


def _response(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    etag = entity_tag(body)
    # For pages elsewhere that draw by URL; nothing here depends on who asks.
    headers = {**headers, "ETag": etag, "Access-Control-Allow-Origin": "*"}
    if holds(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
