"""Analyses: ask what an architecture costs, and find what was asked before."""

from typing import Annotated
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from archmeter.app.body import read_json
from archmeter.app.dependencies import AnalysesOfApp, SettingsOfApp, StoreOfApp
from archmeter.app.errors import UnknownAnalysis
from archmeter.app.openapi import ANALYSIS_BODY
from archmeter.app.problems import problems
from archmeter.app.question import Question
from archmeter.app.schemas import Analysis, AnalysisList, AnalysisSummary, summary_fields
from archmeter.app.store import Search
from archmeter.app.stored_answers import stored_response

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])


@router.post(
    "",
    status_code=201,
    response_model=Analysis,
    responses={
        200: {"model": Analysis, "description": "Answered before: the stored bytes."},
        **problems(400, 413, 415, 422, 503),
    },
    openapi_extra=ANALYSIS_BODY,
)
async def create_analysis(
    request: Request, store: StoreOfApp, analyses: AnalysesOfApp, settings: SettingsOfApp
) -> Response:
    """Analyze an architecture, or find the answer given before.

    The same question has the same id however it is spelled: with defaults given or left out, by
    preset or by family, in any key order. `Cache-Status` (RFC 9211) says which of the two it was.
    """
    question = Question.parse(await read_json(request, limit=settings.max_body_bytes))
    found = await store.body(question.key)
    if found is not None:
        stored, status, cache_status = found, 200, "archmeter; hit"
    else:
        stored, created = await to_thread.run_sync(analyses.add, question)
        # Another request may have stored the same answer meanwhile: then nothing was created.
        status, cache_status = 201 if created else 200, "archmeter; fwd=miss; stored"
    return Response(
        stored.body,
        status,
        headers={
            "Location": f"/v1/analyses/{question.key}",
            "ETag": stored.etag,
            "Cache-Status": cache_status,
        },
        media_type="application/json",
    )


@router.get("", responses=problems(422, 503))
def list_analyses(
    request: Request, analyses: AnalysesOfApp, search: Annotated[Search, Query()]
) -> AnalysisList:
    """List analyses: filter by family, name and the range of every figure; sort by any of them."""
    total, found = analyses.search(search)
    links = {"self": _page_link(request, search.offset)}
    following = search.offset + search.limit
    if following < total:
        links["next"] = _page_link(request, following)
    return AnalysisList(
        total=total,
        items=[AnalysisSummary(**summary_fields(summary)) for summary in found],
        links=links,
    )


@router.get(
    "/{analysis_id}",
    response_model=Analysis,
    responses={304: {"description": "The client holds these bytes already."}, **problems(404, 503)},
)
async def read_analysis(request: Request, analysis_id: str, store: StoreOfApp) -> Response:
    """Read an analysis again: the very bytes that answered the question first."""
    stored = await store.body(analysis_id)
    if stored is None:
        raise UnknownAnalysis([analysis_id])
    return stored_response(stored, request.headers.get("if-none-match"))


def _page_link(request: Request, offset: int) -> str:
    """This request with another offset; relative, because a host may have several names."""
    query = {**request.query_params, "offset": str(offset)}
    return f"{request.url.path}?{urlencode(query)}"
