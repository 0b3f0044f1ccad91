"""What the multipliers of a spec came to, where it could not be what they say."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.scaling.knobs import Adjustment, Base, Multipliers
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import ArchitectureSpec


def departures(spec: ArchitectureSpec) -> Rows[Adjustment]:
    """Depths and widths of a spec that are not those without its multipliers, times these."""
    plain = spec.model_copy(update={"depth_multiplier": 1.0, "width_multiplier": 1.0})
    if plain == spec:
        return Rows()
    wanted = Multipliers(depth=spec.depth_multiplier, width=spec.width_multiplier)
    with suppress(ArchmeterError):  # what is a network scaled may be none unscaled
        return _base(plain).scaled(wanted).adjustments
    return Rows()


_base = lru_cache(8)(Base)
"""What is found in one search mostly differs in its multipliers alone."""
