"""Formulas: what networks and blocks cost for all their sizes at once."""

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query

from archmeter.analyzers.formulas import UnknownBlock
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.formulas import (
    AnalysisFormulas,
    BlockFormulas,
    BlockList,
    BlockQuery,
    FormulaQuery,
    block_formulas,
    network_formulas,
)
from archmeter.app.problems import NotFound, problems

router = APIRouter(prefix="/v1")

# A network is traced a dozen times to find its domain: seconds for the largest. One at a time, so
# that analyses and queries never wait behind it.
_LANE = CapacityLimiter(1)


@router.get(
    "/analyses/{analysis_id}/formulas", tags=["analyses"], responses=problems(404, 409, 422, 503)
)
async def read_analysis_formulas(
    analysis_id: str, query: Annotated[FormulaQuery, Query()], analyses: AnalysesOfApp
) -> AnalysisFormulas:
    """Derive every total as an expression in sizes, and say for which sizes it holds.

    They are derived from the same graph that is counted, and hold for this analysis as well.
    """
    _, question = await to_thread.run_sync(analyses.question, analysis_id)
    forms = await to_thread.run_sync(network_formulas, question, query, limiter=_LANE)
    return AnalysisFormulas.of(question, forms)


@router.get("/formulas", tags=["catalogue"])
async def list_block_formulas() -> BlockList:
    """List the blocks that have formulas of their own, and what these leave open."""
    return BlockList.of_all()


@router.get("/formulas/{block}", tags=["catalogue"], responses=problems(404, 422))
async def read_block_formulas(block: str, query: Annotated[BlockQuery, Query()]) -> BlockFormulas:
    """Derive what a block costs as expressions in its sizes, and say for which they hold."""
    try:
        forms = await to_thread.run_sync(block_formulas, block, query, limiter=_LANE)
    except UnknownBlock as error:
        raise NotFound(error) from error
    return BlockFormulas.of(forms)
