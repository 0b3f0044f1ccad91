"""The scalar totals of an analysis: what can be filtered, sorted and compared.

A total of the analyzers becomes a filter, a sort key and a row of every comparison by being counted
(and by a migration and a field in `app.ask.stored`; tests ask for them).
"""

from collections.abc import Mapping

from archmeter.analyzers.figures import READERS, figures

__all__ = ["LARGEST", "TOTALS", "figures", "ratios"]

LARGEST = 2**63 - 1
"""What a database's integer holds; figures stop earlier, where JSON stops being exact."""

TOTALS = tuple(READERS)


def ratios(values: Mapping[str, int], reference: Mapping[str, int]) -> dict[str, float | None]:
    """Each figure as a multiple of the reference's; None where that is zero."""
    return {name: values[name] / reference[name] if reference[name] else None for name in TOTALS}
