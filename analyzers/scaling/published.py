"""What was published of scaled networks, beside the laws and the counts.

The coefficients of EfficientNet-B1 to B7 were rounded by hand: α^φ, β^φ, γ^φ give them for no φ.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any, NamedTuple

from archmeter.analyzers.scaling.curves import COMPOUND
from archmeter.analyzers.scaling.knobs import Multipliers
from archmeter.analyzers.scaling.points import Lab, Point
from archmeter.analyzers.verify import Verification, verify
from archmeter.models.registry import preset
from archmeter.models.spec import ArchitectureSpec

EFFICIENTNETS = tuple(f"efficientnet_b{i}" for i in range(8))

TABLES = ("Tan & Le 2019 (1905.11946) Table 3", "Tan & Le 2019 (1905.11946) Table 7")
"""Networks scaled along one dimension or all: MobileNets and ResNet-50, EfficientNet-B0."""


class Coefficients(NamedTuple):
    """What a published network is multiplied by, and where the law puts it.

    Attributes:
        name: of the preset.
        published: the coefficients.
        phi: the step of the law with the same ideal cost.
        law: what the law has there.
        phi_of: the step that each coefficient alone would be: of depth, width, resolution.
    """

    name: str
    published: Multipliers
    phi: float
    law: Multipliers
    phi_of: tuple[float, float, float]

    def as_dict(self) -> dict[str, Any]:
        """The coefficients as JSON."""
        depth, width, resolution = self.phi_of
        return {
            **self._asdict(),
            "published": self.published.as_dict(),
            "law": self.law.as_dict(),
            "phi_of": {"depth": depth, "width": width, "resolution": resolution},
        }


class Overlay(NamedTuple):
    """A base under published coefficients, and under the law where it has the same ideal cost.

    Attributes:
        published: by the coefficients.
        by_law: by the law.
    """

    coefficients: Coefficients
    published: Point
    by_law: Point

    def as_dict(self) -> dict[str, Any]:
        """The overlay as JSON."""
        return {
            **self.coefficients.as_dict(),
            "network": self.published.as_dict(),
            "law_network": self.by_law.as_dict(),
        }


def coefficients() -> tuple[Coefficients, ...]:
    """EfficientNet-B0 to B7, as their presets have them."""
    base = preset(EFFICIENTNETS[0]).spec
    return tuple(_beside(name, _multipliers(preset(name).spec, base)) for name in EFFICIENTNETS)


def overlay(lab: Lab) -> tuple[Overlay, ...]:
    """Scale any base as EfficientNet-B0 was scaled."""
    return tuple(
        Overlay(found, lab.point(found.published), lab.point(found.law)) for found in coefficients()
    )


def tables() -> tuple[Verification, ...]:
    """The rows of the EfficientNet paper about scaled networks, beside what is counted."""
    return tuple(row for row in verify() if row.source in TABLES)


def _multipliers(spec: ArchitectureSpec, base: ArchitectureSpec) -> Multipliers:
    return Multipliers(
        spec.depth_multiplier / base.depth_multiplier,
        spec.width_multiplier / base.width_multiplier,
        spec.resolution[0] / base.resolution[0],
    )


def _beside(name: str, published: Multipliers) -> Coefficients:
    law = COMPOUND
    phi = log(published.ideal_cost) / log(law.product)
    pairs: Sequence[tuple[float, float]] = (
        (published.depth, law.alpha),
        (published.width, law.beta),
        (published.resolution, law.gamma),
    )
    depth, width, resolution = (log(factor) / log(step) for factor, step in pairs)
    return Coefficients(name, published, phi, law.at(phi), (depth, width, resolution))
