"""Analyses: ask what an architecture costs, and everything else about one that is stored."""

from __future__ import annotations  # the names of asks and answers may be about to be written

from typing import Any, Unpack

from archmeter.app.client import answers, asks
from archmeter.app.client.calls import (
    Architecture,
    Call,
    Of,
    described,
    endpoint,
    get,
    key,
    paged,
    path,
    post,
)
from archmeter.app.client.values import Rows


@endpoint
def analyze(
    architecture: Architecture | None = None,
    /,
    *,
    batch: int | None = None,
    dtype: str | None = None,
    **knobs: Any,
) -> Call[answers.Analysis]:
    """Ask what an architecture costs.

    Args:
        architecture: the name of a preset, or a mapping; without it the knobs tell, with `family`.
        batch: images at once; 1 if left out.
        dtype: of weights and activations alike; float32 if left out.
        knobs: of the family, in place of the preset's: ``width_multiplier=2``.
    """
    asked = {**described(architecture or {}), **knobs}
    given = {"batch": batch, "dtype": dtype}
    body = {"architecture": asked} | {k: v for k, v in given.items() if v is not None}
    return post(path("analyses"), answers.Analysis, body)


@endpoint
def get_analysis(of: Of, /) -> Call[answers.Analysis]:
    """Read an analysis again."""
    return get(path("analyses", of), answers.Analysis)


@endpoint
def stages(of: Of, /) -> Call[Rows[answers.Stage]]:
    """Stem, stages and head of an analysis, each the sum of its layers."""
    call = get_analysis.describe(of)
    return Call(call.requests, lambda bodies: call.read(bodies).stages)


@endpoint
def layers(of: Of, /) -> Call[answers.LayerTable]:
    """Every operator with its sizes and its share of every total."""
    return get(path("analyses", of, "layers"), answers.LayerTable)


@endpoint
def memory(of: Of, /) -> Call[answers.MemoryReport]:
    """How many bytes are alive while each operator runs, and which tensors at the peak."""
    return get(path("analyses", of, "memory"), answers.MemoryReport)


@endpoint
def training(of: Of, /, **how: Unpack[asks.ReadTrainingQuery]) -> Call[answers.TrainingReport]:
    """What one training step needs: bytes by purpose, and MACs forward and backward."""
    return get(path("analyses", of, "training"), answers.TrainingReport, **how)


@endpoint
def kept(of: Of, /, **how: Unpack[asks.ReadTrainingQuery]) -> Call[answers.KeptList]:
    """What autograd keeps: who made it, who keeps it, why, and how many bytes."""
    return get(path("analyses", of, "training", "kept"), answers.KeptList, **how)


@endpoint
def plans(of: Of, /, **how: Unpack[asks.ReadTrainingQuery]) -> Call[answers.PlanList]:
    """Checkpointing plans: bytes saved against MACs computed again."""
    return get(path("analyses", of, "training", "plans"), answers.PlanList, **how)


@endpoint
def training_layers(
    of: Of, /, **how: Unpack[asks.ReadTrainingQuery]
) -> Call[answers.LayerMacsList]:
    """MACs of each layer: forward, for both gradients, and computed again."""
    return get(path("analyses", of, "training", "layers"), answers.LayerMacsList, **how)


@endpoint
def training_timeline(of: Of, /, **how: Unpack[asks.ReadTrainingQuery]) -> Call[answers.Timeline]:
    """How many bytes are alive while each operator runs, forward and then backward."""
    return get(path("analyses", of, "training", "timeline"), answers.Timeline, **how)


@endpoint
def largest_batch(
    of: Of, /, **how: Unpack[asks.ReadLargestBatchQuery]
) -> Call[answers.LargestBatchReport]:
    """The most images at once within so many bytes."""
    return get(path("analyses", of, "largest-batch"), answers.LargestBatchReport, **how)


@endpoint
def conventions(
    of: Of, /, **how: Unpack[asks.ReadConventionsQuery]
) -> Call[answers.ConventionReport]:
    """What papers, pycls, fvcore, torchinfo, thop, ptflops and torch print for the network."""
    return get(path("analyses", of, "conventions"), answers.ConventionReport, **how)


@endpoint
def formulas(
    of: Of, /, **how: Unpack[asks.ReadAnalysisFormulasQuery]
) -> Call[answers.AnalysisFormulas]:
    """Every total as an expression in sizes, and for which sizes it holds."""
    return get(path("analyses", of, "formulas"), answers.AnalysisFormulas, **how)


@endpoint
def roofline(of: Of, /, **how: Unpack[asks.ReadRooflineQuery]) -> Call[answers.RooflineReport]:
    """The least time on a device, layer by layer: a bound, and no forecast."""
    return get(path("analyses", of, "roofline"), answers.RooflineReport, **how)


@endpoint
def receptive_field(of: Of, /) -> Call[answers.ReceptiveFieldReport]:
    """Which part of the image the elements of each layer and stage depend on."""
    return get(path("analyses", of, "receptive-field"), answers.ReceptiveFieldReport)


@endpoint
def audit(of: Of, /) -> Call[answers.AuditReport]:
    """Have torch and fvcore recount the network: seconds, not milliseconds."""
    return post(path("analyses", of, "audit"), answers.AuditReport)


@endpoint
def audited(of: Of, /) -> Call[answers.AuditReport]:
    """What torch and fvcore counted when they were last asked."""
    return get(path("analyses", of, "audit"), answers.AuditReport)


@endpoint
def compare(*of: Of) -> Call[answers.Comparison]:
    """Put analyses side by side, each figure also as a multiple of the first one's."""
    return get(path("compare"), answers.Comparison, ids=",".join(map(key, of)))


@endpoint
def find(**filters: Unpack[asks.ListAnalysesQuery]) -> Call[answers.AnalysisList]:
    """One page of stored analyses, and how many there are on all pages."""
    return get(path("analyses"), answers.AnalysisList, **filters)


@paged
def search(**filters: Unpack[asks.ListAnalysesQuery]) -> Call[answers.AnalysisList]:
    """All stored analyses that match, read page by page while they are iterated over.

    `limit` is the size of a page, `offset` where to begin.
    """
    return find.describe(**filters)
