"""Analyses that are stored: kept under their ids, found again, put side by side, audited."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from archmeter.analyzers.answers import Rows
from archmeter.app.ask.errors import FieldError, InvalidRequest, UnknownAnalysis
from archmeter.app.ask.request import Request as Asked
from archmeter.app.ask.stored import (
    AnalysisList,
    AnalysisSummary,
    ComparedAnalysis,
    Comparison,
    Ratios,
)
from archmeter.app.ask.validation import validate
from archmeter.app.http import operations
from archmeter.app.http.body import read_json
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp, SettingsOfApp, StoreOfApp
from archmeter.app.http.operations import NOT_MODIFIED, headers
from archmeter.app.http.problems import problems
from archmeter.app.http.questions import HIT, MISS
from archmeter.app.questions import analyze
from archmeter.app.questions.analyze import AnalysisRequest
from archmeter.app.questions.audit import AuditReport
from archmeter.app.store import Search

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])

MAX_COMPARED = 20

# An audit takes seconds and all of the cores. One at a time, in a lane of its own, so that analyses
# and queries never wait behind it.
AUDITS = CapacityLimiter(1)

JSON = "application/json"

StoredId = Annotated[str, Path(description=operations.STORED_ID)]


class CompareRequest(Asked):
    """Which analyses are put side by side."""

    ids: Annotated[str, Field(min_length=1, max_length=2_000)]
    """Ids of analyses, separated by commas; the first is the reference."""


ANSWERS = (AnalysisList, Comparison, AuditReport)
"""What is answered here, besides to questions."""


_CREATED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "headers": headers("Location", "ETag", "Cache-Status"),
        "content": operations.json_of("Analysis"),
    }
    for status, description in ((201, "Analyzed now."), (200, "Answered before."))
}


@router.post(
    "",
    status_code=201,
    operation_id="createAnalysis",
    response_class=Response,
    responses=_CREATED | problems(400, 404, 409, 413, 415, 422, 503),
    openapi_extra={
        "requestBody": operations.request_body(AnalysisRequest, analyze.QUESTION.examples)
    },
)
async def create_analysis(
    request: Request, store: StoreOfApp, analyses: AnalysesOfApp, settings: SettingsOfApp
) -> Response:
    """Analyze an architecture, or find the answer given before.

    The same question has the same id however it is spelled: with defaults given or left out, by
    preset or by family, in any key order. `Cache-Status` (RFC 9211) says which of the two it was.
    """
    document = await read_json(request, limit=settings.max_body_bytes)
    asked = validate(AnalysisRequest, document)
    named = asked.network
    network = await to_thread.run_sync(named, analyses) if asked.analysis else named()
    found = await store.body(network.id)
    if found is not None:
        stored, status, cache_status = found, 200, HIT
    else:
        stored, created = await to_thread.run_sync(analyses.add, network)
        # Another request may have stored the same answer meanwhile: then nothing was created.
        status, cache_status = 201 if created else 200, MISS
    sent = {
        "Location": f"/v1/analyses/{network.id}",
        "ETag": stored.etag,
        "Cache-Status": cache_status,
    }
    return Response(stored.body, status, headers=sent, media_type=JSON)


@router.get(
    "",
    operation_id="listAnalyses",
    response_class=Response,
    responses={
        200: {"description": "One page.", "content": operations.json_of("AnalysisList")},
        **problems(422, 503),
    },
)
def list_analyses(
    request: Request, analyses: AnalysesOfApp, search: Annotated[Search, Query()]
) -> Response:
    """List analyses: filter by family, name and the range of every total; sort by any of them."""
    total, found = analyses.search(search)
    links = {"self": _page_link(request, search.offset)}
    following = search.offset + search.limit
    if following < total:
        links["next"] = _page_link(request, following)
    page = AnalysisList(Rows(map(AnalysisSummary.of, found)), total, links)
    return Response(page.to_json(), media_type=JSON)


@router.get(
    "/{analysis_id}",
    operation_id="readAnalysis",
    response_class=Response,
    responses={
        200: {
            "description": "The analysis.",
            "headers": headers("ETag", "Cache-Control"),
            "content": operations.json_of("Analysis"),
        },
        304: NOT_MODIFIED,
        **problems(404, 503),
    },
)
async def read_analysis(request: Request, analysis_id: StoredId, store: StoreOfApp) -> Response:
    """Read an analysis again: the very bytes that answered the question first."""
    stored = await store.body(analysis_id)
    if stored is None:
        raise UnknownAnalysis([analysis_id])
    return unless_held(
        request, Response(stored.body, headers={"ETag": stored.etag}, media_type=JSON)
    )


_REPORT: dict[int | str, dict[str, Any]] = {
    200: {"description": "What they count.", "content": operations.json_of("AuditReport")}
}


@router.post(
    "/{analysis_id}/audit",
    operation_id="auditAnalysis",
    response_class=Response,
    responses={**_REPORT, **problems(404, 409, 422, 501, 503)},
)
async def audit_analysis(analysis_id: StoredId, analyses: AnalysesOfApp) -> Response:
    """Build the network as a torch module and have fvcore and torch recount it.

    This takes seconds, not milliseconds: the first audit of a server also loads torch. The report
    is kept in the place of an earlier one, and lists of analyses show its verdict.
    """
    report = await to_thread.run_sync(analyses.audit, analysis_id, limiter=AUDITS)
    return Response(report.to_json(), media_type=JSON)


@router.get(
    "/{analysis_id}/audit",
    operation_id="readAudit",
    response_class=Response,
    responses={**_REPORT, **problems(404, 503)},
)
def read_audit(analysis_id: StoredId, analyses: AnalysesOfApp) -> Response:
    """Read what fvcore and torch counted when they were last asked about this analysis."""
    return Response(analyses.audited(analysis_id).to_json(), media_type=JSON)


compare_router = APIRouter(tags=["analyses"])


@compare_router.get(
    "/v1/compare",
    operation_id="compareAnalyses",
    response_class=Response,
    responses={
        200: {"description": "Side by side.", "content": operations.json_of("Comparison")},
        **problems(404, 422, 503),
    },
)
def compare(query: Annotated[CompareRequest, Query()], analyses: AnalysesOfApp) -> Response:
    """Put analyses side by side, each total also as a multiple of the first one's."""
    keys = _distinct(query.ids)
    compared = analyses.compare(keys)
    items = Rows(
        ComparedAnalysis(AnalysisSummary.of(summary), Ratios(**ratios))
        for summary, ratios in compared
    )
    links = {"self": f"/v1/compare?ids={','.join(keys)}"}
    return Response(Comparison(keys[0], items, len(items), links).to_json(), media_type=JSON)


def _page_link(request: Request, offset: int) -> str:
    """This request with another offset; relative, because a host may have several names."""
    query = {**request.query_params, "offset": str(offset)}
    return f"{request.url.path}?{urlencode(query)}"


def _distinct(text: str) -> list[str]:
    ids = [part.strip() for part in text.split(",")]
    repeated = sorted({key for key in ids if ids.count(key) > 1})
    if repeated:
        raise _invalid("duplicate_ids", f"given more than once: {', '.join(repeated)}", text)
    if len(ids) > MAX_COMPARED:
        raise _invalid("too_many_ids", f"{len(ids)} ids", text)
    return ids


def _invalid(code: str, message: str, value: str) -> InvalidRequest:
    return InvalidRequest(
        [
            FieldError(
                field="ids",
                code=code,
                message=message,
                value=value,
                accepted=f"at most {MAX_COMPARED} different ids, separated by commas",
            )
        ]
    )
