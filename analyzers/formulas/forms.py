"""Closed forms: every figure of a network or block as an expression, and where they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeAlias

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.formulas.counting import count
from archmeter.analyzers.formulas.domain import Domain
from archmeter.analyzers.formulas.errors import OutsideDomain, UnknownSymbol
from archmeter.analyzers.formulas.expression import CountedFormula, Expression, FigureFormula
from archmeter.analyzers.formulas.polynomial import Polynomial
from archmeter.analyzers.formulas.size import AnySize
from archmeter.analyzers.formulas.symbols import Symbol, SymbolRange
from archmeter.analyzers.formulas.tracing import derive
from archmeter.models.graph import Graph
from archmeter.models.precision import FloatType

Sizes: TypeAlias = Mapping[str, Any]
"""What stands for each symbol: a number, or a `Size` that stands for all of them."""


@dataclass(frozen=True)
class ClosedForms:
    """Expressions for every figure, and the values of the symbols for which they hold.

    Attributes:
        name: of the network or block.
        dtype: of its elements, for figures that are bytes.
        domain: the values of each symbol.
        figures: by the names of `Totals` and `Memory`; parts have dotted names: ``flops.norm``.
    """

    name: str
    dtype: FloatType
    domain: Rows[SymbolRange]
    figures: Mapping[str, Expression]

    def __getitem__(self, figure: str) -> Expression:
        return self.figures[figure]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the symbols, in order."""
        return tuple([values.symbol for values in self.domain])

    @property
    def given(self) -> dict[str, int]:
        """The sizes of the network or block that was asked about."""
        return {values.symbol: values.given for values in self.domain}

    @property
    def formulas(self) -> Rows[FigureFormula]:
        """The expressions as answers."""
        return Rows(figure.formula(name) for name, figure in self.figures.items())

    @property
    def counted(self) -> Rows[CountedFormula]:
        """The same, each with its value at the sizes that were asked about."""
        values = self.at(self.given)
        return Rows(figure.counted(name, values[name]) for name, figure in self.figures.items())

    def covers(self, values: Mapping[str, int]) -> bool:
        """Whether the expressions hold for these values, one of each symbol."""
        return all(allowed.contains(values) for allowed in self.domain)

    def at(self, values: Mapping[str, int]) -> dict[str, int]:
        """Every figure where the symbols have these values.

        Raises:
            UnknownSymbol: if there is no symbol of a name.
            OutsideDomain: if a value is missing, or the expressions do not hold for it.
        """
        self._check(values, self.symbols)
        return {name: figure.at(values) for name, figure in self.figures.items()}

    def fixed(self, values: Mapping[str, int]) -> ClosedForms:
        """The same with numbers in place of some symbols.

        Raises:
            UnknownSymbol: if there is no symbol of a name.
            OutsideDomain: if the expressions do not hold for a value, or the symbol that divides
                one is left open.
        """
        divisors = [r.multiple_of for r in self.domain if r.symbol in values and r.multiple_of]
        self._check(values, divisors)
        return ClosedForms(
            self.name,
            self.dtype,
            Rows(
                allowed.divided_by(values[allowed.multiple_of])
                if allowed.multiple_of and allowed.multiple_of in values
                else allowed
                for allowed in self.domain
                if allowed.symbol not in values
            ),
            {name: figure.fixed(values) for name, figure in self.figures.items()},
        )

    def _check(self, values: Mapping[str, int], needed: Sequence[str]) -> None:
        for name in values:
            if name not in self.symbols:
                raise UnknownSymbol(name, self.symbols)
        for name in needed:
            if name not in values:
                raise OutsideDomain(
                    f"{name} needs a value too", field=name, accepted="a positive integer"
                )
        # A divisor that is zero must be refused before something is divided by it.
        for allowed in sorted(self.domain, key=lambda allowed: allowed.multiple_of is not None):
            if allowed.symbol in values and not allowed.contains(values):
                raise OutsideDomain(
                    f"the expressions of {self.name} hold for {allowed.text}, not for "
                    f"{allowed.symbol} = {values[allowed.symbol]}",
                    field=allowed.symbol,
                    value=values[allowed.symbol],
                    accepted=allowed.text,
                )


def closed_forms(
    name: str, symbols: Sequence[Symbol], build: Callable[[Sizes], Graph], dtype: FloatType
) -> ClosedForms:
    """Derive every figure of the graph that is built for sizes.

    Args:
        name: of what is built.
        symbols: what to leave open.
        build: from sizes, one for each symbol, to a graph that takes them for numbers.
        dtype: of its elements.

    Raises:
        NotSymbolic: if some figure is no polynomial.
    """
    given = {symbol.name: symbol.given for symbol in symbols}

    def reading(quotients: Sequence[AnySize]) -> dict[str, AnySize]:
        free = {s.name: q for s, q in zip(symbols, quotients, strict=True) if not s.multiple_of}
        sizes = {
            s.name: q * free[s.multiple_of] if s.multiple_of else q
            for s, q in zip(symbols, quotients, strict=True)
        }
        return count(build(sizes), dtype)

    domain, figures = derive(
        reading,
        [f"{s.name}/{s.multiple_of}" if s.multiple_of else s.name for s in symbols],
        [s.given // given[s.multiple_of] if s.multiple_of else s.given for s in symbols],
        [s.lowest for s in symbols],
    )
    names = tuple(given)
    quotients = [_quotient(symbol, names) for symbol in symbols]
    return ClosedForms(
        name,
        dtype,
        Rows(map(_range, symbols, range(len(symbols)), repeat(domain))),
        {
            figure: Expression(names, domain.in_symbols(found).substituted(quotients))
            for figure, found in figures.items()
        },
    )


def _range(symbol: Symbol, index: int, domain: Domain) -> SymbolRange:
    modulus, residue = domain.moduli[index], domain.residues[index]
    return SymbolRange(
        symbol.name,
        symbol.meaning,
        symbol.given,
        symbol.multiple_of,
        minimum=modulus * domain.least[index] + residue,
        modulus=modulus,
        residue=residue,
        excluded=tuple([modulus * hole + residue for hole in sorted(domain.holes[index])]),
    )


def _quotient(symbol: Symbol, names: Sequence[str]) -> Polynomial:
    powers = [0] * len(names)
    powers[names.index(symbol.name)] = 1
    if symbol.multiple_of:
        powers[names.index(symbol.multiple_of)] = -1
    return Polynomial(len(names), {tuple(powers): 1})
