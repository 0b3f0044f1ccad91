"""Design spaces: budgets, trade-offs at equal cost, samples."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from archmeter.app.body import read_json
from archmeter.app.budgets.answers import (
    cardinality_answer,
    fit_answer,
    iso_cost_answer,
    sample_answer,
)
from archmeter.app.budgets.bodies import CardinalityReport, FitReport, IsoCostReport, SampleReport
from archmeter.app.budgets.examples import (
    CARDINALITY_EXAMPLES,
    FIT_EXAMPLES,
    ISO_COST_EXAMPLES,
    SAMPLE_EXAMPLES,
)
from archmeter.app.budgets.requests import (
    CardinalityRequest,
    FitRequest,
    IsoCostRequest,
    SampleRequest,
)
from archmeter.app.dependencies import SettingsOfApp
from archmeter.app.openapi import request_body
from archmeter.app.problems import problems
from archmeter.app.scaling.answers import spec_of
from archmeter.app.scaling.kept import KEPT, question_key
from archmeter.app.validation import validate

router = APIRouter(prefix="/v1/scaling", tags=["scaling"])

Asked = TypeVar("Asked", bound=CardinalityRequest | FitRequest | IsoCostRequest | SampleRequest)

# Seconds of counting. One at a time, so that analyses, queries and curves never wait behind it.
_LANE = CapacityLimiter(1)

_PROBLEMS = problems(400, 413, 415, 422, 503)


@router.post(
    "/fit",
    response_model=FitReport,
    responses=_PROBLEMS,
    openapi_extra=request_body(FitRequest, FIT_EXAMPLES),
)
async def fit_budget(request: Request, settings: SettingsOfApp) -> Response:
    """Find the best networks within bounds, the nearest misses, and the bound that stops them.

    Every combination of the knobs' values is counted where that are at most `max_specs`; else they
    are searched. A budget that nothing keeps is answered with what comes closest.
    """
    return await _answered("fit", request, settings.max_body_bytes, FitRequest, fit_answer)


@router.post(
    "/sample",
    response_model=SampleReport,
    responses=_PROBLEMS,
    openapi_extra=request_body(SampleRequest, SAMPLE_EXAMPLES),
)
async def sample_space(request: Request, settings: SettingsOfApp) -> Response:
    """Draw networks of a design space by the laws of its knobs, and how their costs spread."""
    return await _answered("sample", request, settings.max_body_bytes, SampleRequest, sample_answer)


@router.post(
    "/iso-cost",
    response_model=IsoCostReport,
    responses=_PROBLEMS,
    openapi_extra=request_body(IsoCostRequest, ISO_COST_EXAMPLES),
)
async def trade_width_for_depth(request: Request, settings: SettingsOfApp) -> Response:
    """List all pairs of depth and width at equal cost, and what they do to every other cost."""
    return await _answered(
        "iso-cost", request, settings.max_body_bytes, IsoCostRequest, iso_cost_answer
    )


@router.post(
    "/cardinality",
    response_model=CardinalityReport,
    responses=_PROBLEMS,
    openapi_extra=request_body(CardinalityRequest, CARDINALITY_EXAMPLES),
)
async def trade_cardinality(request: Request, settings: SettingsOfApp) -> Response:
    """Find, for each cardinality, the group width that keeps parameters or MACs as they are."""
    return await _answered(
        "cardinality", request, settings.max_body_bytes, CardinalityRequest, cardinality_answer
    )


async def _answered(
    noun: str,
    request: Request,
    limit: int,
    model: type[Asked],
    answer: Callable[[Asked], dict[str, Any]],
) -> Response:
    """The bytes of an answer; `Cache-Status` says whether they were there already."""
    asked = validate(model, await read_json(request, limit=limit))
    key = question_key(noun, asked, spec_of(asked.architecture).canonical())
    stored, cache_status = KEPT.find(key), "archmeter; hit"
    if stored is None:
        give = partial(answer, asked)
        stored = await to_thread.run_sync(KEPT.answer, key, give, limiter=_LANE)
        cache_status = "archmeter; fwd=miss; stored"
    headers = {"ETag": stored.etag, "Cache-Status": cache_status}
    return Response(stored.body, headers=headers, media_type="application/json")
