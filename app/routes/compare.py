"""Comparison: stored analyses side by side."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.errors import FieldError, InvalidRequest
from archmeter.app.problems import problems
from archmeter.app.schemas import (
    AnalysisSummary,
    ComparedAnalysis,
    Comparison,
    Ratios,
    summary_fields,
)

router = APIRouter(prefix="/v1/compare", tags=["analyses"])

MAX_COMPARED = 20


class CompareQuery(BaseModel):
    """What to compare."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    ids: Annotated[str, Field(min_length=1, max_length=2_000)]
    """Ids of analyses, separated by commas; the first is the reference."""


@router.get("", responses=problems(404, 422, 503))
def compare(query: Annotated[CompareQuery, Query()], analyses: AnalysesOfApp) -> Comparison:
    """Put analyses side by side, each figure also as a multiple of the first one's."""
    compared = analyses.compare(_distinct(query.ids))
    return Comparison(
        reference=compared[0][0].id,
        items=[
            ComparedAnalysis(
                analysis=AnalysisSummary(**summary_fields(summary)), ratios=Ratios(**ratios)
            )
            for summary, ratios in compared
        ],
    )


def _distinct(text: str) -> list[str]:
    ids = [part.strip() for part in text.split(",")]
    repeated = sorted({key for key in ids if ids.count(key) > 1})
    if repeated:
        raise _invalid("duplicate_ids", f"given more than once: {', '.join(repeated)}", text)
    if len(ids) > MAX_COMPARED:
        raise _invalid("too_many_ids", f"{len(ids)} ids", text)
    return ids


def _invalid(code: str, message: str, value: str) -> InvalidRequest:
    return InvalidRequest(
        [
            FieldError(
                field="ids",
                code=code,
                message=message,
                value=value,
                accepted=f"at most {MAX_COMPARED} different ids, separated by commas",
            )
        ]
    )
