"""Closed forms: what a network or block costs for all its sizes at once, exactly."""

from analyzers.formulas.blocks import BLOCKS, block_forms
from analyzers.formulas.errors import NotSymbolic, OutsideDomain, UnknownBlock, UnknownSymbol
from analyzers.formulas.expression import Expression
from analyzers.formulas.forms import ClosedForms
from analyzers.formulas.networks import network_forms

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
