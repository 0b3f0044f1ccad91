"""The receptive field of an analysis: what its layers see of the image."""

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Response

from archmeter.app import strict_json
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.problems import problems
from archmeter.app.receptive_field import ReceptiveFieldReport, report
from archmeter.app.services import Analyses

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])

# Milliseconds as a rule, but a second for a thousand branches over a large image.
_LANE = CapacityLimiter(2)


@router.get(
    "/{analysis_id}/receptive-field",
    response_model=ReceptiveFieldReport,
    responses=problems(404, 409, 422, 503),
)
async def read_receptive_field(analysis_id: str, analyses: AnalysesOfApp) -> Response:
    """Show which part of the image the elements of each layer and stage depend on.

    Exact at borders and through branches. Gates, norms over the map and attention see all of what
    they take part of.
    """
    body = await to_thread.run_sync(_body, analyses, analysis_id, limiter=_LANE)
    return Response(body, media_type="application/json")


def _body(analyses: Analyses, analysis_id: str) -> bytes:
    summary, question = analyses.question(analysis_id)
    return strict_json.dumps(report(summary.id, summary.name, question.profile()))
