"""Lists without anything around them: an array of flat objects, or CSV, for dashboards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from archmeter.analyzers.devices import devices
from archmeter.app import tables
from archmeter.app.ask.records import Summary
from archmeter.app.ask.request import from_text
from archmeter.app.ask.stored import AnalysisSummary
from archmeter.app.http.charts import ANYWHERE
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.http.operations import NOT_MODIFIED, headers, query_parameters
from archmeter.app.http.problems import problems
from archmeter.app.questions.presets import PresetsRequest
from archmeter.app.store import Search
from archmeter.app.tables import Row
from archmeter.models import registry
from archmeter.models.spec import Family, Preset

router = APIRouter(prefix="/v1/flat", tags=["flat lists"])

FlatFormat = Annotated[Literal["json", "csv"], Path(description="How the list is written.")]

_ROW = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows.",
        "headers": headers("ETag", "Cache-Control", *ANYWHERE),
        "content": {
            "application/json": {"schema": {"type": "array", "items": _ROW}},
            "text/csv": {"schema": {"type": "string"}},
        },
    },
    304: NOT_MODIFIED,
    **problems(422, 503),
}


def analysis_row(summary: Summary) -> Row:
    """A stored analysis, with every total."""
    fields = AnalysisSummary.of(summary).to_dict()
    for name in ("resolution", "created_at", "audit", "links"):
        del fields[name]
    height, width = summary.architecture["resolution"]
    created_at = summary.created_at.isoformat()
    return {
        **fields,
        "audit": summary.audit,
        "height": height,
        "width": width,
        "created_at": created_at,
    }


def family_row(family: Family) -> Row:
    """A family, and how many presets it has."""
    return {
        "family": family.name,
        "title": family.title,
        "summary": family.summary,
        "year": family.paper.year,
        "paper": family.paper.url,
        "presets": len(family.presets),
    }


def preset_row(preset: Preset) -> Row:
    """A preset, and where it is published."""
    return {"preset": preset.name, "family": preset.family, "source": preset.source}


def device_row(fields: dict[str, Any]) -> Row:
    """The scalars of a device, for what is inside others has no column."""
    return {name: value for name, value in fields.items() if not isinstance(value, dict | list)}


@router.get(
    "/analyses.{format}",
    operation_id="listFlatAnalyses",
    response_class=Response,
    responses=_RESPONSES,
)
def list_flat_analyses(
    request: Request,
    format: FlatFormat,  # noqa: A002
    analyses: AnalysesOfApp,
    search: Annotated[Search, Query()],
) -> Response:
    """List analyses with every total: the filters, order and pages are those of `/v1/analyses`."""
    _, found = analyses.search(search)
    return _rows(request, [analysis_row(summary) for summary in found], format)


def _families(_: Request) -> list[Row]:
    return [family_row(family) for family in registry.families().values()]


def _presets(request: Request) -> list[Row]:
    family = from_text(PresetsRequest, dict(request.query_params)).family
    found = registry.presets().values() if family is None else registry.family(family).presets
    return [preset_row(preset) for preset in found]


def _devices(_: Request) -> list[Row]:
    return [device_row(device.to_dict()) for device in devices().values()]


def _route(rows: Callable[[Request], list[Row]]) -> Callable[..., Response]:
    def read(request: Request, format: FlatFormat) -> Response:  # noqa: A002
        return _rows(request, rows(request), format)

    return read


for _noun, _read, _parameters in (
    ("families", _families, []),
    ("presets", _presets, query_parameters(PresetsRequest)),
    ("devices", _devices, []),
):
    router.add_api_route(
        f"/{_noun}.{{format}}",
        _route(_read),
        operation_id=f"listFlat{_noun.capitalize()}",
        summary=f"List flat {_noun}",
        description=f"List the {_noun} there are, a flat object or a line each: the choices of a "
        "dashboard's variable.",
        response_class=Response,
        responses=_RESPONSES,
        openapi_extra={"parameters": _parameters} if _parameters else None,
    )


def _rows(request: Request, rows: Sequence[Row], wanted: FlatFormat) -> Response:
    body = tables.export(rows, wanted)
    media_type = tables.MEDIA_TYPES[wanted]
    return unless_held(request, Response(body, headers=dict(ANYWHERE), media_type=media_type))
