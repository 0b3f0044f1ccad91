"""What can be wrong with a question for closed forms.

    ArchmeterError
    ├── NotSymbolic      a network's sizes do not follow from the symbols by one expression
    ├── OutsideDomain    values for which an expression does not hold
    ├── UnknownSymbol    a network has no such size
    └── UnknownBlock     no block has this name

A formula that would hold only nearly is refused: nothing here rounds.
"""

from __future__ import annotations

from archmeter.models.errors import ArchmeterError, UnknownName


class NotSymbolic(ArchmeterError):
    """There is no single expression: an operation on a symbol has no polynomial result."""

    code = "not_symbolic"


class OutsideDomain(ArchmeterError):
    """An expression was asked for values outside the domain on which it was derived."""

    code = "outside_domain"


class UnknownSymbol(UnknownName):
    """The network has no size of this name."""

    code = "unknown_symbol"
    noun = "symbol"


class UnknownBlock(UnknownName):
    """No block has this name."""

    code = "unknown_block"
    noun = "block"
