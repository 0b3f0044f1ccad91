"""The roofline of an analysis: the least time it takes on a device."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from archmeter.app import strict_json
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.problems import problems
from archmeter.app.roofline import RooflineQuery, RooflineReport, report

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])


@router.get(
    "/{analysis_id}/roofline",
    response_model=RooflineReport,
    responses=problems(404, 409, 422, 503),
)
def read_roofline(
    analysis_id: str, query: Annotated[RooflineQuery, Query()], analyses: AnalysesOfApp
) -> Response:
    """Bound the time on a device from below: layer by layer, with and without fusion.

    A bound, and no forecast: real kernels reach a part of the peak rates.
    """
    summary, question = analyses.question(analysis_id)
    body = report(summary.id, summary.name, question.profile(), query)
    return Response(strict_json.dumps(body), media_type="application/json")
