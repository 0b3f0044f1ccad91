"""Lists without anything around them: an array of flat objects, or CSV, for dashboards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from archmeter.analyzers.devices import Device, devices
from archmeter.app import tables
from archmeter.app.ask.records import Summary
from archmeter.app.ask.request import from_text
from archmeter.app.ask.stored import AnalysisSummary
from archmeter.app.http.charts import ANYWHERE
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.http.operations import content_of, kept, query_parameters
from archmeter.app.http.problems import problems
from archmeter.app.questions.presets import PresetsRequest
from archmeter.app.store import Search
from archmeter.app.tables import Row
from archmeter.models import registry

router = APIRouter(prefix="/v1/flat", tags=["flat lists"])

FlatFormat = Annotated[Literal["json", "csv"], Path(description="How the list is written.")]

_ROW = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
_ROWS = {
    "application/json": {"schema": {"type": "array", "items": _ROW}},
    "text/csv": content_of("csv"),
}
_RESPONSES = kept("The rows.", _ROWS, *ANYWHERE) | problems(422, 503)


@router.get(
    "/analyses.{format}",
    operation_id="listFlatAnalyses",
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
    return _sent(request, [_analysis(summary) for summary in found], format)


def _analysis(summary: Summary) -> Row:
    """A stored analysis, with every total."""
    fields = AnalysisSummary.of(summary).to_dict()
    for name in ("audit", "created_at", "links"):
        del fields[name]
    height, width = fields.pop("resolution")
    return {
        **fields,
        "audit": summary.audit,
        "height": height,
        "width": width,
        "created_at": summary.created_at.isoformat(),
    }


def _families(_: Request) -> list[Row]:
    return [
        {
            "family": family.name,
            "title": family.title,
            "summary": family.summary,
            "year": family.paper.year,
            "paper": family.paper.url,
            "presets": len(family.presets),
        }
        for family in registry.families().values()
    ]


def _presets(request: Request) -> list[Row]:
    family = from_text(PresetsRequest, dict(request.query_params)).family
    found = registry.presets().values() if family is None else registry.family(family).presets
    return [{"preset": one.name, "family": one.family, "source": one.source} for one in found]


def _devices(_: Request) -> list[Row]:
    """What is inside others has no column."""
    return [
        {name: value for name, value in fields.items() if not isinstance(value, dict | list)}
        for fields in map(Device.to_dict, devices().values())
    ]


def _route(rows: Callable[[Request], list[Row]]) -> Callable[..., Response]:
    def read(request: Request, format: FlatFormat) -> Response:  # noqa: A002
        return _sent(request, rows(request), format)

    return read


def _sent(request: Request, rows: Sequence[Row], wanted: FlatFormat) -> Response:
    body = tables.export(rows, wanted)
    media_type = tables.MEDIA_TYPES[wanted]
    return unless_held(request, Response(body, headers=dict(ANYWHERE), media_type=media_type))


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
        responses=_RESPONSES,
        openapi_extra={"parameters": _parameters} if _parameters else None,
    )
