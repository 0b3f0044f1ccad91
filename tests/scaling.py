"""Networks to be scaled in tests."""

from __future__ import annotations

from typing import Any

from archmeter.analyzers.scaling.knobs import Base
from archmeter.analyzers.scaling.points import Lab
from archmeter.analyzers.scaling.totals import Ruler
from archmeter.models.registry import preset
from archmeter.models.spec import ArchitectureSpec

B0 = preset("efficientnet_b0").spec
REGNET = preset("regnety_040").spec


def lab(spec: ArchitectureSpec = B0, *names: str, max_operators: int = 10**8, **how: Any) -> Lab:
    """A base, and a ruler that does not tire."""
    ruler = Ruler(names or ("macs", "params", "activations"), max_operators=max_operators)
    return Lab(Base(spec, **how), ruler)
