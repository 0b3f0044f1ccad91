"""Counted against printed: what papers say of a network, beside what it has.

A printed figure agrees if it is within one unit of its last digit, for figures are truncated about
as often as they are rounded. Where it is not, the same network is read by the other conventions in
use; one that fits is the explanation. What remains is explained by the table, or by nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import prod
from typing import Literal

from pydantic import JsonValue

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.conventions import fvcore_count
from archmeter.analyzers.layer_table import Layer
from archmeter.analyzers.profile import Profile, analyze
from archmeter.models.published import Published, published

Verdict = Literal["equal", "explained", "unexplained"]
FigureName = Literal["params", "flops", "activations"]

MILLION, BILLION = 10**6, 10**9


@dataclass(frozen=True, slots=True)
class VerifiedFigure(Answer):
    """A figure that was printed of a network, beside the one that is counted here."""

    architecture: str
    family: str
    source: str
    resolution: int
    figure: FigureName
    """What was printed; ``flops`` are MACs or twice as many, as the convention says."""

    convention: str
    """What the source counts as FLOPs; empty for other figures."""

    printed: str
    """The digits as they are printed."""

    unit: int
    """What they are multiplied by: a million, or a thousand millions."""

    counted: int
    """The same figure of the same network here."""

    difference: float
    """counted ÷ printed - 1."""

    verdict: Verdict
    """Whether both are equal, differ for a known reason, or for none that is known."""

    reason: str
    """Why they differ, if they do and it is known."""

    top1: float | None
    """Accuracy on ImageNet in per cent, as printed."""

    request: Mapping[str, JsonValue]
    """The architecture as a request."""


@cache
def verify() -> Rows[VerifiedFigure]:
    """Count every published network that a family expresses; about a second, once."""
    return Rows(
        verification
        for row in published()
        if (spec := row.spec()) is not None
        for verification in _verifications(row, analyze(spec))
    )


def agrees(printed: str, counted: int, unit: int) -> bool:
    """Whether a count is within one unit of the last printed digit."""
    digits = Decimal(printed)
    last = Decimal(1).scaleb(int(digits.as_tuple().exponent))
    return abs(Decimal(counted) / unit - digits) < last


def _verifications(row: Published, profile: Profile) -> Iterator[VerifiedFigure]:
    totals = profile.totals
    if row.params_m:
        yield _verification(row, "params", row.params_m, MILLION, totals.params, _params(profile))
    if row.flops_b:
        twice = row.convention == "flops2x"
        counted = 2 * totals.macs if twice else totals.macs
        yield _verification(
            row, "flops", row.flops_b, BILLION, counted, _flops(profile, twice=twice)
        )
    if row.acts_m:
        others = {"outputs of max pools counted too": totals.activations + _max_pooled(profile)}
        yield _verification(row, "activations", row.acts_m, MILLION, totals.activations, others)


def _verification(
    row: Published,
    figure: FigureName,
    printed: str,
    unit: int,
    counted: int,
    others: Mapping[str, int],
) -> VerifiedFigure:
    verdict, reason = _judge(printed, unit, counted, others, row.explanation)
    return VerifiedFigure(
        architecture=row.architecture,
        family=row.family,
        source=row.source,
        resolution=row.resolution,
        figure=figure,
        convention=row.convention if figure == "flops" else "",
        printed=printed,
        unit=unit,
        counted=counted,
        difference=float(Decimal(counted) / unit / Decimal(printed) - 1),
        verdict=verdict,
        reason=reason,
        top1=float(row.top1) if row.top1 else None,
        request=dict(row.request),
    )


def _judge(
    printed: str, unit: int, counted: int, others: Mapping[str, int], explanation: str
) -> tuple[Verdict, str]:
    """The verdict and its reason: ours, then another convention's, then the table's."""
    if agrees(printed, counted, unit):
        return "equal", ""
    for reason, other in others.items():
        if agrees(printed, other, unit):
            return "explained", reason
    return ("explained", explanation) if explanation else ("unexplained", "")


def _params(profile: Profile) -> dict[str, int]:
    """Parameters by the other conventions in use."""
    params = profile.totals.params
    norms = sum(row.params for row in profile.rows if row.operator.endswith("Norm2d"))
    return {
        "running statistics of norms counted too": params + profile.totals.buffers,
        "scale and shift of norms left out": params - norms,
        "the classifier left out": params - sum(row.params for row in _classifier(profile)),
        "a mega of 2^20": params * MILLION // 2**20,
    }


def _flops(profile: Profile, *, twice: bool) -> dict[str, int]:
    """MACs, or two operations for each, by the other conventions in use."""
    totals, kinds = profile.totals, profile.totals.flops_by_kind
    counts = {
        "norms and adaptive pools counted too": fvcore_count(profile.graph).total,
        "biases counted too": totals.macs + kinds["bias"],
        "norms, activations and pools counted too": totals.macs
        + kinds["norm"]
        + kinds["activation"]
        + kinds["pool"],
        "half of all operations": totals.flops // 2,
        "the classifier left out": totals.macs - sum(row.macs for row in _classifier(profile)),
    }
    scale = 2 if twice else 1
    readings = {reason: scale * count for reason, count in counts.items()}
    other_scale = "one operation for a MAC" if twice else "two operations for a MAC"
    readings[other_scale] = totals.macs * (1 if twice else 2)
    in_binary = {
        f"{reason}, a giga of 2^30": count * BILLION // 2**30 for reason, count in readings.items()
    }
    alone = {"a giga of 2^30": scale * totals.macs * BILLION // 2**30}
    return {**readings, **alone, **in_binary}


def _classifier(profile: Profile) -> list[Layer]:
    return [row for row in profile.rows if row.path.startswith("head.") and row.macs]


def _max_pooled(profile: Profile) -> int:
    return sum(prod(row.output_shape) for row in profile.rows if row.operator == "MaxPool2d")
