"""Lists without anything around them: an array of flat objects, or CSV, for dashboards."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from archmeter.analyzers.devices import devices
from archmeter.app.charts.chart import Row
from archmeter.app.charts.exports import MEDIA_TYPES, export
from archmeter.app.conditional import entity_tag, holds
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.flat import analysis_row, family_row, preset_row, scalar_row
from archmeter.app.problems import problems
from archmeter.app.routes.presets import PresetFilter
from archmeter.app.store import Search
from archmeter.models import registry

router = APIRouter(prefix="/v1/flat", tags=["flat lists"])

FlatFormat = Literal["json", "csv"]
FlatRow = dict[str, str | int | float | bool | None]

_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPES["csv"]: {}}},
    304: {"description": "The client holds these bytes already."},
}


@router.get(
    "/analyses.{format}",
    response_model=list[FlatRow],
    responses={**_CONTENT, **problems(422, 503)},
)
def list_flat_analyses(
    request: Request,
    format: FlatFormat,  # noqa: A002
    analyses: AnalysesOfApp,
    search: Annotated[Search, Query()],
) -> Response:
    """List analyses with every figure: the filters, order and pages are those of `/v1/analyses`."""
    _, found = analyses.search(search)
    return _rows(request, [analysis_row(summary) for summary in found], format)


@router.get(
    "/families.{format}", response_model=list[FlatRow], responses={**_CONTENT, **problems(422)}
)
def list_flat_families(request: Request, format: FlatFormat) -> Response:  # noqa: A002
    """List every family: a dashboard's variable."""
    return _rows(request, [family_row(family) for family in registry.families().values()], format)


@router.get(
    "/presets.{format}", response_model=list[FlatRow], responses={**_CONTENT, **problems(422)}
)
def list_flat_presets(
    request: Request,
    format: FlatFormat,  # noqa: A002
    wanted: Annotated[PresetFilter, Query()],
) -> Response:
    """List presets, of one family or of all: a dashboard's variable."""
    family = wanted.family
    found = registry.presets().values() if family is None else registry.family(family).presets
    return _rows(request, [preset_row(preset) for preset in found], format)


@router.get(
    "/devices.{format}", response_model=list[FlatRow], responses={**_CONTENT, **problems(422)}
)
def list_flat_devices(request: Request, format: FlatFormat) -> Response:  # noqa: A002
    """List every device with its memory and its bandwidth: a dashboard's variable."""
    found = [scalar_row(device.as_dict().items()) for device in devices().values()]
    return _rows(request, found, format)


def _rows(request: Request, rows: Sequence[Row], wanted: FlatFormat) -> Response:
    body = export(rows, wanted)
    etag = entity_tag(body)
    # Read from dashboards elsewhere; nothing here depends on who asks.
    headers = {
        "ETag": etag,
        "Cache-Control": "public, no-cache",
        "Access-Control-Allow-Origin": "*",
    }
    if holds(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPES[wanted], headers=headers)
