"""Analyses that are stored: kept under their ids, found again, put side by side, audited."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from archmeter.analyzers.answers import Rows
from archmeter.app.ask.errors import UnknownAnalysis
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
from archmeter.app.http.operations import answered, headers, json_of, kept
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


def _few_and_different(text: str) -> str:
    keys = _split(text)
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    fits = {"fits": f"at most {MAX_COMPARED} different ids, separated by commas"}
    if repeated:
        told = {"repeated": ", ".join(repeated), **fits}
        raise PydanticCustomError("duplicate_ids", "given more than once: {repeated}", told)
    if len(keys) > MAX_COMPARED:
        raise PydanticCustomError("too_many_ids", "{count} ids", {"count": len(keys), **fits})
    return text


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


class CompareRequest(Asked):
    """Which analyses are put side by side."""

    ids: Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_few_and_different)]
    """Ids of analyses, separated by commas; the first is the reference."""


ANSWERS = (AnalysisList, Comparison, AuditReport)
"""What is answered here, besides to questions."""


_CREATED: operations.Responses = {
    status: {
        "description": description,
        "headers": headers("Location", "ETag", "Cache-Status"),
        "content": json_of("Analysis"),
    }
    for status, description in ((201, "Analyzed now."), (200, "Answered before."))
}


@router.post(
    "",
    status_code=201,
    operation_id="createAnalysis",
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
        if network.asked is not None:
            stored = found.called(network.asked, lambda: network.name)
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
    responses=answered("One page.", json_of("AnalysisList")) | problems(422, 503),
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
    responses=kept("The analysis.", json_of("Analysis")) | problems(404, 503),
)
async def read_analysis(request: Request, analysis_id: StoredId, store: StoreOfApp) -> Response:
    """Read an analysis again: the very bytes that answered the question first."""
    stored = await store.body(analysis_id)
    if stored is None:
        raise UnknownAnalysis([analysis_id])
    return unless_held(
        request, Response(stored.body, headers={"ETag": stored.etag}, media_type=JSON)
    )


_REPORT = answered("What they count.", json_of("AuditReport"))


@router.post(
    "/{analysis_id}/audit",
    operation_id="auditAnalysis",
    responses=_REPORT | problems(404, 409, 422, 501, 503),
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
    responses=_REPORT | problems(404, 503),
)
def read_audit(analysis_id: StoredId, analyses: AnalysesOfApp) -> Response:
    """Read what fvcore and torch counted when they were last asked about this analysis."""
    return Response(analyses.audited(analysis_id).to_json(), media_type=JSON)


compare_router = APIRouter(tags=["analyses"])


@compare_router.get(
    "/v1/compare",
    operation_id="compareAnalyses",
    responses=answered("Side by side.", json_of("Comparison")) | problems(404, 422, 503),
)
def compare(query: Annotated[CompareRequest, Query()], analyses: AnalysesOfApp) -> Response:
    """Put analyses side by side, each total also as a multiple of the first one's."""
    keys = _split(query.ids)
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
