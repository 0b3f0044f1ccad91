"""Closed forms: what a network or block costs for all its sizes at once, exactly."""

from archmeter.analyzers.formulas.blocks import BLOCKS, block_forms
from archmeter.analyzers.formulas.errors import (
    NotSymbolic,
    OutsideDomain,
    UnknownBlock,
    UnknownSymbol,
)
from archmeter.analyzers.formulas.expression import Expression
from archmeter.analyzers.formulas.forms import ClosedForms
from archmeter.analyzers.formulas.networks import network_forms

__all__ = [
    "BLOCKS",
    "ClosedForms",
    "Expression",
    "NotSymbolic",
    "OutsideDomain",
    "UnknownBlock",
    "UnknownSymbol",
    "block_forms",
    "network_forms",
]
