"""The code of an analyzed network."""

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Response

from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.problems import problems
from archmeter.app.question import Question
from archmeter.app.torch_code import torch_code

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])

MEDIA_TYPE = "text/x-python"

# Seconds, most of them for importing torch the first time: one at a time, in a lane of its own, so
# that nothing else waits behind it.
_LANE = CapacityLimiter(1)


@router.get(
    "/{analysis_id}/torch",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
        **problems(404, 409, 422, 501, 503),
    },
)
async def read_torch_source(analysis_id: str, analyses: AnalysesOfApp) -> Response:
    """Write the network as a Python file that needs nothing but torch.

    Weights have the names and shapes of the module that audits count.
    """
    _, question = await to_thread.run_sync(analyses.question, analysis_id)
    return Response(await code_of(question), media_type=MEDIA_TYPE)


async def code_of(question: Question) -> str:
    """The Python file of a network, when those before it are written.

    Raises:
        ArchmeterError: if sizes do not fit together, or there is too much of it.
    """
    return await to_thread.run_sync(torch_code, question, limiter=_LANE)
