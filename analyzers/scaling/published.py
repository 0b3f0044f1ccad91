"""What was published of scaled networks, beside the laws and the counts.

The coefficients of EfficientNet-B1 to B7 were rounded by hand: α^φ, β^φ, γ^φ give them for no φ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.curves import COMPOUND
from archmeter.analyzers.scaling.knobs import Multipliers
from archmeter.analyzers.scaling.points import Lab, ScaledNetwork
from archmeter.analyzers.verify import VerifiedFigure, verify
from archmeter.models.registry import preset
from archmeter.models.spec import ArchitectureSpec

EFFICIENTNETS = tuple(f"efficientnet_b{i}" for i in range(8))

TABLES = ("Tan & Le 2019 (1905.11946) Table 3", "Tan & Le 2019 (1905.11946) Table 7")
"""Networks scaled along one dimension or all: MobileNets and ResNet-50, EfficientNet-B0."""


@dataclass(frozen=True, slots=True)
class PhiOf(Answer):
    """The step of the law that each of some published coefficients would be, were it alone."""

    depth: float
    width: float
    resolution: float


@dataclass(frozen=True, slots=True)
class PublishedCoefficients(Answer):
    """What a published network is multiplied by, and where the law puts it."""

    name: str
    """Name of the preset."""

    published: Multipliers
    """The coefficients that were published."""

    phi: float
    """The step of the law with the same ideal cost."""

    law: Multipliers
    """What the law has there."""

    phi_of: PhiOf
    """The step that each coefficient alone would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay(PublishedCoefficients):
    """A base under published coefficients, and under the law where it has the same ideal cost."""

    network: ScaledNetwork
    """The network under the published coefficients."""

    law_network: ScaledNetwork
    """The network under the law."""


def coefficients() -> Rows[PublishedCoefficients]:
    """EfficientNet-B0 to B7, as their presets have them."""
    base = preset(EFFICIENTNETS[0]).spec
    return Rows(_beside(name, _multipliers(preset(name).spec, base)) for name in EFFICIENTNETS)


def overlay(lab: Lab) -> Rows[Overlay]:
    """Scale any base as EfficientNet-B0 was scaled."""
    return Rows(
        found.beside(Overlay, network=lab.point(found.published), law_network=lab.point(found.law))
        for found in coefficients()
    )


def tables() -> Rows[VerifiedFigure]:
    """The rows of the EfficientNet paper about scaled networks, beside what is counted."""
    return Rows(row for row in verify() if row.source in TABLES)


def _multipliers(spec: ArchitectureSpec, base: ArchitectureSpec) -> Multipliers:
    return Multipliers(
        spec.depth_multiplier / base.depth_multiplier,
        spec.width_multiplier / base.width_multiplier,
        spec.resolution[0] / base.resolution[0],
    )


def _beside(name: str, published: Multipliers) -> PublishedCoefficients:
    law = COMPOUND
    phi = log(published.ideal_cost) / log(law.product)
    pairs: Sequence[tuple[float, float]] = (
        (published.depth, law.alpha),
        (published.width, law.beta),
        (published.resolution, law.gamma),
    )
    steps = (log(factor) / log(step) for factor, step in pairs)
    return PublishedCoefficients(name, published, phi, law.at(phi), PhiOf(*steps))
