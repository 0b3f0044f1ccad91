"""The audit: what other tools count for the same network."""

from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter

from app.dependencies import AnalysesOfApp
from app.problems import problems
from app.schemas import AuditReport

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])

# An audit takes seconds and all of the cores. One at a time, in a lane of its own, so that analyses
# and queries never wait behind it.
_LANE = CapacityLimiter(1)


@router.post("/{analysis_id}/audit", responses=problems(404, 409, 422, 503))
async def audit_analysis(analysis_id: str, analyses: AnalysesOfApp) -> AuditReport:
    """Build the network as a torch module and have fvcore and torch recount it.

    Seconds, not milliseconds: the first audit of a server also loads torch.
    """
    summary, report = await to_thread.run_sync(analyses.audit, analysis_id, limiter=_LANE)
    fields: dict[str, Any] = {"id": summary.id, "name": summary.name, **report}
    return AuditReport.model_validate(fields)
