"""What a network costs: one reading to a file, each a table of one small rule per operator."""

from archmeter.analyzers.layer_table import LayerTable, Row
from archmeter.analyzers.profile import COUNTING_RULES, Memory, Profile, RollUp, Totals, analyze

__all__ = [
    "COUNTING_RULES",
    "LayerTable",
    "Memory",
    "Profile",
    "RollUp",
    "Row",
    "Totals",
    "analyze",
]
