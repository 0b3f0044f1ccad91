"""Training an analyzed network: what a step needs, keeps and computes."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from archmeter.analyzers.training.largest_batch import largest_batch
from archmeter.analyzers.training.step import TrainingStep
from archmeter.app import strict_json
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.problems import problems
from archmeter.app.question import Question
from archmeter.app.records import Summary
from archmeter.app.services import Analyses
from archmeter.app.training import (
    KeptList,
    LargestBatchQuery,
    LargestBatchReport,
    LayerMacsList,
    PlanList,
    Timeline,
    TrainingQuery,
    TrainingReport,
    kept_fields,
    layer_fields,
    plan_fields,
    timeline_fields,
    training_fields,
)

router = APIRouter(prefix="/v1/analyses", tags=["training"])

How = Annotated[TrainingQuery, Query()]
PROBLEMS = problems(404, 409, 422, 503)


@router.get("/{analysis_id}/training", response_model=TrainingReport, responses=PROBLEMS)
def read_training(analysis_id: str, how: How, analyses: AnalysesOfApp) -> Response:
    """Show what one training step needs: bytes by purpose, and MACs forward and backward."""
    summary, question, step = _step(analyses, analysis_id, how)
    return _body(summary, {"input": _input(question, step), **training_fields(step)})


@router.get("/{analysis_id}/training/kept", response_model=KeptList, responses=PROBLEMS)
def read_kept(analysis_id: str, how: How, analyses: AnalysesOfApp) -> Response:
    """List what autograd keeps: who made it, who keeps it, why, and how many bytes."""
    summary, _, step = _step(analyses, analysis_id, how)
    return _body(summary, kept_fields(step))


@router.get("/{analysis_id}/training/plans", response_model=PlanList, responses=PROBLEMS)
def read_plans(analysis_id: str, how: How, analyses: AnalysesOfApp) -> Response:
    """Compare checkpointing plans: bytes saved against MACs computed again."""
    summary, _, step = _step(analyses, analysis_id, how)
    return _body(summary, plan_fields(step.profile, step.options))


@router.get("/{analysis_id}/training/layers", response_model=LayerMacsList, responses=PROBLEMS)
def read_layer_macs(analysis_id: str, how: How, analyses: AnalysesOfApp) -> Response:
    """Show MACs of each layer: forward, for both gradients, and computed again."""
    summary, _, step = _step(analyses, analysis_id, how)
    return _body(summary, layer_fields(step))


@router.get("/{analysis_id}/training/timeline", response_model=Timeline, responses=PROBLEMS)
def read_timeline(analysis_id: str, how: How, analyses: AnalysesOfApp) -> Response:
    """Show how many bytes are alive while each operator runs, forward and then backward."""
    summary, _, step = _step(analyses, analysis_id, how)
    return _body(summary, timeline_fields(step))


@router.get("/{analysis_id}/largest-batch", response_model=LargestBatchReport, responses=PROBLEMS)
def read_largest_batch(
    analysis_id: str, query: Annotated[LargestBatchQuery, Query()], analyses: AnalysesOfApp
) -> Response:
    """Find the most images that can be fed at once within so many bytes."""
    summary, question = analyses.question(analysis_id)
    found = largest_batch(
        question.spec,
        query.bytes,
        dtype=question.input.dtype,
        training=query.options() if query.training else None,
    )
    fields = {
        "dtype": question.input.dtype,
        "training": query.training,
        "available_bytes": query.bytes,
        **found._asdict(),
    }
    return _body(summary, fields)


def _step(
    analyses: Analyses, analysis_id: str, how: TrainingQuery
) -> tuple[Summary, Question, TrainingStep]:
    summary, question = analyses.question(analysis_id)
    return summary, question, TrainingStep(question.profile(), how.options())


def _input(question: Question, step: TrainingStep) -> dict[str, Any]:
    return {**question.input.model_dump(mode="json"), "shape": step.profile.input_shape}


def _body(summary: Summary, fields: dict[str, Any]) -> Response:
    document = {"id": summary.id, "name": summary.name, **fields}
    return Response(strict_json.dumps(document), media_type="application/json")
