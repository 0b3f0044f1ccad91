"""What is answered about analyses that are stored: lists of them, and some side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archmeter.analyzers.answers import Answer, Rows
from archmeter.app.ask.network import AnalysisId
from archmeter.app.ask.records import AuditVerdict, Summary


@dataclass(frozen=True, slots=True)
class AnalysisSummary(Answer):
    """An analysis in a list: flat, one column for each total."""

    id: AnalysisId
    family: str
    name: str
    batch: int
    dtype: str
    resolution: tuple[int, ...]
    counting_rules: str
    params: int
    trainable_params: int
    frozen_params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    operators: int
    weights_bytes: int
    buffers_bytes: int
    input_bytes: int
    inference_peak_bytes: int
    training_saved_bytes: int
    created_at: datetime
    audit: AuditVerdict | None
    """How the second opinion came out; null if nobody has asked for one."""

    links: dict[str, str]

    @classmethod
    def of(cls, summary: Summary) -> AnalysisSummary:
        """The summary of a stored analysis."""
        return cls(
            id=summary.id,
            family=summary.family,
            name=summary.name,
            batch=summary.batch,
            dtype=summary.dtype,
            resolution=tuple(summary.architecture["resolution"]),
            counting_rules=summary.counting_rules,
            **summary.figures,
            created_at=summary.created_at,
            audit=summary.audit,
            links={"self": f"/v1/analyses/{summary.id}"},
        )


@dataclass(frozen=True, slots=True)
class AnalysisList(Answer):
    """One page of analyses."""

    items: Rows[AnalysisSummary]
    total: int
    """How many match, on all pages."""

    links: dict[str, str]
    """`next` is there while there is a next page."""


@dataclass(frozen=True, slots=True)
class Ratios(Answer):
    """Totals as multiples of the first analysis's; null where that is zero."""

    params: float | None
    trainable_params: float | None
    frozen_params: float | None
    buffers: float | None
    macs: float | None
    flops: float | None
    activations: float | None
    operators: float | None
    weights_bytes: float | None
    buffers_bytes: float | None
    input_bytes: float | None
    inference_peak_bytes: float | None
    training_saved_bytes: float | None


@dataclass(frozen=True, slots=True)
class ComparedAnalysis(Answer):
    """One analysis beside others."""

    analysis: AnalysisSummary
    ratios: Ratios


@dataclass(frozen=True, slots=True)
class Comparison(Answer):
    """Analyses side by side, in the order asked for."""

    reference: AnalysisId
    """The first one: every ratio is to its totals."""

    items: Rows[ComparedAnalysis]
    total: int
    """How many there are."""

    links: dict[str, str]
