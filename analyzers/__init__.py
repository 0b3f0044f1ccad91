"""What a network costs: one reading to a file, each a table of one small rule per operator."""

from archmeter.analyzers.layer_table import Layer, LayerTable
from archmeter.analyzers.profile import (
    COUNTING_RULES,
    Block,
    Memory,
    Profile,
    Stage,
    Totals,
    analyze,
)

__all__ = [
    "COUNTING_RULES",
    "Block",
    "Layer",
    "LayerTable",
    "Memory",
    "Profile",
    "Stage",
    "Totals",
    "analyze",
]
