"""The conventions: what other counters print for the network of an analysis."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from archmeter.app import strict_json
from archmeter.app.conventions import ConventionQuery, ConventionReport, chosen, report, told
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.problems import problems

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])


@router.get(
    "/{analysis_id}/conventions",
    response_model=ConventionReport,
    responses=problems(404, 409, 422, 503),
)
def read_conventions(
    analysis_id: str, query: Annotated[ConventionQuery, Query()], analyses: AnalysesOfApp
) -> Response:
    """Tell what papers, pycls, fvcore, torchinfo, thop, ptflops and torch print for the network.

    Each figure comes in line items that sum to it, beside what is counted here for the same
    operators, and with the reason where the two differ: by convention, or because the tool does not
    count what it means to.
    """
    tools = chosen(query.tool)
    summary, question = analyses.question(analysis_id)
    body = report(question, summary.name, told(question, tools))
    return Response(strict_json.dumps(body), media_type="application/json")
