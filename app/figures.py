"""The scalar figures of an analysis: what can be filtered, sorted and compared.

They are read off the analyzers' own totals, so a new figure becomes a column, a filter, a sort key
and a row of every comparison by being counted (and by a migration; a test asks for it).
"""

from collections.abc import Mapping
from typing import get_type_hints

from analyzers import Memory, Profile, Totals

LARGEST = 2**63 - 1
"""What a database's integer holds; figures stop earlier, where JSON stops being exact."""


def _integers(kind: type[Totals | Memory]) -> tuple[str, ...]:
    return tuple(name for name, hint in get_type_hints(kind).items() if hint is int)


TOTALS = _integers(Totals)
MEMORY = _integers(Memory)
FIGURES = TOTALS + MEMORY


def figures(profile: Profile) -> dict[str, int]:
    """Every scalar figure of a profile by name."""
    return {name: getattr(profile.totals, name) for name in TOTALS} | {
        name: getattr(profile.memory, name) for name in MEMORY
    }


def ratios(values: Mapping[str, int], reference: Mapping[str, int]) -> dict[str, float | None]:
    """Each figure as a multiple of the reference's; None where that is zero."""
    return {name: values[name] / reference[name] if reference[name] else None for name in FIGURES}
