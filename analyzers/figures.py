"""The scalar figures of a profile by name: what can be listed, compared, bounded and plotted.

They are read off the profile's own totals, so what is counted anew is a figure by being counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import get_type_hints

from archmeter.analyzers.profile import Memory, Profile, Totals


def _integers(kind: type[Totals | Memory]) -> tuple[str, ...]:
    return tuple(name for name, hint in get_type_hints(kind).items() if hint is int)


TOTALS = _integers(Totals)
"""Those that every profile has from the start."""

MEMORY = _integers(Memory)
"""Those that are worked out when asked for."""

READERS: Mapping[str, Callable[[Profile], int]] = MappingProxyType(
    {
        **{name: attrgetter(f"totals.{name}") for name in TOTALS},
        **{name: attrgetter(f"memory.{name}") for name in MEMORY},
    }
)
"""What reads each off a profile."""


def figures(profile: Profile) -> dict[str, int]:
    """Every scalar figure of a profile by name."""
    return {name: read(profile) for name, read in READERS.items()}
