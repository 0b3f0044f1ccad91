"""Domains: the values for which a derivation holds, found while it is made.

Each symbol is ``modulus · unknown + residue`` with ``unknown >= least``. A derivation follows one
far point, its witness, through every decision. Where a decision is not the same for all values of
the domain, the domain is narrowed to values that decide as the witness does: a least value is
raised, or a single value left out, on the spot; a modulus grows by starting again, since all that
was derived so far reads otherwise then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import inf

from archmeter.analyzers.formulas.errors import NotSymbolic
from archmeter.analyzers.formulas.notation import plain
from archmeter.analyzers.formulas.polynomial import Number, Polynomial

Bounds = tuple[Number | float, Number | float]


class Refinement(Exception):
    """An unknown has to be ``factor`` times another one, plus what the witness leaves."""

    def __init__(self, index: int, factor: int) -> None:
        super().__init__(index, factor)
        self.index = index
        self.factor = factor


class Domain:
    """Values of symbols: for each an arithmetic progression without end.

    Attributes:
        names: of the symbols, in order.
        moduli: distance between neighbouring values of each.
        residues: what each leaves by its modulus.
        least: smallest value of each unknown.
        holes: larger values that are left out.
    """

    def __init__(
        self,
        names: Sequence[str],
        witness: Sequence[int],
        moduli: Sequence[int],
        lowest: Sequence[int],
    ) -> None:
        self.names = tuple(names)
        self.moduli = tuple(moduli)
        self.residues = tuple([w % m for w, m in zip(witness, moduli, strict=True)])
        self.least = [
            max(0, -((residue - low) // modulus))
            for low, modulus, residue in zip(lowest, self.moduli, self.residues, strict=True)
        ]
        self.holes: list[set[int]] = [set() for _ in names]
        self._witness = [w // m for w, m in zip(witness, moduli, strict=True)]

    @property
    def symbols(self) -> list[Polynomial]:
        """Each symbol as a polynomial in the unknowns."""
        count = len(self.names)
        return [
            Polynomial.unknown(i, count).times(modulus) + Polynomial.constant(residue, count)
            for i, (modulus, residue) in enumerate(zip(self.moduli, self.residues, strict=True))
        ]

    def in_symbols(self, polynomial: Polynomial) -> Polynomial:
        """A polynomial in the unknowns as one in the symbols."""
        count = len(self.names)
        return polynomial.substituted(
            [
                (Polynomial.unknown(i, count) + Polynomial.constant(-residue, count)).times(
                    Fraction(1, modulus)
                )
                for i, (modulus, residue) in enumerate(zip(self.moduli, self.residues, strict=True))
            ]
        )

    def describe(self, polynomial: Polynomial) -> str:
        """A polynomial in the unknowns, in words of the symbols."""
        return plain(self.in_symbols(polynomial), self.names)

    def is_positive(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial is above zero, for all values alike.

        Raises:
            NotSymbolic: if no narrower domain of this form decides it.
        """
        low, high = _bounds(polynomial, self.least)
        if low > 0:
            return True
        if high <= 0:
            return False
        positive = polynomial.at(self._witness) > 0
        self._narrow(polynomial, lambda low, high: low > 0 if positive else high <= 0)
        return positive

    def is_zero(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial is zero, for all values alike.

        Raises:
            NotSymbolic: if no narrower domain of this form decides it.
        """
        if not polynomial.terms:
            return True
        low, high = _bounds(polynomial, self.least)
        if low <= 0 <= high and not self._leave_out_root(polynomial):
            self._narrow(polynomial, lambda low, high: low > 0 or high < 0)
        return False

    def floor(self, numerator: Polynomial, divisor: Polynomial) -> Polynomial:
        """The quotient rounded down, for all values alike.

        Raises:
            Refinement: if it depends on what a symbol leaves by some modulus.
            NotSymbolic: if it is no polynomial.
        """
        if not divisor.terms:
            raise NotSymbolic(f"({self.describe(numerator)}) // 0 is nothing")
        quotient, rest = numerator.divided(divisor)
        fractional = [
            (powers, c) for powers, c in quotient.terms.items() if any(powers) and c.denominator > 1
        ]
        if fractional:
            raise self._refinement(quotient, fractional[0][1].denominator)
        constant = quotient.constant_term
        if not rest.is_constant or (rest.terms and constant.denominator > 1):
            raise NotSymbolic(
                f"({self.describe(numerator)}) // ({self.describe(divisor)}) is no polynomial"
            )
        remainder = rest.constant_term
        if remainder:
            # So small a remainder that it only shows where it is negative.
            bound = remainder if remainder > 0 else -remainder - 1
            if not self.is_positive(divisor + Polynomial.constant(-bound, divisor.unknowns)):
                raise NotSymbolic(
                    f"({self.describe(numerator)}) // ({self.describe(divisor)}) has many values"
                )
        correction = constant // 1 - constant - (remainder < 0)
        return quotient + Polynomial.constant(correction, quotient.unknowns)

    def _leave_out_root(self, polynomial: Polynomial) -> bool:
        """Make a hole where a linear polynomial in one unknown is zero; whether it is one."""
        used = polynomial.used
        if len(used) != 1 or any(powers[used[0]] > 1 for powers in polynomial.terms):
            return False
        (index,) = used
        ((slope, _),) = [(c, p) for p, c in polynomial.terms.items() if any(p)]
        root = Fraction(-polynomial.constant_term, slope)
        if root.denominator == 1 and root >= self.least[index]:
            self.holes[index].add(root.numerator)
        return True

    def _narrow(self, polynomial: Polynomial, decided: Callable[..., bool]) -> None:
        """Raise least values, of one unknown or of all that occur, until a sign is certain."""
        used = polynomial.used
        best: list[int] | None = None
        for indices in [*[[i] for i in used], used]:
            raised = self._raised(polynomial, indices, decided)
            if raised and (best is None or sum(raised) < sum(best)):
                best = raised
        if best is None:
            raise NotSymbolic(
                f"the sign of {self.describe(polynomial)} is not the same for all large sizes"
            )
        self.least = best

    def _raised(
        self, polynomial: Polynomial, indices: Sequence[int], decided: Callable[..., bool]
    ) -> list[int] | None:
        """The smallest equal raise of some unknowns that decides, if any below the witness does."""

        def by(step: int) -> list[int]:
            return [low + step * (i in indices) for i, low in enumerate(self.least)]

        # Once certain, a sign stays so above: shifting further up makes no coefficient smaller.
        largest = min([self._witness[i] - self.least[i] for i in indices])
        if not decided(*_bounds(polynomial, by(largest))):
            return None
        low, high = 0, largest
        while high - low > 1:
            middle = (low + high) // 2
            if decided(*_bounds(polynomial, by(middle))):
                high = middle
            else:
                low = middle
        return by(high)

    def _refinement(self, quotient: Polynomial, denominator: int) -> Refinement:
        """The unknown that leaves the fewest fractions when it steps by a prime factor."""
        prime = next(p for p in range(2, denominator + 1) if denominator % p == 0)
        count = quotient.unknowns
        unknowns = [Polynomial.unknown(i, count) for i in range(count)]

        def fractions_left(index: int) -> int:
            step = unknowns[index].times(prime)
            step += Polynomial.constant(self._witness[index] % prime, count)
            refined = quotient.substituted([*unknowns[:index], step, *unknowns[index + 1 :]])
            return sum(c.denominator > 1 for powers, c in refined.terms.items() if any(powers))

        at_fault = Polynomial(
            count, {powers: c for powers, c in quotient.terms.items() if c.denominator % prime == 0}
        )
        return Refinement(min(at_fault.used, key=fractions_left), prime)


def _bounds(polynomial: Polynomial, least: Sequence[int]) -> Bounds:
    """What a polynomial is never below and never above, where no unknown is below its least."""
    coefficients = [c for powers, c in polynomial.terms.items() if any(powers)]
    if not coefficients:
        return polynomial.constant_term, polynomial.constant_term
    if any(c < 0 for c in coefficients):
        count = polynomial.unknowns
        shifted = polynomial.substituted(
            [
                Polynomial.unknown(i, count) + Polynomial.constant(low, count)
                for i, low in enumerate(least)
            ]
        )
        coefficients = [c for powers, c in shifted.terms.items() if any(powers)]
        if max(coefficients, default=0) <= 0:
            return -inf, shifted.constant_term
        if min(coefficients) < 0:
            return -inf, inf
        return shifted.constant_term, inf
    return polynomial.at(least), inf
