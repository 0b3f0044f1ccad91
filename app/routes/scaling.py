"""The scaling lab: how cost grows, and along which dimension it grows best."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response

from archmeter.app import strict_json
from archmeter.app.body import read_json
from archmeter.app.dependencies import SettingsOfApp
from archmeter.app.openapi import request_body
from archmeter.app.problems import problems
from archmeter.app.records import StoredBody
from archmeter.app.scaling.answers import (
    cliffs_answer,
    curves_answer,
    fast_answer,
    published_answer,
    schedule_answer,
    search_answer,
    sensitivity_answer,
    spec_of,
)
from archmeter.app.scaling.bodies import (
    CliffsReport,
    CurvesReport,
    FastReport,
    PublishedScaling,
    ScheduleReport,
    SearchReport,
    SensitivityReport,
)
from archmeter.app.scaling.examples import (
    CLIFFS_EXAMPLES,
    CURVES_EXAMPLES,
    FAST_EXAMPLES,
    SCHEDULE_EXAMPLES,
    SEARCH_EXAMPLES,
    SENSITIVITY_EXAMPLES,
)
from archmeter.app.scaling.kept import KEPT, question_key
from archmeter.app.scaling.queries import CliffsQuery, CurvesQuery, LabQuery, SensitivityQuery
from archmeter.app.scaling.requests import (
    CliffsRequest,
    CurvesRequest,
    FastRequest,
    LabRequest,
    SearchRequest,
    SensitivityRequest,
)
from archmeter.app.scaling.runs import ScheduleRequest
from archmeter.app.stored_answers import stored_response
from archmeter.app.validation import validate
from archmeter.models.spec import ArchitectureSpec

router = APIRouter(prefix="/v1/scaling", tags=["scaling"])

Asked = TypeVar("Asked", bound=LabRequest | ScheduleRequest)

# Up to some seconds of counting. One at a time, so that analyses and queries never wait behind it.
_LANE = CapacityLimiter(1)

_BODY = problems(400, 413, 415, 422, 503)
_QUERY: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client holds these bytes already."},
    **problems(422, 503),
}


@router.post(
    "/curves",
    response_model=CurvesReport,
    responses=_BODY,
    openapi_extra=request_body(CurvesRequest, CURVES_EXAMPLES),
)
async def draw_curves(request: Request, settings: SettingsOfApp) -> Response:
    """Scale a network along depth, width, resolution or all of them, and count every point.

    Beside each point stand the ideal multipliers and what was realised of them, and beside its
    counted cost the ideal one: (α·β²·γ²)^φ. `Cache-Status` (RFC 9211) says whether it was counted
    before.
    """
    document = await read_json(request, limit=settings.max_body_bytes)
    return await _posted("curves", validate(CurvesRequest, document), curves_answer)


@router.get("/curves", response_model=CurvesReport, responses=_QUERY)
async def read_curves(request: Request, query: Annotated[CurvesQuery, Query()]) -> Response:
    """Draw curves by URL, to be embedded: the same answer as to the same question in a body."""
    return await _embedded("curves", request, query, CurvesRequest, curves_answer)


@router.post(
    "/search",
    response_model=SearchReport,
    responses=_BODY,
    openapi_extra=request_body(SearchRequest, SEARCH_EXAMPLES),
)
async def search_laws(request: Request, settings: SettingsOfApp) -> Response:
    """Search a grid of α, β, γ for laws that multiply the cost by a target, counting each.

    The feasible set, the Pareto set among it, and by how much the counted MACs miss α·β²·γ².
    """
    document = await read_json(request, limit=settings.max_body_bytes)
    return await _posted("search", validate(SearchRequest, document), search_answer)


@router.post(
    "/fast",
    response_model=FastReport,
    responses=_BODY,
    openapi_extra=request_body(FastRequest, FAST_EXAMPLES),
)
async def scale_fast(request: Request, settings: SettingsOfApp) -> Response:
    """Scale a network by the strategies of fast compound scaling: d, w, r, dw, dr, wr, dwr, dWr.

    Growth of MACs, activations and parameters, each beside what the exponents promise.
    """
    document = await read_json(request, limit=settings.max_body_bytes)
    return await _posted("fast", validate(FastRequest, document), fast_answer)


@router.post(
    "/sensitivity",
    response_model=SensitivityReport,
    responses=_BODY,
    openapi_extra=request_body(SensitivityRequest, SENSITIVITY_EXAMPLES),
)
async def measure_sensitivity(request: Request, settings: SettingsOfApp) -> Response:
    """Tell by how many per cent each total grows when a knob grows by one, for every knob."""
    document = await read_json(request, limit=settings.max_body_bytes)
    return await _posted("sensitivity", validate(SensitivityRequest, document), sensitivity_answer)


@router.get("/sensitivity", response_model=SensitivityReport, responses=_QUERY)
async def read_sensitivity(
    request: Request, query: Annotated[SensitivityQuery, Query()]
) -> Response:
    """Tell sensitivities by URL, to be embedded."""
    return await _embedded("sensitivity", request, query, SensitivityRequest, sensitivity_answer)


@router.post(
    "/cliffs",
    response_model=CliffsReport,
    responses=_BODY,
    openapi_extra=request_body(CliffsRequest, CLIFFS_EXAMPLES),
)
async def find_cliffs(request: Request, settings: SettingsOfApp) -> Response:
    """Find the sizes of the input at which maps gain a row and cost jumps, and aligned sizes."""
    document = await read_json(request, limit=settings.max_body_bytes)
    return await _posted("cliffs", validate(CliffsRequest, document), cliffs_answer)


@router.get("/cliffs", response_model=CliffsReport, responses=_QUERY)
async def read_cliffs(request: Request, query: Annotated[CliffsQuery, Query()]) -> Response:
    """Find cliffs by URL, to be embedded."""
    return await _embedded("cliffs", request, query, CliffsRequest, cliffs_answer)


@router.post(
    "/schedules",
    response_model=ScheduleReport,
    responses=_BODY,
    openapi_extra=request_body(ScheduleRequest, SCHEDULE_EXAMPLES),
)
async def cost_schedule(request: Request, settings: SettingsOfApp) -> Response:
    """Count a run of training whose images change size from stage to stage.

    Forward and backward, beside the same run with all images of the last stage's size.
    """
    document = await read_json(request, limit=settings.max_body_bytes)
    return await _posted("schedules", validate(ScheduleRequest, document), schedule_answer)


@router.get("/published", response_model=PublishedScaling)
async def read_published_scaling() -> Response:
    """Show the coefficients of EfficientNet-B0 to B7 beside the law they were rounded from.

    With the rows of the paper about scaled networks, each beside what is counted.
    """
    body = await to_thread.run_sync(published_answer, limiter=_LANE)
    return Response(strict_json.dumps(body), media_type="application/json")


async def _posted(
    noun: str, asked: Asked, answer: Callable[[Asked, ArchitectureSpec], dict[str, Any]]
) -> Response:
    stored, cache_status = await _answered(noun, asked, answer)
    headers = {"ETag": stored.etag, "Cache-Status": cache_status}
    return Response(stored.body, headers=headers, media_type="application/json")


async def _embedded(
    noun: str,
    request: Request,
    query: LabQuery,
    model: type[Asked],
    answer: Callable[[Asked, ArchitectureSpec], dict[str, Any]],
) -> Response:
    asked = validate(model, query.document())
    stored, cache_status = await _answered(noun, asked, answer)
    response = stored_response(stored, request.headers.get("if-none-match"))
    response.headers["Cache-Status"] = cache_status
    return response


async def _answered(
    noun: str, asked: Asked, answer: Callable[[Asked, ArchitectureSpec], dict[str, Any]]
) -> tuple[StoredBody, str]:
    """The bytes of an answer, and whether they were there already."""
    spec = spec_of(asked.architecture)
    key = question_key(noun, asked, spec.canonical())
    found = KEPT.find(key)
    if found is not None:
        return found, "archmeter; hit"
    give = partial(answer, asked, spec)
    stored = await to_thread.run_sync(KEPT.answer, key, give, limiter=_LANE)
    return stored, "archmeter; fwd=miss; stored"
