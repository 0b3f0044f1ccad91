"""The audit: what other tools count for the same network."""

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter

from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.problems import problems
from archmeter.app.schemas import AuditReport

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])

# An audit takes seconds and all of the cores. One at a time, in a lane of its own, so that analyses
# and queries never wait behind it.
LANE = CapacityLimiter(1)


@router.post("/{analysis_id}/audit", responses=problems(404, 409, 422, 501, 503))
async def audit_analysis(analysis_id: str, analyses: AnalysesOfApp) -> AuditReport:
    """Build the network as a torch module and have fvcore and torch recount it.

    Seconds, not milliseconds: the first audit of a server also loads torch. The report is kept in
    the place of an earlier one, and lists of analyses show its verdict.
    """
    return AuditReport.of(*await to_thread.run_sync(analyses.audit, analysis_id, limiter=LANE))


@router.get("/{analysis_id}/audit", responses=problems(404, 503))
def read_audit(analysis_id: str, analyses: AnalysesOfApp) -> AuditReport:
    """Read what fvcore and torch counted when they were last asked about this analysis."""
    return AuditReport.of(*analyses.audited(analysis_id))
