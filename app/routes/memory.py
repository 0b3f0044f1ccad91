"""Memory of an analyzed network at inference: what is alive, and when."""

from fastapi import APIRouter, Response

from archmeter.app import strict_json
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.problems import problems
from archmeter.app.training import MemoryReport, memory_fields

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])


@router.get(
    "/{analysis_id}/memory", response_model=MemoryReport, responses=problems(404, 409, 422, 503)
)
def read_memory(analysis_id: str, analyses: AnalysesOfApp) -> Response:
    """Show how many bytes are alive while each operator runs, and which tensors at the peak."""
    summary, question = analyses.question(analysis_id)
    profile = question.profile()
    shape = {**question.input.model_dump(mode="json"), "shape": profile.input_shape}
    fields = {"id": summary.id, "name": summary.name, "input": shape, **memory_fields(profile)}
    return Response(strict_json.dumps(fields), media_type="application/json")
